import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What lets scoring start from a snapshot of its state: whose log it is, where detection was flushed, what was saved. */
export class Snapshots1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Which log this is. A dump that is restored is the same log; another database is another one.
      create table log.identity (
        only_row boolean primary key default true constraint identity_only_row check (only_row),
        id uuid not null default gen_random_uuid()
      );

      insert into log.identity default values;

      -- Where scoring had reached the head of the log and let waiting rows go on instead of waiting for younger ones. What
      -- it detects depends on it, so a replay does it again at the same entries. Never pruned: whoever replays the log
      -- from its beginning needs them all. At most one row of some 60 bytes for every entry of the log, which takes ten
      -- times as much, and far fewer where entries come in batches.
      create table scoring.flush_point (
        position bigint primary key
      );

      -- Snapshots this database was told of, when it stood at that position. A backup that is restored knows none of those
      -- that were taken after it: they are of a past that it does not have, whatever their position.
      create table scoring.snapshot (
        id uuid primary key,
        position bigint not null,
        taken_at timestamptz not null default now()
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table scoring.snapshot;
      drop table scoring.flush_point;
      drop table log.identity;
    `);
  }
}
