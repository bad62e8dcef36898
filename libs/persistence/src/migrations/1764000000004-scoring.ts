import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What scoring owns: how far it has read, the alerts it raised, and the events that tell of them. */
export class Scoring1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema scoring;

      create table scoring.progress (
        only_row boolean primary key default true constraint progress_only_row check (only_row),
        -- The last entry of the log whose consequences are committed.
        position bigint not null,
        -- The configuration they were reached with: a replay under another would not give the same alerts.
        pack_hash text not null
      );

      create table scoring.alert (
        id uuid primary key,
        revision integer not null,
        -- The entries of the log that raised it, and that last changed it.
        raised_at_position bigint not null,
        updated_at_position bigint not null,
        body jsonb not null
      );

      create table scoring.outbox (
        position bigint generated always as identity primary key,
        name text not null,
        body jsonb not null,
        created_at timestamptz not null default now()
      );

      create trigger outbox_takes_turn before insert on scoring.outbox
        for each statement execute function log.take_turn('alerts');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema scoring cascade');
  }
}
