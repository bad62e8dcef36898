import { type EntityManager } from 'typeorm';
import { type PartyKind, type TransferStatus, type TransferType } from '#domain';
import { takeTurn } from '#messaging';
import { type Particulars } from './particulars';
import { type CheckedRow } from './read-transfer';
import { type StoreOutcome } from './row-kind';
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
