import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What in the audit trail somebody should look at. Compatible: nothing that was there changes. */
export class AuditAlarms1764000000023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit.alarm (
        id bigint generated always as identity primary key,
        kind text not null,
        actor text not null,
        -- The hour it is about; of each kind, person and hour there is one.
        hour timestamptz not null,
        -- How often it was done, when it was noticed last.
        count integer not null,
        raised_at timestamptz not null default now(),
        constraint alarm_once unique (kind, actor, hour)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table audit.alarm');
  }
}
