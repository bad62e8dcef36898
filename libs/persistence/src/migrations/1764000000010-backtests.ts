import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Runs of rule packs over stored transfers, in the background: what is asked for, how far it is, what came of it. Nothing that
 * is judged live depends on them. Compatible: nothing that was there changes.
 */
export class Backtests1764000000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table intel.backtest (
        id uuid primary key,
        -- Its place in the list. Writers take turns, so a reader who goes on from a place misses nothing behind it.
        listed_at bigint generated always as identity constraint backtest_listed_at_unique unique,
        -- The pack in force as it was asked for, and the one put beside it; null until that has been learnt.
        present text not null constraint backtest_present_fk references intel.rule_pack,
        candidate text constraint backtest_candidate_fk references intel.rule_pack,
        learns boolean not null,
        -- Event time of the alerts that count; null where there is no bound.
        from_at timestamptz,
        until_at timestamptz,
        officers integer not null constraint backtest_officers_some check (officers > 0),
        status text not null
          constraint backtest_status_known check (status = any ('{WAITING,RUNNING,DONE,FAILED,CANCELLED}')),
        requested_by text not null,
        requested_at timestamptz not null default now(),
        -- How often a process took it up. Whoever took it up last may write to it, and nobody else.
        attempts integer not null default 0,
        -- Taken up again by another where it is not heard of until then.
        lease_until timestamptz,
        -- The end of the log as it was taken up first: another attempt reads as far.
        head bigint,
        stage text,
        entries_done bigint not null default 0,
        ended_at timestamptz,
        report jsonb,
        failure text
      );
      -- What is to be done, the oldest first.
      create index backtest_open_idx on intel.backtest (listed_at) where status = any ('{WAITING,RUNNING}');

      create trigger backtest_takes_turn before insert on intel.backtest
        for each statement execute function log.take_turn('rule-packs');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table intel.backtest');
  }
}
