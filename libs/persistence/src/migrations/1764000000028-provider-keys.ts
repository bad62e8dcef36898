import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * A provider has several keys: each says what it is for, from where, and until when, and one takes over from another while both hold.
 * Compatible: who writes a provider's one key, as the release before does, writes a row here without knowing.
 */
export class ProviderKeys1764000000028 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Whether rows with identifiers that somebody must have mistyped are refused, or stored as they are.
      alter table feed.provider add column strict boolean not null default false;

      create table feed.provider_key (
        id uuid primary key default gen_random_uuid(),
        provider_id text not null constraint provider_key_provider_fk references feed.provider,
        -- SHA-256 of the key, which is random (256 bits): it needs no salt and no stretching.
        key_hash bytea not null constraint provider_key_once unique,
        scopes text[] not null default '{report}' constraint provider_key_scopes_some check (cardinality(scopes) > 0),
        -- Addresses that it is taken from; null: from anywhere.
        networks cidr[],
        -- Whether requests have to be signed with it.
        signed boolean not null default false,
        created_at timestamptz not null default now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        -- To the minute.
        last_used_at timestamptz
      );
      create index provider_key_provider_idx on feed.provider_key (provider_id);

      -- Of signed requests, so that none is taken twice; for as long as its time would be taken.
      create table feed.request_nonce (
        key_id uuid not null constraint request_nonce_key_fk references feed.provider_key,
        nonce text not null,
        at timestamptz not null default now(),
        constraint request_nonce_pkey primary key (key_id, nonce)
      );
      create index request_nonce_at_idx on feed.request_nonce (at);

      create function feed.keep_provider_key() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
      begin
        if tg_op = 'UPDATE' then
          update feed.provider_key set revoked_at = now()
          where provider_id = new.id and key_hash = old.key_hash and revoked_at is null;
        end if;
        if new.key_hash is not null then
          insert into feed.provider_key (provider_id, key_hash) values (new.id, new.key_hash)
          on conflict (key_hash) do update set revoked_at = null where provider_key.provider_id = excluded.provider_id;
        end if;
        return null;
      end $$;
      create trigger provider_has_key after insert or update of key_hash on feed.provider
        for each row execute function feed.keep_provider_key();
      insert into feed.provider_key (provider_id, key_hash, created_at) select id, key_hash, created_at from feed.provider;
      -- One whose keys are all made one by one has none here.
      alter table feed.provider alter column key_hash drop not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger provider_has_key on feed.provider;
      drop function feed.keep_provider_key();
      update feed.provider p set key_hash = (
        select key_hash from feed.provider_key k where k.provider_id = p.id order by created_at desc limit 1
      ) where key_hash is null;
      alter table feed.provider alter column key_hash set not null;
      drop table feed.request_nonce;
      drop table feed.provider_key;
      alter table feed.provider drop column strict;
    `);
  }
}
