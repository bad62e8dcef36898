import { type EntityManager } from 'typeorm';
import { takeTurn } from '#messaging';
import { keepPaymentLegs, loadPaymentLegs } from './both-legs/payment-leg.repository';
import { type LegRole, paymentKey } from './both-legs/payment-legs';
import { type CheckedRow } from './read-transfer';
import { type RowPurpose, type StoreOutcome } from './row-kind';
import { REPORT_COLUMNS, type StoredColumns, toReport } from './stored-report';
import {
  identityColumns,
  INPUT,
  KEEP_IDENTITIES,
  TRANSFER_COLUMNS,
  TRANSFER_VALUES,
  transferColumns,
} from './transfer-columns';
import { judge, type Judgement, judgeReversal, type TransferReport } from './transfer-report';

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
    insert into feed.transfer (${TRANSFER_COLUMNS}, leg_of, echo, history)
    select ${TRANSFER_VALUES}, coalesce(leg_of, nullif(first_position, position)), leg_of, echo, $25::boolean
    from told join transfer_key using (provider_id, transfer_id)
    join unnest($23::bigint[], $24::boolean[]) with ordinality as leg (leg_of, echo, place) using (place)
    order by position
  )
  select ${KEEP_IDENTITIES}`;

/** Transfers that are known by id, and stored here no longer. */
const ARCHIVED = `
  select transfer_id from feed.transfer_key k
  where provider_id = $1 and transfer_id = any ($2::text[])
    and not exists (select from feed.transfer where position = any (k.positions))`;

const HISTORIES = `
  select ${REPORT_COLUMNS}
  from feed.transfer
  where position in (
    select unnest(positions) from feed.transfer_key where provider_id = $1 and transfer_id = any ($2::text[])
  )
  order by position`;

export const ACCEPTED = { kind: 'accepted' } as const;
const DUPLICATE = { kind: 'duplicate' } as const;

/**
 * Stores rows as if they had come one after the other, each with its sender's earlier word about it in view. Takes the turn at the
 * log and keeps it until the transaction ends.
 *
 * @returns what became of each, in their order
 */
export async function storeInTurn(
  manager: EntityManager,
  provider: string,
  rows: readonly CheckedRow[],
  purpose: RowPurpose = 'LIVE',
): Promise<readonly StoreOutcome[]> {
  await takeTurn(manager, 'transfers');
  const ids = [...rows.map(({ report }) => report.transferId), ...originalsOf(rows)];
  const histories = await loadHistories(manager, provider, ids);
  const archived = await loadArchived(manager, provider, ids, histories);
  const legs = await loadPaymentLegs(manager, provider, keysOf(provider, rows, histories));
  const accepted: CheckedRow[] = [];
  const roles: LegRole[] = [];
  const outcomes = rows.map((row): StoreOutcome => {
    const { transferId } = row.report;
    if (archived.has(transferId)) return ofArchived(row.report);
    const history = histories.get(transferId) ?? [];
    const judgement = judgeWithOriginal(history, row.report, histories);
    if (judgement.kind !== 'accepted') return judgement;
    // The next row with this id is judged by this one too.
    histories.set(transferId, [...history, judgement.report]);
    accepted.push({ ...row, report: judgement.report });
    roles.push(legs.take(history, judgement.report));
    return ACCEPTED;
  });
  if (accepted.length > 0) {
    await manager.query(STORE_IN_TURN, [
      ...transferColumns([{ provider, rows: accepted }]),
      ...identityColumns(accepted),
      roles.map(({ legOf }) => legOf),
      roles.map(({ echo }) => echo),
      purpose === 'BACKFILL',
    ]);
    await keepPaymentLegs(manager, legs.changes);
  }
  return outcomes;
}

/** What the payments that these rows tell of are known by to the other provider, too. */
const keysOf = (
  provider: string,
  rows: readonly CheckedRow[],
  histories: ReadonlyMap<string, readonly TransferReport[]>,
): string[] =>
  rows.flatMap(({ report }) => {
    const key = paymentKey(provider, histories.get(report.transferId)?.[0] ?? report);
    return key === null ? [] : [key];
  });

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
export const originalsOf = (rows: readonly CheckedRow[]): string[] =>
  rows.flatMap(({ report: { type, originalTransferId } }) =>
    type === 'REVERSAL' && originalTransferId !== null ? [originalTransferId] : [],
  );

/** What is stored of each of these transfers, oldest first. */
export async function loadHistories(
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
