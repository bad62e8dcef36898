import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type EvidenceTransfer } from '#contracts';
import { type EventTimeMs, formatEventTime, type TransferRef, type WalletRef } from '#domain';
import { type PreparedStatement, runPrepared } from '#persistence';
import { type CaseReader, readerParameters } from '../access/case-reader';
import { mergeReaders } from '../access/merge-readers.repository';
import { type OpenCase } from './case-placement';
import { type CaseSummary } from './case-summary';

/** What the store knows of a case beside what it says. */
export interface CaseFile {
  readonly id: string;
  /** Read by those who were added, and only with a purpose. */
  readonly sealed: boolean;
  readonly revision: number;
  readonly fingerprint: string;
}

export interface ListedCase {
  readonly summary: CaseSummary;
  readonly revision: number;
  readonly sealed: boolean;
}

export interface SavedCase extends Omit<ListedCase, 'sealed'> {
  readonly fingerprint: string;
}

/** A place in the list of cases, which is ranked. */
export type RankPlace = readonly [heldMinor: number, risk: number, id: string];

interface ListedRow {
  readonly body: CaseSummary;
  readonly revision: number;
  readonly sealed: boolean;
}

const toListed = ({ body, revision, sealed }: ListedRow): ListedCase => ({
  ...{ summary: body, revision, sealed },
});

const columnsOf = (cases: readonly OpenCase[]): unknown[] => [
  cases.map(({ id }) => id),
  cases.map(({ openedAtMs }) => formatEventTime(openedAtMs)),
];

// One list of ids, made first. Asked for as "these, or those", every case there is would be looked at; joined with them, a case
// whose row has changed while its lock was waited for is joined anew, and mostly lost (EvalPlanQual).
const LOCK_TOLD: PreparedStatement = {
  name: 'lock-cases-told-of',
  text: `
  select id from referral.case_file
  where id = any(array(
    select unnest($1::uuid[])
    union all
    select t.case_id from unnest($2::text[], $3::text[]) as told(provider, wallet)
    join referral.case_transfer t on t.creditor_provider = told.provider and t.creditor_wallet = told.wallet
  ))
  order by id for update`,
};

const MARK_STALE: PreparedStatement = {
  name: 'mark-cases-stale',
  text: `
  with noted as (
    update referral.case_file set stale = true where id = any($1::uuid[]) and not stale returning id
  )
  select pg_notify('layerwatch_cases', '') from noted limit 1`,
};

/**
 * Cases, and which alerts, transfers and operations lie in which.
 *
 * Whoever changes anything that a case says first locks its row: so whoever holds the row reads the case as of one moment.
 */
@Injectable()
export class CaseRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Those of the transfers that lie in a case, each with that case's id. */
  async ofTransfers(
    manager: EntityManager,
    transfers: readonly TransferRef[],
  ): Promise<(readonly [TransferRef, string])[]> {
    const rows: (TransferRef & { caseId: string })[] = await manager.query(
      `select provider, transfer_id as "transferId", case_id as "caseId"
       from unnest($1::text[], $2::text[]) as told(provider, transfer_id)
       join referral.case_transfer using (provider, transfer_id)`,
      [transfers.map(({ provider }) => provider), transfers.map(({ transferId }) => transferId)],
    );
    return rows.map((row) => [row, row.caseId]);
  }

  /** Those of the operations that a case is linked to, each with that case's id. */
  async ofOperations(
    manager: EntityManager,
    operationIds: readonly string[],
  ): Promise<(readonly [string, string])[]> {
    if (operationIds.length === 0) return [];
    const rows: { operation_id: string; case_id: string }[] = await manager.query(
      'select operation_id, case_id from referral.case_operation where operation_id = any($1)',
      [operationIds],
    );
    return rows.map(({ operation_id, case_id }) => [operation_id, case_id]);
  }

  /** Locks cases, in the order of their ids, so that two who lock several never wait for each other. */
  async lockOpen(manager: EntityManager, ids: readonly string[]): Promise<OpenCase[]> {
    if (ids.length === 0) return [];
    const rows: { id: string; opened_at: Date }[] = await manager.query(
      'select id, opened_at from referral.case_file where id = any($1::uuid[]) order by id for update',
      [ids],
    );
    return rows.map(({ id, opened_at }) => ({ id, openedAtMs: opened_at.getTime() }));
  }

  /**
   * Cases of which nothing is said yet: that follows in the same transaction.
   *
   * @param unit whose they are; null: everybody's
   */
  async open(
    manager: EntityManager,
    cases: readonly OpenCase[],
    unit: string | null,
  ): Promise<void> {
    if (cases.length === 0) return;
    await manager.query(
      `insert into referral.case_file (id, revision, opened_at, as_of, risk, held_minor, fingerprint, body, units)
       select id, 0, opened_at, opened_at, 0, 0, '', '{}', $3::text[]
       from unnest($1::uuid[], $2::timestamptz[]) as told(id, opened_at)`,
      [...columnsOf(cases), unit === null ? [] : [unit]],
    );
  }

  /** At once, not when a case is drawn: which of two cases goes on must not hang on where a batch ended. */
  async makeOlder(manager: EntityManager, cases: readonly OpenCase[]): Promise<void> {
    if (cases.length === 0) return;
    await manager.query(
      `update referral.case_file c set opened_at = told.opened_at
       from unnest($1::uuid[], $2::timestamptz[]) as told(id, opened_at) where c.id = told.id`,
      columnsOf(cases),
    );
  }

  /** Lets cases go on in another: all that lies in them lies there from now on, referrals too. */
  async merge(manager: EntityManager, into: string, absorbed: readonly string[]): Promise<void> {
    for (const table of ['alert', 'case_transfer', 'case_operation', 'referral']) {
      await manager.query(
        `update referral.${table} set case_id = $1 where case_id = any($2::uuid[])`,
        [into, absorbed],
      );
    }
    await mergeReaders(manager, into, absorbed);
    await manager.query(
      `update referral.case_file set merged_into = $1
       where id = any($2::uuid[]) or merged_into = any($2::uuid[])`,
      [into, absorbed],
    );
  }

  /** Puts transfers in cases. @param placed none of them lies in a case, each with the id of its own */
  async gatherTransfers(
    manager: EntityManager,
    placed: readonly (readonly [EvidenceTransfer, string])[],
  ): Promise<void> {
    if (placed.length === 0) return;
    const transfers = placed.map(([transfer]) => transfer);
    await manager.query(
      `insert into referral.case_transfer
         (provider, transfer_id, case_id, creditor_provider, creditor_wallet, body, named)
       select provider, transfer_id, case_id, creditor_provider, creditor_wallet, body, coalesce((
         select referral.named_in(f) from feed.transfer_key k join feed.transfer f on f.position = k.positions[1]
         where k.provider_id = told.provider and k.transfer_id = told.transfer_id
       ), '{}')
       from rows from (
         unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[]), jsonb_array_elements($6::jsonb)
       ) as told(provider, transfer_id, case_id, creditor_provider, creditor_wallet, body)`,
      [
        transfers.map(({ provider }) => provider),
        transfers.map(({ transferId }) => transferId),
        placed.map(([, caseId]) => caseId),
        transfers.map(({ creditor }) => creditor.provider),
        transfers.map(({ creditor }) => creditor.walletId),
        JSON.stringify(transfers),
      ],
    );
  }

  /** Links operations to cases. @param placed none of them is linked to a case, each with the id of its own */
  async gatherOperations(
    manager: EntityManager,
    placed: readonly (readonly [operationId: string, caseId: string])[],
  ): Promise<void> {
    if (placed.length === 0) return;
    await manager.query(
      `insert into referral.case_operation (operation_id, case_id)
       select * from unnest($1::text[], $2::uuid[]) as told(id, case_id)`,
      [placed.map(([id]) => id), placed.map(([, caseId]) => caseId)],
    );
  }

  /** Locks those of the cases that go on, in the order of their ids. */
  async lock(manager: EntityManager, caseIds: readonly string[]): Promise<CaseFile[]> {
    return manager.query(
      `select id, revision, fingerprint, sealed from referral.case_file
       where id = any($1::uuid[]) and merged_into is null order by id for update`,
      [caseIds],
    );
  }

  /** Notes that something was told of these cases, or of these wallets' money in whatever case; whoever draws them is woken. */
  async toDraw(
    manager: EntityManager,
    caseIds: readonly string[],
    wallets: readonly WalletRef[],
  ): Promise<void> {
    const locked = await runPrepared<{ id: string }>(manager, LOCK_TOLD, [
      caseIds,
      wallets.map(({ provider }) => provider),
      wallets.map(({ walletId }) => walletId),
    ]);
    if (locked.length === 0) return;
    // A statement of its own: it sees what whoever drew them while we waited for the lock has left.
    await runPrepared(manager, MARK_STALE, [locked.map(({ id }) => id)]);
  }

  /** Of the cases that have to be drawn now, those that nobody else is drawing. Locked, in the order of their ids. */
  async lockDue(manager: EntityManager, casesMax: number): Promise<string[]> {
    const rows: { id: string }[] = await manager.query(
      `select id from referral.case_file
       where id in (
         select id from referral.case_file where stale and draw_after <= now() order by draw_after limit $1
       )
       order by id for update skip locked`,
      [casesMax],
    );
    return rows.map(({ id }) => id);
  }

  /** @param afterMs until they may be drawn again */
  async drawn(manager: EntityManager, caseIds: readonly string[], afterMs: number): Promise<void> {
    await manager.query(
      `update referral.case_file set stale = false, draw_after = now() + $2 * interval '1 millisecond'
       where id = any($1::uuid[])`,
      [caseIds, Math.ceil(afterMs)],
    );
  }

  /** A case that cannot be drawn must not keep the others from it. */
  async putOff(caseIds: readonly string[], forMs: number): Promise<void> {
    await this.dataSource.query(
      `update referral.case_file set draw_after = now() + $2 * interval '1 millisecond' where id = any($1::uuid[])`,
      [caseIds, forMs],
    );
  }

  /** Stores what cases say now. */
  async save(manager: EntityManager, cases: readonly SavedCase[]): Promise<void> {
    if (cases.length === 0) return;
    await manager.query(
      `update referral.case_file c
       set revision = told.revision, fingerprint = told.fingerprint, as_of = told.as_of, risk = told.risk,
           held_minor = told.held_minor, body = told.body
       from rows from (
         unnest($1::uuid[], $2::integer[], $3::text[], $4::timestamptz[], $5::double precision[], $6::bigint[]),
         jsonb_array_elements($7::jsonb)
       ) as told(id, revision, fingerprint, as_of, risk, held_minor, body)
       where c.id = told.id`,
      [
        cases.map(({ summary }) => summary.id),
        cases.map(({ revision }) => revision),
        cases.map(({ fingerprint }) => fingerprint),
        cases.map(({ summary }) => summary.asOf),
        cases.map(({ summary }) => summary.risk),
        cases.map(({ summary }) => summary.money.heldMinor),
        JSON.stringify(cases.map(({ summary }) => summary)),
      ],
    );
  }

  async ofOperation(manager: EntityManager, operationId: string): Promise<string | null> {
    const rows: { case_id: string }[] = await manager.query(
      'select case_id from referral.case_operation where operation_id = $1',
      [operationId],
    );
    return rows[0]?.case_id ?? null;
  }

  /** The case by that id or, where it was merged, the one that goes on; null where there is none that the reader may read. */
  async resolve(manager: EntityManager, id: string, reader: CaseReader): Promise<CaseFile | null> {
    const rows: CaseFile[] = await manager.query(
      `select now.id, now.revision, now.fingerprint, now.sealed
       from referral.case_file asked join referral.case_file now on now.id = coalesce(asked.merged_into, asked.id)
       where asked.id = $1 and referral.may_read(now, $2, $3, $4)`,
      [id, ...readerParameters(reader)],
    );
    return rows[0] ?? null;
  }

  /** Ids under which the case was known before it was merged into this one. */
  async mergedFrom(manager: EntityManager, id: string): Promise<string[]> {
    const rows: { id: string }[] = await manager.query(
      'select id from referral.case_file where merged_into = $1 order by id',
      [id],
    );
    return rows.map((row) => row.id);
  }

  /** Those with a transfer that names a wallet or an identifier, ranked as the list is. */
  async naming(match: string, reader: CaseReader, rowsMax: number): Promise<ListedCase[]> {
    const rows: ListedRow[] = await this.dataSource.query(
      `select body, revision, sealed from referral.case_file c
       where id in (select case_id from referral.case_transfer where named @> array[$1::text])
         and merged_into is null and referral.may_read(c, $3, $4, $5)
       order by held_minor desc, risk desc, id desc limit $2`,
      [match, rowsMax, ...readerParameters(reader)],
    );
    return rows.map(toListed);
  }

  /** Most money still held first, then riskiest. */
  async list(
    after: RankPlace | null,
    reader: CaseReader,
    withSealed: boolean,
    rowsMax: number,
  ): Promise<ListedCase[]> {
    const rows: ListedRow[] = await this.dataSource.query(
      `select body, revision, sealed from referral.case_file c
       where merged_into is null and ($8 or not sealed) and referral.may_read(c, $5, $6, $7)
         and ($1::bigint is null or (held_minor, risk, id) < ($1::bigint, $2::double precision, $3::uuid))
       order by held_minor desc, risk desc, id desc limit $4`,
      [...(after ?? [null, null, null]), rowsMax, ...readerParameters(reader), withSealed],
    );
    return rows.map(toListed);
  }

  /** The latest event time that anything was told of; null before the first case. Urgency is judged by it. */
  async latestEventTimeMs(source: EntityManager | null): Promise<EventTimeMs | null> {
    const rows: { at: Date | null }[] = await (source ?? this.dataSource).query(
      'select max(as_of) as at from referral.case_file',
    );
    return rows[0]?.at?.getTime() ?? null;
  }

  /** One moment of the whole database, to read a case from without holding anybody up. */
  async snapshot<T>(read: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }
}
