import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Known operations and their indicators, and the control log that tells detection of them. */
export class Intel1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema intel;

      create table intel.operation (
        id text primary key,
        name text not null,
        kind text not null,
        modus text not null,
        -- Its place in the list. Writers take turns, so a reader who goes on from a place misses nothing behind it.
        listed_at bigint generated always as identity constraint operation_listed_at_unique unique,
        created_by text not null,
        created_at timestamptz not null default now()
      );

      create trigger operation_takes_turn before insert on intel.operation
        for each statement execute function log.take_turn('operations');

      create table intel.indicator (
        operation_id text not null constraint indicator_operation_fk references intel.operation,
        type text not null,
        -- A wallet's key, or the token of an identifier.
        match text not null,
        -- The identifier itself, sealed; null for a wallet.
        sealed bytea,
        -- Which key it was sealed with; null for a wallet.
        key_version integer,
        known_from timestamptz not null,
        created_by text not null,
        created_at timestamptz not null default now(),
        constraint indicator_pkey primary key (operation_id, type, match),
        constraint indicator_sealed_unless_wallet
          check ((type = 'wallet') = (sealed is null) and (sealed is null) = (key_version is null))
      );

      -- What detection is told, in the same order space as the transfers: a replay applies each entry where it was applied.
      create table intel.control_entry (
        position bigint primary key default nextval('log.position'),
        name text not null,
        body jsonb not null,
        created_at timestamptz not null default now()
      );

      create trigger control_entry_takes_turn before insert on intel.control_entry
        for each statement execute function log.take_turn('transfers');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema intel cascade');
  }
}
