import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { audit } from '#audit';
import { type BacktestReport, type DispositionOutcome, type LogPosition } from '#contracts';
import { type EventTimeMs, invariant, type TransferRef } from '#domain';
import { inTurn, TransferLog } from '#messaging';
import { type RulePack } from '#typologies';

/** So often a backtest is taken up. One that ends its process each time must not do so for ever. */
export const ATTEMPTS_MAX = 3;
/** Alerts whose dispositions are read, the newest of them… */
const ALERTS_READ_MAX = 100_000;
/** …so many at once. */
const ALERTS_PER_PAGE = 1_000;

/** A backtest that this process has taken up. */
export interface TakenUp {
  readonly id: string;
  /** Only the last to take it up may write to it. */
  readonly attempt: number;
  readonly present: string;
  readonly candidate: string | null;
  readonly learns: boolean;
  readonly fromMs: EventTimeMs | null;
  readonly untilMs: EventTimeMs | null;
  readonly officers: number;
  readonly requestedBy: string;
  /** The log is read up to here. */
  readonly head: LogPosition;
}

/** An alert as it was stored, and what was found of it last. */
export interface StoredAlert {
  /** Null where nobody has disposed of it. */
  readonly outcome: DispositionOutcome | null;
  readonly firstAtMs: EventTimeMs;
  /** Its transfers, by where the log first told of each. */
  readonly positions: readonly LogPosition[];
}

interface TakenRow {
  id: string;
  attempts: number;
  present: string;
  candidate: string | null;
  learns: boolean;
  from_at: Date | null;
  until_at: Date | null;
  officers: number;
  requested_by: string;
  head: number;
}

/** Backtests to be run, and what they are run on. */
@Injectable()
export class BacktestRepository {
  readonly log: TransferLog;

  constructor(private readonly dataSource: DataSource) {
    this.log = new TransferLog(dataSource);
  }

  /** Takes up the oldest that waits, or that nobody is heard of any more. @returns null where there is none */
  async takeUp(leaseSeconds: number): Promise<TakenUp | null> {
    const head = await this.log.head();
    await this.dataSource.query(
      `update intel.backtest set status = 'FAILED', ended_at = now(), stage = null,
         failure = 'the process that ran it ended ' || attempts || ' times'
       where status = 'RUNNING' and lease_until < now() and attempts >= $1`,
      [ATTEMPTS_MAX],
    );
    const [rows]: [TakenRow[]] = await this.dataSource.query(
      `update intel.backtest set status = 'RUNNING', attempts = attempts + 1, head = coalesce(head, $2),
         lease_until = now() + make_interval(secs => $1), entries_done = 0, stage = null
       where id = (
         select id from intel.backtest
         where status = 'WAITING' or (status = 'RUNNING' and lease_until < now())
         order by listed_at limit 1 for update skip locked
       )
       returning id, attempts, present, candidate, learns, from_at, until_at, officers, requested_by, head`,
      [leaseSeconds, head],
    );
    const row = rows[0];
    if (row === undefined) return null;
    return {
      ...{ id: row.id, attempt: row.attempts, present: row.present, learns: row.learns },
      // What an attempt before had learnt is learnt again.
      candidate: row.learns ? null : row.candidate,
      fromMs: row.from_at?.getTime() ?? null,
      untilMs: row.until_at?.getTime() ?? null,
      ...{ officers: row.officers, requestedBy: row.requested_by, head: row.head },
    };
  }

  /** Tells how far it is. @returns whether it is still this process's to run */
  async beat(
    { id, attempt }: TakenUp,
    leaseSeconds: number,
    stage: string,
    entriesDone: number,
  ): Promise<boolean> {
    return this.change(
      `lease_until = now() + make_interval(secs => $3), stage = $4, entries_done = $5`,
      [id, attempt, leaseSeconds, stage, entriesDone],
    );
  }

  async done({ id, attempt }: TakenUp, report: BacktestReport): Promise<boolean> {
    return this.change(
      `status = 'DONE', ended_at = now(), stage = null, report = $3::jsonb, failure = null`,
      [id, attempt, JSON.stringify(report)],
    );
  }

  async failed({ id, attempt }: TakenUp, failure: string): Promise<void> {
    await this.change(`status = 'FAILED', ended_at = now(), stage = null, failure = $3`, [
      ...[id, attempt, failure],
    ]);
  }

  /** Lets another attempt take it up. @param counts whether this one counts as an attempt */
  async release({ id, attempt }: TakenUp, counts: boolean): Promise<void> {
    await this.change(`status = 'WAITING', stage = null, attempts = attempts - $3::int`, [
      ...[id, attempt, counts ? 0 : 1],
    ]);
  }

  private async change(set: string, values: readonly unknown[]): Promise<boolean> {
    const [rows]: [unknown[]] = await this.dataSource.query(
      `update intel.backtest set ${set}
       where id = $1 and attempts = $2 and status = 'RUNNING' returning id`,
      [...values],
    );
    return rows.length === 1;
  }

  async pack(version: string): Promise<RulePack> {
    const rows: { document: RulePack }[] = await this.dataSource.query(
      'select document from intel.rule_pack where version = $1',
      [version],
    );
    invariant(rows.length === 1, 'a pack that is named stays known');
    return rows[0]!.document;
  }

  /** Proposes a pack that was learnt. The same one is proposed once, whoever asked for it. */
  async propose(
    { id, attempt, requestedBy }: TakenUp,
    pack: RulePack,
    hash: string,
  ): Promise<void> {
    await inTurn(this.dataSource, 'rule-packs', async (manager) => {
      const added: unknown[] = await manager.query(
        `insert into intel.rule_pack (version, hash, document, status, proposed_by)
         values ($1, $2, $3::jsonb, 'PROPOSED', $4) on conflict (version) do nothing returning version`,
        [pack.version, hash, JSON.stringify(pack), requestedBy],
      );
      if (added.length === 1) {
        await audit(manager, {
          act: 'propose rule packs',
          outcome: 'done',
          actor: { id: requestedBy, roles: [], unit: null },
          object: { type: 'rule-pack', id: pack.version },
          before: null,
          after: { hash },
          details: { learntBy: id },
        });
      }
      await manager.query(
        `update intel.backtest set candidate = $3 where id = $1 and attempts = $2 and status = 'RUNNING'`,
        [id, attempt, pack.version],
      );
    });
  }

  /** Stored alerts, the newest first, a page at a time. */
  async *storedAlerts(): AsyncGenerator<StoredAlert[], void, void> {
    let before = Number.MAX_SAFE_INTEGER;
    for (let read = 0; read < ALERTS_READ_MAX; read += ALERTS_PER_PAGE) {
      const rows: {
        listed_at: number;
        outcome: DispositionOutcome | null;
        first_at: string;
        positions: number[] | null;
      }[] = await this.dataSource.query(
        `select a.listed_at, a.body ->> 'firstAt' as first_at, found.outcome, named.positions
         from referral.alert a
         left join lateral (
           select outcome from intel.disposition where alert_id = a.id order by position desc limit 1
         ) found on true
         left join lateral (
           select json_agg(first) as positions from (
             select min(t.position) as first
             from jsonb_array_elements(a.body -> 'transfers') told
             join feed.transfer t on t.provider_id = told ->> 'provider' and t.transfer_id = told ->> 'transferId'
             group by t.provider_id, t.transfer_id
           ) firsts
         ) named on true
         where a.listed_at < $1 order by a.listed_at desc limit $2`,
        [before, ALERTS_PER_PAGE],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      before = last.listed_at;
      yield rows.map(({ outcome, first_at: firstAt, positions }) => ({
        ...{ outcome, firstAtMs: Date.parse(firstAt), positions: positions ?? [] },
      }));
    }
  }

  /** What the transfers at some places of the log are called. */
  async namesOf(positions: readonly LogPosition[]): Promise<Map<LogPosition, TransferRef>> {
    const rows: { position: number; provider: string; transferId: string }[] =
      await this.dataSource.query(
        `select position, provider_id as provider, transfer_id as "transferId"
         from feed.transfer where position = any ($1::bigint[])`,
        [positions],
      );
    return new Map(
      rows.map(({ position, provider, transferId }) => [position, { provider, transferId }]),
    );
  }
}
