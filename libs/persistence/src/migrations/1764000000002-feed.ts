import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What ingestion owns: providers, the transfers they reported, and the identities those name. */
export class Feed1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema feed;

      create table feed.provider (
        id text primary key,
        -- SHA-256 of the key; the key itself is random (256 bits), so it needs no salt and no stretching.
        key_hash bytea not null constraint provider_key_hash_unique unique,
        created_at timestamptz not null default now()
      );

      -- One row a transfer: what makes sending it again change nothing. It stands apart from feed.transfer so that this
      -- may be partitioned by day, which no unique id survives.
      create table feed.transfer_key (
        provider_id text not null,
        transfer_id text not null,
        -- Where the log tells of it: as first reported, then each later status.
        positions bigint[] not null,
        constraint transfer_key_pkey primary key (provider_id, transfer_id)
      );

      create trigger transfer_key_takes_turn before insert or update on feed.transfer_key
        for each statement execute function log.take_turn('transfers');

      -- Whether any of these transfers was stored before. A writer asks it inside its own statement, after the turn was
      -- taken: the statement's snapshot is older than its turn and would not show what was committed while it waited; a
      -- volatile function looks with a new one.
      create function feed.knows_any(provider text, transfers text[]) returns boolean
        language plpgsql volatile as $$
      begin
        return exists (
          select from feed.transfer_key where provider_id = provider and transfer_id = any (transfers)
        );
      end $$;

      -- The log. One row a report: a transfer, or a later status of one (the same content again, with that status).
      create table feed.transfer (
        position bigint not null constraint transfer_pkey primary key,
        provider_id text not null,
        transfer_id text not null,
        status text not null,
        type text not null,
        occurred_at timestamptz not null,
        amount_minor bigint not null constraint transfer_amount_positive check (amount_minor > 0),
        currency text not null,
        debtor_provider text not null,
        debtor_wallet text not null,
        debtor_kind text,
        creditor_provider text not null,
        creditor_wallet text not null,
        creditor_kind text,
        original_transfer_id text,
        -- Where the log first tells of the transfer that this one reverses or gives a later status; null where unknown.
        original_position bigint,
        -- Tokens of the identifiers each side was reported with: the keys of feed.identity.
        debtor_tokens text[],
        creditor_tokens text[],
        -- Everything else the sender told, identifiers as tokens.
        particulars jsonb,
        received_at timestamptz not null default now()
      );

      -- Finds the transfer that a new one reverses. A trigger sees what was committed while its statement waited for the
      -- turn, and the rows before it in the same statement; a subquery of that statement would see neither.
      create function feed.find_original() returns trigger language plpgsql as $$
      begin
        select positions[1] into new.original_position from feed.transfer_key
        where provider_id = new.provider_id and transfer_id = new.original_transfer_id
          and positions[1] < new.position;
        return new;
      end $$;

      create trigger transfer_finds_original before insert on feed.transfer for each row
        when (new.original_transfer_id is not null and new.original_position is null)
        execute function feed.find_original();

      -- The only place an identifier can be read back from, sealed (AES-256-GCM). One row an identity, however many
      -- transfers name it: to re-encrypt or forget one is one row's work.
      create table feed.identity (
        token text primary key,
        type text not null,
        sealed bytea not null,
        key_version integer not null,
        first_seen_at timestamptz not null default now()
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema feed cascade');
  }
}
