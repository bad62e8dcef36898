import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What only people change, and when they do. */
const AUDITED = [
  ['intel.operation', 'insert'],
  ['intel.indicator', 'insert'],
  ['intel.disposition', 'insert'],
  ['intel.rule_pack', 'insert'],
  ['intel.rule_pack_activation', 'insert'],
  ['intel.typology_switch', 'insert'],
  ['intel.backtest', 'insert'],
  ['referral.referral', 'insert or update of status'],
  ['identity.session', 'insert'],
] as const;

const audited = ([table, when]: (typeof AUDITED)[number]): string => `
      create constraint trigger is_audited after ${when} on ${table} deferrable initially deferred
        for each row execute function audit.require_entry();`;

/**
 * The audit trail: what people did and saw, in the transaction that it describes, never changed again. Compatible: nothing that was
 * there changes.
 */
export class Audit1764000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema audit;

      -- Entries follow one another in a few chains, each in its order: whoever writes to one holds it to the end of the
      -- transaction, and one chain would have everybody wait for everybody. An actor's entries are all in one.
      create table audit.chain (
        number smallint primary key,
        length bigint not null default 0,
        -- The hash of the last entry; of the empty chain, one that no other chain has.
        hash bytea not null
      );
      insert into audit.chain (number, hash)
        select number, sha256(convert_to('layerwatch.audit.v1:' || number, 'UTF8')) from generate_series(0, 15) number;

      create table audit.entry (
        chain smallint not null constraint entry_chain_fk references audit.chain,
        place bigint not null,
        -- Canonical JSON (RFC 8785), as it was hashed.
        body text not null,
        -- SHA-256(body || hash of the entry before).
        hash bytea not null,
        -- What was changed in the same transaction is what it describes.
        transaction_id xid8 not null,
        -- By the database's clock, to look for; what counts stands in the body.
        at timestamptz not null,
        constraint entry_pkey primary key (chain, place)
      );
      create index entry_transaction_idx on audit.entry (transaction_id);
      create index entry_at_idx on audit.entry (at, chain, place);

      -- Whoever writes an entry has no say in its place and hash, and needs no right on the chain.
      create function audit.link_entry() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
      declare
        link audit.chain;
      begin
        select * into strict link from audit.chain where number = new.chain for update;
        new.place := link.length + 1;
        new.hash := sha256(convert_to(new.body, 'UTF8') || link.hash);
        new.transaction_id := pg_current_xact_id();
        new.at := clock_timestamp();
        update audit.chain set length = new.place, hash = new.hash where number = new.chain;
        return new;
      end $$;
      create trigger entry_is_linked before insert on audit.entry
        for each row execute function audit.link_entry();

      create function audit.refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'the audit trail is never changed' using errcode = 'insufficient_privilege';
      end $$;
      create trigger entry_is_kept before update or delete or truncate on audit.entry
        for each statement execute function audit.refuse_change();

      -- Every hour what the chains have come to is signed; a copy elsewhere shows whether it was changed since.
      create table audit.root (
        number bigint generated always as identity primary key,
        at timestamptz not null,
        -- [[number, length, hash in hex], …] of each chain.
        heads jsonb not null,
        -- The root of the Merkle tree over them (RFC 6962).
        merkle bytea not null,
        -- Ed25519.
        signature bytea not null
      );
      create trigger root_is_kept before update or delete or truncate on audit.root
        for each statement execute function audit.refuse_change();

      -- For tables that only people change: what was changed without an entry of it is not committed.
      create function audit.require_entry() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
      begin
        if not exists (select from audit.entry where transaction_id = pg_current_xact_id()) then
          raise exception '%.% was changed, and the audit trail says nothing of it', tg_table_schema, tg_table_name;
        end if;
        return null;
      end $$;
      ${AUDITED.map(audited).join('')}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    // The triggers go with the function they call.
    await runner.query('drop schema audit cascade');
  }
}
