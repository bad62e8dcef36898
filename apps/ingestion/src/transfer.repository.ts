import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ROWS_MAX } from '#contracts';
import { type TransferStatus, type TransferType, type PartyKind, invariant } from '#domain';
import { type SealedIdentity } from '#identity';
import { detectionLagMs, takeTurn } from '#messaging';
import { type PreparedStatement, runPrepared, textArray } from '#persistence';
import { StoreTogether, type NewBatch } from './store-together';
import { thisMonth } from './identity-memory';
import { creditorTokens, debtorTokens, type Particulars } from './particulars';
import { type CheckedRow } from './read-transfer';
import { type StoreOutcome } from './row-kind';
import { judge, type Judgement, judgeReversal, type TransferReport } from './transfer-report';

// The same columns, parameters $1 to $17, in both statements that write transfers.
// Particulars come as one document: as an array of documents each of their many quotes would be escaped, and read back.
const INPUT = `
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

const TRANSFER_COLUMNS = `
  position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
  debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
  original_transfer_id, debtor_tokens, creditor_tokens, particulars, original_position`;

// Milliseconds times an interval is exact; to_timestamp would go through a double of seconds.
const TRANSFER_VALUES = `
  position, provider_id, transfer_id, status, type, timestamptz 'epoch' + occurred_at_ms * interval '1 millisecond',
  amount_minor, currency, debtor_provider, debtor_wallet, debtor_kind,
  creditor_provider, creditor_wallet, creditor_kind, original_transfer_id,
  string_to_array(debtor_tokens, ' '), string_to_array(creditor_tokens, ' '), nullif(particulars, 'null')`;

const KEEP_IDENTITIES = `feed.keep_identities($18::text[], $19::text[], $20::bytea[], $21::integer[], $22::date)`;

// One statement for what is stored together, and its text never changes: 1,000 rows use 22 parameters, not 19,000. It commits by itself, so
// nobody waits for this process while it has the turn. The turn is taken by the insert into transfer_key, before it
// draws its first row; only then are positions handed out, and only then is asked whether any row was stored before. If
// one was, nothing is stored: such a batch is looked at row by row (STORE_IN_TURN), so that the order of its rows stays
// the order of the log.
const STORE_NEW: PreparedStatement = {
  name: 'store-new-transfers',
  text: `
  with told as materialized (${INPUT}),
  handed_out as materialized (select feed.hand_out($1::text[], $2::text[]) as before),
  transfer_key as (
    insert into feed.transfer_key (provider_id, transfer_id, positions)
    select provider_id, transfer_id, array[before + place] from handed_out cross join told where before is not null
    returning positions[1] as position
  ),
  -- Reading transfer_key puts this after the turn was taken: two batches that name the same identities in another order
  -- would otherwise wait for one another.
  identity as materialized (
    select ${KEEP_IDENTITIES} as kept from (select count(*) as rows from transfer_key) as stored where rows > 0
  ),
  transfer as (
    insert into feed.transfer (${TRANSFER_COLUMNS})
    select ${TRANSFER_VALUES}, null
    from (select *, (select min(position) - 1 from transfer_key) + place as position from told) as placed
    where exists (select from transfer_key)
  )
  select count(*) as stored, (select kept from identity) from transfer_key`,
};

// Run with the turn already taken, so positions may be handed out first. A transfer may come with several statuses.
const STORE_IN_TURN = `
  with told as materialized (
    select *, nextval('log.position') as position from (${INPUT} order by place) as in_order
  ),
  transfer_key as (
    insert into feed.transfer_key as known (provider_id, transfer_id, positions)
    select provider_id, transfer_id, array_agg(position order by position) from told
    group by provider_id, transfer_id
    on conflict (provider_id, transfer_id) do update set positions = known.positions || excluded.positions
    returning provider_id, transfer_id, positions[1] as first_position
  ),
  transfer as (
    insert into feed.transfer (${TRANSFER_COLUMNS})
    select ${TRANSFER_VALUES}, nullif(first_position, position)
    from told join transfer_key using (provider_id, transfer_id)
    order by position
  )
  select ${KEEP_IDENTITIES}`;

/** Transfers that are known by id, and stored here no longer. */
const ARCHIVED = `
  select transfer_id from feed.transfer_key k
  where provider_id = $1 and transfer_id = any ($2::text[])
    and not exists (select from feed.transfer where position = any (k.positions))`;

const HISTORIES = `
  select transfer_id, status, type, (extract(epoch from occurred_at) * 1000)::bigint as occurred_at_ms, amount_minor,
         currency, debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
         original_transfer_id, particulars
  from feed.transfer
  where position in (
    select unnest(positions) from feed.transfer_key where provider_id = $1 and transfer_id = any ($2::text[])
  )
  order by position`;

interface StoredColumns {
  transfer_id: string;
  status: TransferStatus;
  type: TransferType;
  occurred_at_ms: number;
  amount_minor: number;
  currency: string;
  debtor_provider: string;
  debtor_wallet: string;
  debtor_kind: PartyKind | null;
  creditor_provider: string;
  creditor_wallet: string;
  creditor_kind: PartyKind | null;
  original_transfer_id: string | null;
  particulars: Particulars | null;
}

const ACCEPTED = { kind: 'accepted' } as const;
const DUPLICATE = { kind: 'duplicate' } as const;

/** Keeps the feed: each transfer once, each later status of it once, in the order told. */
@Injectable()
export class TransferRepository {
  private readonly together = new StoreTogether((batches) => this.storeNew(batches), ROWS_MAX);

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Stores a batch, as if its rows had come one after the other. It is committed when this returns.
   *
   * @returns what became of each row, in their order
   */
  async store(provider: string, rows: readonly CheckedRow[]): Promise<readonly StoreOutcome[]> {
    if (rows.length === 0) return [];
    const places = new Map(rows.map(({ report }, place) => [report.transferId, place]));
    if (
      places.size === rows.length &&
      (await this.reversalsFit(provider, rows, places)) &&
      (await this.together.store({ provider, rows }))
    ) {
      return rows.map(() => ACCEPTED);
    }
    // A statement that waited for the turn must see what was committed meanwhile: not so under a stricter isolation.
    return this.dataSource.transaction('READ COMMITTED', (manager) =>
      storeInTurn(manager, provider, rows),
    );
  }

  /** For how long the oldest transfer that is not scored has been stored; 0 where all are. */
  detectionLagMs(): Promise<number> {
    return detectionLagMs(this.dataSource);
  }

  /**
   * Whether all rows may be stored without another look at what they reverse, if none was stored before. Asked before the
   * turn, so that others need not wait for the answer: what was found of an original stays so. An original that is not
   * found may still be stored until the turn comes, so that is asked again then.
   *
   * @param places of the batch's transfers in it
   */
  private async reversalsFit(
    provider: string,
    rows: readonly CheckedRow[],
    places: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    const originalIds = originalsOf(rows);
    if (originalIds.length === 0) return true;
    const histories = await loadHistories(this.dataSource.manager, provider, originalIds);
    return rows.every(({ report }, place) => {
      if (report.type !== 'REVERSAL' || report.originalTransferId === null) return true;
      const beside = places.get(report.originalTransferId);
      // Told of after its reversal, it is not what the reversal points to.
      if (beside !== undefined && beside > place) return true;
      const original =
        beside === undefined ? histories.get(report.originalTransferId)?.[0] : rows[beside]!.report;
      return original !== undefined && judgeReversal(original, report).kind === 'accepted';
    });
  }

  /** @returns false where any row was stored before, and then nothing is stored now */
  private async storeNew(batches: readonly NewBatch[]): Promise<boolean> {
    const rows = batches.flatMap((batch) => batch.rows);
    const [result] = await runPrepared<{ stored: number }>(this.dataSource.manager, STORE_NEW, [
      ...transferColumns(batches),
      ...identityColumns(rows),
    ]);
    const stored = result?.stored;
    invariant(stored === 0 || stored === rows.length, 'new rows are stored whole');
    return stored > 0;
  }
}

async function storeInTurn(
  manager: EntityManager,
  provider: string,
  rows: readonly CheckedRow[],
): Promise<readonly StoreOutcome[]> {
  await takeTurn(manager, 'transfers');
  const ids = [...rows.map(({ report }) => report.transferId), ...originalsOf(rows)];
  const histories = await loadHistories(manager, provider, ids);
  const archived = await loadArchived(manager, provider, ids, histories);
  const accepted: CheckedRow[] = [];
  const outcomes = rows.map((row): StoreOutcome => {
    const { transferId } = row.report;
    if (archived.has(transferId)) return ofArchived(row.report);
    const history = histories.get(transferId) ?? [];
    const judgement = judgeWithOriginal(history, row.report, histories);
    if (judgement.kind !== 'accepted') return judgement;
    // The next row with this id is judged by this one too.
    histories.set(transferId, [...history, judgement.report]);
    accepted.push({ report: judgement.report, identities: row.identities });
    return ACCEPTED;
  });
  if (accepted.length > 0) {
    await manager.query(STORE_IN_TURN, [
      ...transferColumns([{ provider, rows: accepted }]),
      ...identityColumns(accepted),
    ]);
  }
  return outcomes;
}

/**
 * An original that is not known stops no reversal: feeds begin in the middle, and it may come later or never. Such a reversal
 * points nowhere, and detection takes it as a payment like any other. If the original comes afterwards nothing looks back;
 * only a reversal that was told of as pending is measured by it when it settles. To fail or to be undone itself it need
 * not fit.
 *
 * @param histories by transfer, of all that was told before this report
 */
function judgeWithOriginal(
  history: readonly TransferReport[],
  report: TransferReport,
  histories: ReadonlyMap<string, readonly TransferReport[]>,
): Judgement {
  const judgement = judge(history, report);
  const { type, status, originalTransferId } = report;
  if (judgement.kind !== 'accepted' || type !== 'REVERSAL') return judgement;
  if (history.length > 0 && status !== 'SETTLED') return judgement;
  const original = originalTransferId === null ? undefined : histories.get(originalTransferId)?.[0];
  const misfit = original && judgeReversal(original, report);
  return misfit?.kind === 'conflict' ? misfit : judgement;
}

/** The transfers that the reversals among these rows take back. */
const originalsOf = (rows: readonly CheckedRow[]): string[] =>
  rows.flatMap(({ report: { type, originalTransferId } }) =>
    type === 'REVERSAL' && originalTransferId !== null ? [originalTransferId] : [],
  );

/** What is stored of each of these transfers, oldest first. */
async function loadHistories(
  manager: EntityManager,
  provider: string,
  transferIds: readonly string[],
): Promise<Map<string, readonly TransferReport[]>> {
  const stored: StoredColumns[] = await manager.query(HISTORIES, [provider, transferIds]);
  return stored.reduce((histories, row) => {
    const history = histories.get(row.transfer_id) ?? [];
    return histories.set(row.transfer_id, [...history, toReport(row)]);
  }, new Map<string, readonly TransferReport[]>());
}

/** It was acknowledged then. What it said cannot be compared any more, and nothing is to come of it twice. */
const ofArchived = ({ status }: TransferReport): StoreOutcome =>
  status === 'FAILED' || status === 'REVERSED'
    ? {
        kind: 'conflict',
        path: '/status',
        detail: 'this transfer is archived, and takes no later status',
      }
    : DUPLICATE;

/** Of these transfers, those that are known by id, and by nothing else any more. */
async function loadArchived(
  manager: EntityManager,
  provider: string,
  transferIds: readonly string[],
  histories: ReadonlyMap<string, unknown>,
): Promise<ReadonlySet<string>> {
  const unseen = transferIds.filter((id) => !histories.has(id));
  if (unseen.length === 0) return new Set();
  const rows: { transfer_id: string }[] = await manager.query(ARCHIVED, [provider, unseen]);
  return new Set(rows.map(({ transfer_id }) => transfer_id));
}

const toReport = (row: StoredColumns): TransferReport => ({
  transferId: row.transfer_id,
  status: row.status,
  type: row.type,
  occurredAtMs: row.occurred_at_ms,
  amountMinor: row.amount_minor,
  currency: row.currency,
  debtor: { provider: row.debtor_provider, walletId: row.debtor_wallet, kind: row.debtor_kind },
  creditor: {
    provider: row.creditor_provider,
    walletId: row.creditor_wallet,
    kind: row.creditor_kind,
  },
  originalTransferId: row.original_transfer_id,
  particulars: row.particulars,
});

/** A token holds no space: it is a type, a colon and base64url. */
const joined = (tokens: readonly string[]): string | null =>
  tokens.length === 0 ? null : tokens.join(' ');

/** An array of numbers or of words of closed sets, as PostgreSQL reads one: nothing in it has to be escaped. */
const plainArray = (values: readonly (number | string | null)[]): string =>
  `{${values.map((value) => value ?? 'NULL').join()}}`;

/** One array a column: parameters $1 to $17. */
function transferColumns(batches: readonly NewBatch[]): unknown[] {
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
function identityColumns(rows: readonly CheckedRow[]): unknown[] {
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
