import Ajv, { type ErrorObject } from 'ajv';
import { type SealedIdentity } from '#identity';
import { ID_LENGTH_MAX, type PartyRow, TRANSFER_ROW_SCHEMA, type TransferRow } from '#contracts';
import {
  AppError,
  isCurrency,
  minorDigits,
  parseAmount,
  parseEventTime,
  type Party,
  type Problem,
} from '#domain';
import { type MakeSafe, readParticulars } from './particulars';
import { refusal, refuseAs } from './row-refusal';
import { type TransferReport } from './transfer-report';

/** A row as it is stored, and those identities it names by token that have to be stored with it. */
export interface CheckedRow {
  readonly report: TransferReport;
  readonly identities: readonly SealedIdentity[];
}

export type RowReading =
  | { readonly ok: true; readonly row: CheckedRow }
  | { readonly ok: false; readonly problem: Problem };

/** Compiled once. It stops at a row's first problem: the sender mends one field at a time anyway. */
const hasRowShape = new Ajv({ allErrors: false }).compile<TransferRow>(TRANSFER_ROW_SCHEMA);

/** The name of a field nobody knows is the sender's text: shown, but not at any length. */
const UNKNOWN_FIELD_SHOWN_MAX = 64;

/** The id of a row that may be far from well-formed; null where it has none that could be stored. */
export function transferIdOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'transferId'))
    return null;
  const { transferId } = value as { transferId: unknown };
  return typeof transferId === 'string' && transferId !== '' && transferId.length <= ID_LENGTH_MAX
    ? transferId
    : null;
}

/**
 * Reads one row of a feed, whatever it is. The first rule it breaks refuses it.
 *
 * @param sender the provider that sends it: where a party names no provider, the wallet is kept there
 */
export function readRow(value: unknown, sender: string, makeSafe: MakeSafe): RowReading {
  try {
    if (!hasRowShape(value)) throw shapeRefusal(hasRowShape.errors?.[0]);
    return { ok: true, row: readChecked(value, sender, makeSafe) };
  } catch (error) {
    const problem = error instanceof AppError ? error.problems[0] : undefined;
    if (problem === undefined) throw error;
    return { ok: false, problem };
  }
}

/** What a schema cannot say. */
function readChecked(row: TransferRow, sender: string, makeSafe: MakeSafe): CheckedRow {
  const occurredAtMs = refuseAs('/occurredAt', () => parseEventTime(row.occurredAt));
  if (!isCurrency(row.currency)) {
    throw refusal('/currency', 'must be an active ISO 4217 currency code, such as PKR');
  }
  const amountMinor = refuseAs('/amount', () => parseAmount(row.amount, row.currency));
  const debtor = readParty(row.debtor, sender);
  const creditor = readParty(row.creditor, sender);
  if (debtor.walletId === creditor.walletId && debtor.provider === creditor.provider) {
    throw refusal('/creditor/walletId', 'a wallet cannot pay itself');
  }
  const originalTransferId = row.originalTransferId ?? null;
  if (row.type === 'REVERSAL' && originalTransferId === null) {
    throw refusal('/originalTransferId', 'is required where type is REVERSAL');
  }
  if (originalTransferId === row.transferId) {
    throw refusal('/originalTransferId', 'a transfer cannot be its own original');
  }
  const balanceAfterMinor =
    row.balanceAfter == null ? null : readBalance(row.balanceAfter, row.currency);
  const { particulars, identities } = readParticulars(row, balanceAfterMinor, makeSafe);
  return {
    report: {
      transferId: row.transferId,
      status: row.status ?? 'SETTLED',
      type: row.type,
      occurredAtMs,
      amountMinor,
      currency: row.currency,
      debtor,
      creditor,
      originalTransferId,
      particulars,
    },
    identities,
  };
}

const readParty = (party: PartyRow, sender: string): Party => ({
  provider: party.provider ?? sender,
  walletId: party.walletId,
  kind: party.kind ?? null,
});

/** A balance may be zero, and below it where a provider grants credit; otherwise it is written like an amount. */
function readBalance(text: string, currency: string): number {
  const negative = text.startsWith('-');
  const magnitude = negative ? text.slice(1) : text;
  const zero = /^0(?:\.(0+))?$/.exec(magnitude);
  if (zero && (zero[1]?.length ?? 0) <= minorDigits(currency)) return 0;
  try {
    const minor = parseAmount(magnitude, currency);
    return negative ? -minor : minor;
  } catch {
    // The reader of amounts speaks of amounts.
    throw refusal(
      '/balanceAfter',
      'must be a plain decimal such as "-1250.50", with at most the decimals of the currency, up to 10^13 minor units',
    );
  }
}

function shapeRefusal(error: ErrorObject | undefined): AppError {
  if (error === undefined) return refusal('', 'is not a transfer');
  const { instancePath, keyword, params } = error as ErrorObject<string, Record<string, unknown>>;
  switch (keyword) {
    case 'required':
      return refusal(`${instancePath}/${String(params.missingProperty)}`, 'is required');
    case 'additionalProperties':
      return refusal(
        `${instancePath}/${pointerSegment(String(params.additionalProperty))}`,
        'is not a field of a transfer',
      );
    case 'type':
      return refusal(
        instancePath,
        String(params.type).includes('object') ? 'must be an object' : 'must be a string',
      );
    case 'enum': {
      const allowed = (params.allowedValues as (string | null)[]).filter((word) => word !== null);
      return refusal(instancePath, `must be one of ${allowed.join(', ')}`);
    }
    case 'minLength':
      return refusal(instancePath, 'must not be empty');
    case 'maxLength':
      return refusal(instancePath, `must have at most ${String(params.limit)} characters`);
    case 'pattern':
      return refusal(
        instancePath,
        instancePath.endsWith('/country')
          ? 'must be a country code of two letters (ISO 3166-1 alpha-2)'
          : 'must not hold control characters or halves of surrogate pairs',
      );
    default:
      return refusal(instancePath, 'is not as the description of this route says');
  }
}

/** RFC 6901: `~` and `/` have escapes. */
function pointerSegment(name: string): string {
  const shown =
    name.length > UNKNOWN_FIELD_SHOWN_MAX ? `${name.slice(0, UNKNOWN_FIELD_SHOWN_MAX)}…` : name;
  return shown.replaceAll('~', '~0').replaceAll('/', '~1');
}
