import Ajv, { type ErrorObject } from 'ajv';
import { TRANSFER_ROW_SCHEMA, type PartyRow, type TransferRow } from '#contracts';
import {
  AppError,
  cashedOutAt,
  type IdentifierType,
  isCurrency,
  type Marks,
  normaliseIdentifier,
  parseAmount,
  parseEventTime,
  type Party,
  toldMarks,
  type Transfer,
} from '#domain';
import { LAB_PROVIDER } from './feed-log';

/** A row of a data set, checked by the rules that ingestion has for the same row. */
export interface LabRow {
  readonly transferId: string;
  readonly originalTransferId: string | null;
  readonly transfer: Omit<Transfer, 'provider' | 'transferId'>;
  readonly debtorTokens: readonly string[];
  readonly creditorTokens: readonly string[];
  /** As in the service's log. */
  readonly marks?: Marks;
}

const hasRowShape = new Ajv({ allErrors: false }).compile<TransferRow>(TRANSFER_ROW_SCHEMA);

/** As ingestion does: what links a side to what is known. Who pays initiates, so the handset is the debtor's. */
const PARTY_IDENTIFIERS = ['msisdn', 'nationalId', 'iban'] as const;
const DEVICE_IDENTIFIERS = [
  ['id', 'device'],
  ['imei', 'imei'],
  ['ip', 'ip'],
] as const;
/** One handset, by the better of its names. */
const HANDSET_IDENTIFIERS = [
  ['id', 'device'],
  ['imei', 'imei'],
] as const;
const SIM_IDENTIFIERS = [['msisdn', 'msisdn']] as const;
const PERSON_IDENTIFIERS = [['nationalId', 'nationalId']] as const;

/**
 * The token of an identifier. No secret protects the lab's: they never leave the process, and all that is asked of one is
 * that equal identifiers, and only these, have equal tokens.
 *
 * @throws AppError INVALID_INPUT where the text cannot be an identifier of that type
 */
export const labToken = (type: IdentifierType, text: string): string =>
  `${type}:${normaliseIdentifier(type, text)}`;

/**
 * Reads one row of a data set.
 *
 * @param body the row as the contract has it
 * @throws AppError INVALID_INPUT naming the field and the rule, never the value
 */
export function readLabRow(body: unknown): LabRow {
  if (!hasRowShape(body)) throw refusal(hasRowShape.errors?.[0]);
  const { currency, debtor, creditor, type, transferId } = body;
  const occurredAtMs = inField('occurredAt', () => parseEventTime(body.occurredAt));
  if (!isCurrency(currency)) throw wrong('currency must be an active ISO 4217 code, such as PKR');
  const amountMinor = inField('amount', () => parseAmount(body.amount, currency));
  const originalTransferId = body.originalTransferId ?? null;
  if (type === 'REVERSAL' && originalTransferId === null) {
    throw wrong('originalTransferId is required where type is REVERSAL');
  }
  if (originalTransferId === transferId) throw wrong('a transfer cannot be its own original');
  const parties = { debtor: partyOf(debtor, 'debtor'), creditor: partyOf(creditor, 'creditor') };
  if (
    parties.debtor.walletId === parties.creditor.walletId &&
    parties.debtor.provider === parties.creditor.provider
  ) {
    throw wrong('a wallet cannot pay itself');
  }
  const status = body.status ?? 'SETTLED';
  return {
    transferId,
    originalTransferId,
    transfer: { occurredAtMs, type, status, amountMinor, currency, ...parties },
    debtorTokens: [...partyTokens(debtor, 'debtor'), ...deviceTokens(body.device)],
    creditorTokens: partyTokens(creditor, 'creditor'),
    ...toldMarks({
      handset: tokenOf(body.device, HANDSET_IDENTIFIERS, 'device'),
      sim: tokenOf(debtor, SIM_IDENTIFIERS, 'debtor'),
      person: tokenOf(debtor, PERSON_IDENTIFIERS, 'debtor'),
      agent: cashedOutAt({ provider: LAB_PROVIDER, type, ...parties }, body.agentId ?? null),
    }),
  };
}

function partyOf(party: PartyRow, side: string): Party {
  const { provider, walletId, kind, tier, openedAt } = party;
  const known = {
    ...{ provider: provider ?? LAB_PROVIDER, walletId, kind: kind ?? null },
    ...(tier == null ? {} : { tier }),
  };
  if (openedAt == null) return known;
  return { ...known, openedAtMs: inField(`${side}.openedAt`, () => parseEventTime(openedAt)) };
}

function partyTokens(party: PartyRow, side: string): string[] {
  return PARTY_IDENTIFIERS.flatMap((field) => {
    const text = party[field];
    return text == null ? [] : [inField(`${side}.${field}`, () => labToken(field, text))];
  });
}

function deviceTokens(device: TransferRow['device']): string[] {
  if (device == null) return [];
  return DEVICE_IDENTIFIERS.flatMap(([field, type]) => {
    const text = device[field];
    return text == null ? [] : [inField(`device.${field}`, () => labToken(type, text))];
  });
}

/** The token of the first of some identifiers that is told. */
function tokenOf<Field extends string>(
  told: Readonly<Partial<Record<Field, string | null>>> | null | undefined,
  fields: readonly (readonly [Field, IdentifierType])[],
  path: string,
): string | null {
  for (const [field, type] of fields) {
    const text = told?.[field];
    if (text != null) return inField(`${path}.${field}`, () => labToken(type, text));
  }
  return null;
}

const wrong = (message: string): AppError => new AppError('INVALID_INPUT', message);

function inField<T>(field: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw wrong(error.message.startsWith(field) ? error.message : `${field} ${error.message}`);
  }
}

function refusal(error: ErrorObject | undefined): AppError {
  const field = (error?.instancePath ?? '').slice(1).replaceAll('/', '.');
  return wrong(`${field} ${error?.message ?? 'is not a transfer'}`.trim());
}
