import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * When an identity was last reported, what is held whatever its age, and what takes out what has outlived its time. Compatible: a writer of
 * the release before goes on; what it reports counts as reported when it was first stored.
 */
export class Retention1764000000026 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The month in which it was reported last, by our clock. Of what was there before nobody knows: this one.
      alter table feed.identity add column seen_in date not null default date_trunc('month', now() at time zone 'UTC')::date;

      -- Keeps what a batch names: new ones, and the month of those that are known. One whose key was destroyed is there again, since
      -- somebody reports it anew. Called with the turn taken, so that two batches never wait for one another's identities.
      create function feed.keep_identities(tokens text[], types text[], sealed bytea[], versions integer[], month date)
        returns integer language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
      begin
        if coalesce(cardinality(tokens), 0) = 0 then
          return 0;
        end if;
        insert into feed.identity (token, type, sealed, key_version, seen_in)
        select told.token, told.type, told.sealed, told.version, month
        from unnest(tokens, types, sealed, versions) as told(token, type, sealed, version)
        on conflict (token) do nothing;
        update feed.identity known
        set seen_in = month,
            sealed = case when known.key_version = 0 then told.sealed else known.sealed end,
            key_version = case when known.key_version = 0 then told.version else known.key_version end
        from (
          select distinct on (token) * from unnest(tokens, sealed, versions) as told(token, sealed, version)
        ) as told
        where known.token = told.token and (known.seen_in < month or known.key_version = 0);
        return cardinality(tokens);
      end $$;

      create table referral.legal_hold (
        id uuid primary key,
        -- Of an identity, or of all that a case names: one of the two.
        token text,
        type text,
        case_id uuid constraint legal_hold_case_fk references referral.case_file,
        -- The office that placed it: its own and directors see it. Null: everybody who works on holds.
        unit text,
        -- Who wants it held, and by which order.
        authority text not null,
        reason text not null,
        placed_by text not null,
        placed_at timestamptz not null default now(),
        release_reason text,
        release_proposed_by text,
        release_proposed_at timestamptz,
        released_by text,
        released_at timestamptz,
        constraint legal_hold_of_one check ((token is null) <> (case_id is null) and (token is null) = (type is null)),
        constraint legal_hold_four_eyes check (identity.four_eyes(release_proposed_by, released_by)),
        constraint legal_hold_proposed_whole check (
          (release_proposed_by is null) = (release_proposed_at is null)
          and (release_proposed_by is null) = (release_reason is null)),
        constraint legal_hold_released_whole check (
          (released_by is null) = (released_at is null) and (released_by is null or release_proposed_by is not null))
      );
      -- The same authority holds the same once.
      create unique index legal_hold_token_once on referral.legal_hold (token, authority, unit) nulls not distinct
        where released_by is null and token is not null;
      create unique index legal_hold_case_once on referral.legal_hold (case_id, authority, unit) nulls not distinct
        where released_by is null and case_id is not null;

      create constraint trigger is_audited after insert or update on referral.legal_hold deferrable initially deferred
        for each row execute function audit.require_entry();

      -- Whether an identity must stay: an operation is known by it, it or a case that names it is held, or such a case was told of
      -- since then.
      create function referral.is_held(identity_token text, since timestamptz) returns boolean language sql stable as $$
        select exists (select from intel.indicator where match = identity_token)
          or exists (select from referral.legal_hold where token = identity_token and released_by is null)
          or exists (
            select from referral.case_transfer t join referral.case_file c on c.id = t.case_id
            where t.named @> array[identity_token] and (c.as_of >= since or exists (
              select from referral.legal_hold h join referral.case_file placed on placed.id = h.case_id
              where h.released_by is null and coalesce(placed.merged_into, placed.id) = c.id
            ))
          )
      $$;

      -- Drops the archived days before this one, but those that name what is held. Nothing younger than the law lets anybody drop.
      alter table log.day add column dropped_at timestamptz;
      create function feed.drop_archived_days(before date, held text[]) returns integer
        language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
      declare
        gone log.day;
        names_held boolean;
        dropped integer := 0;
      begin
        if before > log.today() - interval '5 years' then
          raise exception 'transfers of the last five years are not dropped';
        end if;
        for gone in
          select * from log.day where day < before and detached_at is not null and dropped_at is null order by day
        loop
          execute format(
            'select exists (select from archive.%I t, jsonb_path_query(t.particulars, ''$.*.*'') told where told #>> ''{}'' = any ($1))',
            gone.partition) into names_held using held;
          continue when names_held;
          execute format('drop table archive.%I', gone.partition);
          update log.day set dropped_at = now() where day = gone.day;
          dropped := dropped + 1;
        end loop;
        return dropped;
      end $$;
      revoke execute on function feed.drop_archived_days(date, text[]) from public;
      revoke execute on function feed.keep_identities(text[], text[], bytea[], integer[], date) from public;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function feed.drop_archived_days(date, text[]);
      alter table log.day drop column dropped_at;
      drop function referral.is_held(text, timestamptz);
      drop table referral.legal_hold;
      drop function feed.keep_identities(text[], text[], bytea[], integer[], date);
      alter table feed.identity drop column seen_in;
    `);
  }
}
