import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Rows that were refused, so that their sender can look at them, correct them and send them again. Expands. */
export class RefusedRows1764000000039 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table feed.refused_row (
        id uuid constraint refused_row_pkey primary key default gen_random_uuid(),
        -- In the order in which they were refused.
        place bigint generated always as identity,
        provider_id text not null,
        list text not null,
        -- The sender's id of the row, as far as it had one.
        row_id text,
        code text not null,
        path text not null,
        column_name text,
        detail text not null,
        -- Keyed hash of the row and what is wrong with it: the same row, refused again for the same, is kept once.
        mark text not null,
        -- The row as it came; null where it was too long.
        sealed bytea,
        key_version integer,
        received_at timestamptz not null default now(),
        -- When a row that was sent in its place was stored.
        corrected_at timestamptz,
        constraint refused_row_once unique (provider_id, mark)
      );
      create index refused_row_provider_idx on feed.refused_row (provider_id, place);
      create index refused_row_received_idx on feed.refused_row (received_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table feed.refused_row');
  }
}
