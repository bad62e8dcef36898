import { textArray } from '#persistence';
import { type SealedIdentity } from '#identity';
import { thisMonth } from './identity-memory';
import { creditorTokens, debtorTokens } from './particulars';
import { type CheckedRow } from './read-transfer';
import { type NewBatch } from './store-together';
import { type TransferReport } from './transfer-report';

// The same columns, parameters $1 to $17, in both statements that write transfers.
// Particulars come as one document: as an array of documents each of their many quotes would be escaped, and read back.
export const INPUT = `
  select * from rows from (
    unnest(
      $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[],
      $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[]
    ),
    jsonb_array_elements($17::jsonb)
  ) with ordinality as told (
    provider_id, transfer_id, status, type, occurred_at_ms, amount_minor, currency,
    debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
    original_transfer_id, debtor_tokens, creditor_tokens, particulars, place
  )`;

export const TRANSFER_COLUMNS = `
  position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
  debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
  original_transfer_id, debtor_tokens, creditor_tokens, particulars, original_position`;

// Milliseconds times an interval is exact; to_timestamp would go through a double of seconds.
export const TRANSFER_VALUES = `
  position, provider_id, transfer_id, status, type, timestamptz 'epoch' + occurred_at_ms * interval '1 millisecond',
  amount_minor, currency, debtor_provider, debtor_wallet, debtor_kind,
  creditor_provider, creditor_wallet, creditor_kind, original_transfer_id,
  string_to_array(debtor_tokens, ' '), string_to_array(creditor_tokens, ' '), nullif(particulars, 'null')`;

export const KEEP_IDENTITIES = `feed.keep_identities($18::text[], $19::text[], $20::bytea[], $21::integer[], $22::date)`;

/** A token holds no space: it is a type, a colon and base64url. */
const joined = (tokens: readonly string[]): string | null =>
  tokens.length === 0 ? null : tokens.join(' ');

/** An array of numbers or of words of closed sets, as PostgreSQL reads one: nothing in it has to be escaped. */
const plainArray = (values: readonly (number | string | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join()}}`;

/** One array a column: parameters $1 to $17. */
export function transferColumns(batches: readonly NewBatch[]): unknown[] {
  const reports = batches.flatMap(({ rows }) => rows.map(({ report }) => report));
  const column = <T>(read: (report: TransferReport) => T): T[] => reports.map(read);
  return [
    textArray(batches.flatMap(({ provider, rows }) => rows.map(() => provider))),
    textArray(column((report) => report.transferId)),
    plainArray(column((report) => report.status)),
    plainArray(column((report) => report.type)),
    plainArray(column((report) => report.occurredAtMs)),
    plainArray(column((report) => report.amountMinor)),
    plainArray(column((report) => report.currency)),
    textArray(column((report) => report.debtor.provider)),
    textArray(column((report) => report.debtor.walletId)),
    plainArray(column((report) => report.debtor.kind)),
    textArray(column((report) => report.creditor.provider)),
    textArray(column((report) => report.creditor.walletId)),
    plainArray(column((report) => report.creditor.kind)),
    textArray(column((report) => report.originalTransferId)),
    textArray(column(({ particulars }) => particulars && joined(debtorTokens(particulars)))),
    textArray(column(({ particulars }) => particulars && joined(creditorTokens(particulars)))),
    JSON.stringify(column(({ particulars }) => particulars)),
  ];
}

/** Each identity once: parameters $18 to $22. */
export function identityColumns(rows: readonly CheckedRow[]): unknown[] {
  const byToken = new Map<string, SealedIdentity>();
  for (const { identities } of rows) {
    for (const identity of identities) byToken.set(identity.token, identity);
  }
  const identities = [...byToken.values()];
  return [
    textArray(identities.map(({ token }) => token)),
    plainArray(identities.map(({ type }) => type)),
    identities.map(({ sealed }) => sealed),
    identities.map(({ keyVersion }) => keyVersion),
    thisMonth(),
  ];
}
