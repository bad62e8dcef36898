import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Files of rows that providers upload in pieces, and what became of them. Compatible: the release before does not know of them. */
export class Files1764000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table feed.file (
        id uuid primary key default gen_random_uuid(),
        provider_id text not null constraint file_provider_fk references feed.provider,
        -- What its sender calls it; it need not be one name among others.
        name text,
        kind text not null constraint file_kind_known check (kind in ('transfers')),
        format text not null constraint file_format_known check (format in ('csv', 'ndjson')),
        mapping_name text,
        mapping_version integer,
        -- Whether its rows are news, or warm up what is usual.
        purpose text not null constraint file_purpose_known check (purpose in ('LIVE', 'BACKFILL')),
        length bigint not null constraint file_length_some check (length > 0),
        -- Bytes of it that are stored: the next piece begins there.
        received bigint not null default 0,
        pieces integer not null default 0,
        state text not null default 'RECEIVING'
          constraint file_state_known check (state in ('RECEIVING', 'WAITING', 'WORKING', 'DONE', 'FAILED', 'GIVEN_UP')),
        reason text,
        -- Who works on it until when, and how often somebody took it up since it went on.
        lease uuid,
        leased_until timestamptz,
        takes integer not null default 0,
        -- All lines before and with this one are dealt with, and so many bytes had been read of it then.
        worked_line bigint not null default 0,
        worked_bytes bigint not null default 0,
        rows bigint not null default 0,
        accepted bigint not null default 0,
        duplicates bigint not null default 0,
        rejected bigint not null default 0,
        -- Of the rejected, those that file_refusal tells of.
        told bigint not null default 0,
        created_at timestamptz not null default now(),
        touched_at timestamptz not null default now(),
        finished_at timestamptz,
        constraint file_mapping_fk foreign key (provider_id, mapping_name, mapping_version)
          references feed.mapping (provider_id, name, version),
        constraint file_within_length check (received between 0 and length),
        constraint file_counts_add_up check (rows = accepted + duplicates + rejected and told <= rejected)
      );
      -- A provider's list, the newest first.
      create index file_provider_idx on feed.file (provider_id, created_at desc, id);
      -- Few at any time: what is to be worked on, and what may never be finished.
      create index file_open_idx on feed.file (touched_at) where state in ('RECEIVING', 'WAITING', 'WORKING');
      create index file_finished_idx on feed.file (finished_at) where finished_at is not null;

      -- Pieces of a file, sealed, until it is worked through.
      create table feed.file_piece (
        file_id uuid not null constraint file_piece_file_fk references feed.file on delete cascade,
        -- The byte of the file that it begins with.
        at bigint not null,
        length integer not null constraint file_piece_length_some check (length > 0),
        sealed bytea not null,
        key_version integer not null,
        constraint file_piece_pkey primary key (file_id, at)
      );
      -- It is sealed already: to try to compress it costs time and gains nothing.
      alter table feed.file_piece alter column sealed set storage external;

      -- Rows of a file that were refused, in our words; nothing that stood in them but the id.
      create table feed.file_refusal (
        file_id uuid not null constraint file_refusal_file_fk references feed.file on delete cascade,
        line bigint not null,
        transfer_id text,
        code text not null,
        path text not null,
        column_name text,
        detail text not null,
        constraint file_refusal_pkey primary key (file_id, line)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table feed.file_refusal;
      drop table feed.file_piece;
      drop table feed.file;
    `);
  }
}
