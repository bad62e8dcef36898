import { type SealedIdentity } from '#identity';
import { type PartyRow, type TransferRow } from '#contracts';
import { formatEventTime, parseEventTime } from '#domain';
import { refuseAs } from './row-refusal';
import { type MakeSafe, Tokens } from './tokens';

/** What a sender told of a party beside its wallet. Identifiers are tokens. */
export interface PartyParticulars {
  name?: string;
  msisdn?: string;
  nationalId?: string;
  iban?: string;
  tier?: string;
  country?: string;
  openedAt?: string;
}

/** The handset a transfer was ordered with, as tokens. */
export interface DeviceParticulars {
  id?: string;
  imei?: string;
  ip?: string;
}

/**
 * Everything a sender told that has no column of its own. Identifiers are tokens. Of all this, the log tells detection tiers,
 * agents who pay out cash, and the opening dates of hubs (libs/messaging, log-page.ts).
 */
export interface Particulars {
  endToEndId?: string;
  rail?: string;
  channel?: string;
  narrative?: string;
  agentId?: string;
  location?: string;
  /** Minor units of the transfer's currency; may be negative. */
  balanceAfterMinor?: number;
  device?: DeviceParticulars;
  debtor?: PartyParticulars;
  creditor?: PartyParticulars;
}

const PLAIN_FIELDS = ['endToEndId', 'rail', 'channel', 'agentId', 'location'] as const;
const PARTY_IDENTIFIERS = ['name', 'msisdn', 'nationalId', 'iban'] as const;
const PARTY_PLAIN_FIELDS = ['tier', 'country'] as const;
const DEVICE_IDENTIFIERS = [
  ['id', 'device'],
  ['imei', 'imei'],
  ['ip', 'ip'],
] as const;

/**
 * @returns the particulars, null where the row has none, and those identities it names that have to be stored
 * @throws AppError INVALID_INPUT with the field's path
 */
export function readParticulars(
  row: TransferRow,
  balanceAfterMinor: number | null,
  makeSafe: MakeSafe,
): { particulars: Particulars | null; identities: readonly SealedIdentity[] } {
  const tokens = new Tokens(makeSafe);
  const particulars: Particulars = {};
  for (const field of PLAIN_FIELDS) {
    const text = row[field];
    if (text != null) particulars[field] = text;
  }
  if (balanceAfterMinor !== null) particulars.balanceAfterMinor = balanceAfterMinor;
  if (row.narrative != null) {
    particulars.narrative = tokens.of('narrative', row.narrative, '/narrative');
  }
  const device = tokens.group(DEVICE_IDENTIFIERS, row.device, '/device');
  if (device !== null) particulars.device = device;
  const debtor = readParty(row.debtor, '/debtor', tokens);
  if (debtor !== null) particulars.debtor = debtor;
  const creditor = readParty(row.creditor, '/creditor', tokens);
  if (creditor !== null) particulars.creditor = creditor;
  return { particulars: orNull(particulars), identities: tokens.identities };
}

function orNull<T extends object>(fields: T): T | null {
  for (const _ in fields) return fields;
  return null;
}

function readParty(party: PartyRow, path: string, tokens: Tokens): PartyParticulars | null {
  const read: PartyParticulars = {};
  for (const field of PARTY_IDENTIFIERS) {
    const text = party[field];
    if (text != null) read[field] = tokens.of(field, text, `${path}/${field}`);
  }
  for (const field of PARTY_PLAIN_FIELDS) {
    const text = party[field];
    if (text != null) read[field] = text;
  }
  const { openedAt } = party;
  if (openedAt != null) {
    // In one spelling, so that the same instant sent with another offset is the same content.
    read.openedAt = formatEventTime(refuseAs(`${path}/openedAt`, () => parseEventTime(openedAt)));
  }
  return orNull(read);
}

const present = (tokens: readonly (string | undefined)[]): string[] =>
  tokens.filter((token) => token !== undefined);

/**
 * The tokens that link a side to what is known: numbers, accounts, ids and handsets. A name or a narrative is shared by
 * strangers, so it links nobody. The device is the debtor's: who pays initiates.
 */
export function debtorTokens({ debtor, device }: Particulars): string[] {
  return present([
    debtor?.msisdn,
    debtor?.nationalId,
    debtor?.iban,
    device?.id,
    device?.imei,
    device?.ip,
  ]);
}

export const creditorTokens = ({ creditor }: Particulars): string[] =>
  present([creditor?.msisdn, creditor?.nationalId, creditor?.iban]);

/** What a later report leaves out is as it was told before. */
export function completeParticulars(
  later: Particulars | null,
  earlier: Particulars | null,
): Particulars | null {
  if (later === null || earlier === null) return later ?? earlier;
  const complete: Particulars = { ...earlier, ...later };
  for (const group of ['device', 'debtor', 'creditor'] as const) {
    if (earlier[group] && later[group]) complete[group] = { ...earlier[group], ...later[group] };
  }
  return complete;
}

/** Fields whose stored name is not the sender's. */
const FIELD_OF: Readonly<Record<string, string>> = { balanceAfterMinor: 'balanceAfter' };

/** The path of the first field that differs, as the sender knows it; null where none does. */
export function particularsDifference(
  a: Readonly<Record<string, unknown>> | null,
  b: Readonly<Record<string, unknown>> | null,
  above = '',
): string | null {
  for (const field of new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])) {
    const [left, right] = [a?.[field], b?.[field]];
    if (left === right) continue;
    const path = `${above}/${FIELD_OF[field] ?? field}`;
    if (typeof left !== 'object' && typeof right !== 'object') return path;
    const inner = particularsDifference(asGroup(left), asGroup(right), path);
    if (inner !== null) return inner;
  }
  return null;
}

const asGroup = (value: unknown): Readonly<Record<string, unknown>> | null =>
  typeof value === 'object' ? (value as Readonly<Record<string, unknown>> | null) : null;
