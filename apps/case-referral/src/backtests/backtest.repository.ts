import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type BacktestReport, type BacktestStatus } from '#contracts';
import { inTurn } from '#messaging';
import { type Told } from '#platform';
import { type BacktestAnswer } from './backtest-answer';

export type Backtest = Told<BacktestAnswer>;
export type BacktestDetail = Backtest & { readonly report: BacktestReport | null };

/** As it is asked for first. */
export interface NewBacktest {
  readonly id: string;
  readonly present: string;
  readonly candidate: string | null;
  readonly from: string | null;
  readonly until: string | null;
  readonly officers: number;
  readonly requestedBy: string;
}

interface BacktestRow {
  id: string;
  listed_at: number;
  present: string;
  candidate: string | null;
  learns: boolean;
  from_at: Date | null;
  until_at: Date | null;
  officers: number;
  status: BacktestStatus;
  requested_by: string;
  requested_at: Date;
  stage: string | null;
  entries_done: number;
  ended_at: Date | null;
  failure: string | null;
}

const COLUMNS = `id, listed_at, present, candidate, learns, from_at, until_at, officers, status, requested_by,
  requested_at, stage, entries_done, ended_at, failure`;

const toBacktest = (row: BacktestRow): Backtest => ({
  ...{ id: row.id, present: row.present, candidate: row.candidate, learns: row.learns },
  from: row.from_at?.toISOString() ?? null,
  until: row.until_at?.toISOString() ?? null,
  ...{ officers: row.officers, status: row.status, requestedBy: row.requested_by },
  requestedAt: row.requested_at.toISOString(),
  ...{ stage: row.stage, entriesDone: row.entries_done, failure: row.failure },
  endedAt: row.ended_at?.toISOString() ?? null,
});

/** Backtests that were asked for. What becomes of them is written by whoever runs them. */
@Injectable()
export class BacktestRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** One is asked for after the other, as packs are proposed: which one is in force is then never in doubt. */
  async inTurn<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return inTurn(this.dataSource, 'rule-packs', work);
  }

  /** The pack that alerts are judged by; null before there is one. */
  async present(manager: EntityManager): Promise<string | null> {
    const rows: { version: string }[] = await manager.query(
      `select version from intel.rule_pack where status = 'ACTIVE'`,
    );
    return rows[0]?.version ?? null;
  }

  async isKnownPack(manager: EntityManager, version: string): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      'select version from intel.rule_pack where version = $1',
      [version],
    );
    return rows.length === 1;
  }

  async analysts(manager: EntityManager): Promise<number> {
    const rows: { analysts: number }[] = await manager.query(
      `select count(*)::int as analysts from referral.staff where role = 'analyst'`,
    );
    return rows[0]!.analysts;
  }

  /** Alerts that stand confirmed, and refuted: of several findings of one the last holds. */
  async disposed(manager: EntityManager): Promise<{ confirmed: number; refuted: number }> {
    const rows: { confirmed: number; refuted: number }[] = await manager.query(
      `select count(*) filter (where outcome = 'CONFIRMED')::int as confirmed,
              count(*) filter (where outcome = 'REFUTED')::int as refuted
       from (select distinct on (alert_id) outcome from intel.disposition order by alert_id, position desc) last`,
    );
    return rows[0]!;
  }

  /** One that asks for the same and has not ended. */
  async open(manager: EntityManager, asked: NewBacktest): Promise<Backtest | null> {
    const rows: BacktestRow[] = await manager.query(
      `select ${COLUMNS} from intel.backtest
       where status = any ('{WAITING,RUNNING}') and present = $1 and learns = ($2::text is null)
         and (learns or candidate = $2) and from_at is not distinct from $3::timestamptz
         and until_at is not distinct from $4::timestamptz and officers = $5
       order by listed_at limit 1`,
      [asked.present, asked.candidate, asked.from, asked.until, asked.officers],
    );
    return rows[0] ? toBacktest(rows[0]) : null;
  }

  async waiting(manager: EntityManager): Promise<number> {
    const rows: { waiting: number }[] = await manager.query(
      `select count(*)::int as waiting from intel.backtest where status = 'WAITING'`,
    );
    return rows[0]!.waiting;
  }

  async add(manager: EntityManager, asked: NewBacktest): Promise<Backtest> {
    const rows: BacktestRow[] = await manager.query(
      `insert into intel.backtest (id, present, candidate, learns, from_at, until_at, officers, status, requested_by)
       values ($1, $2, $3, $3::text is null, $4, $5, $6, 'WAITING', $7) returning ${COLUMNS}`,
      [
        ...[asked.id, asked.present, asked.candidate, asked.from, asked.until],
        ...[asked.officers, asked.requestedBy],
      ],
    );
    return toBacktest(rows[0]!);
  }

  /** By the place in the list; up to `rowsMax`, after the place given. */
  async list(after: number, rowsMax: number): Promise<{ place: number; backtest: Backtest }[]> {
    const rows: BacktestRow[] = await this.dataSource.query(
      `select ${COLUMNS} from intel.backtest where listed_at > $1 order by listed_at limit $2`,
      [after, rowsMax],
    );
    return rows.map((row) => ({ place: row.listed_at, backtest: toBacktest(row) }));
  }

  async find(id: string): Promise<BacktestDetail | null> {
    const rows: (BacktestRow & { report: BacktestReport | null })[] = await this.dataSource.query(
      `select ${COLUMNS}, report from intel.backtest where id = $1`,
      [id],
    );
    return rows[0] ? { ...toBacktest(rows[0]), report: rows[0].report } : null;
  }

  /** Ends one that has not ended. @returns whether it had not */
  async cancel(manager: EntityManager, id: string): Promise<boolean> {
    const [, ended]: [unknown[], number] = await manager.query(
      `update intel.backtest set status = 'CANCELLED', ended_at = now(), stage = null
       where id = $1 and status = any ('{WAITING,RUNNING}')`,
      [id],
    );
    return ended === 1;
  }
}
