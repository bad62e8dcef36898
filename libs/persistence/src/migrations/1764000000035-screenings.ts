import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Look-ups before paying: each is written down by the function that answers it, so that nobody looks without. Compatible: nothing that was
 * there changes.
 */
export class Screenings1764000000035 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table feed.screening (
        id bigint generated always as identity primary key,
        provider_id text not null constraint screening_provider_fk references feed.provider,
        -- The sender's own, where it gave one: asked again, it is answered as before.
        screening_id text,
        -- A wallet's key, or the token of an identifier.
        payee text not null,
        amount_minor bigint,
        currency text,
        band text not null constraint screening_band_known check (band = any ('{LOW,ELEVATED,HIGH}')),
        at timestamptz not null default now(),
        constraint screening_once unique (provider_id, screening_id)
      );
      -- What has outlived its time.
      create index screening_at_idx on feed.screening (at);

      -- How risky it looks to pay somebody: known by an indicator, or paid in transfers that alerts rely on. Whether a case is sealed, merged
      -- or referred has no say in it, since whoever asks could tell by another answer. Nor has who paid: as a rule they are the defrauded. Nor
      -- have tills, agents and billers, at which everybody's money arrives. Alerts that were refuted do not count.
      create function feed.payee_band(match text) returns text
        language plpgsql stable set search_path = pg_catalog, pg_temp set enable_seqscan = off as $$
      declare
        -- As many transfers and alerts are looked at, however many there are.
        looked_at_max constant integer := 200;
        -- Of 100; what an alert has to have for the highest band.
        high_risk constant double precision := 80;
        separator constant integer := strpos(match, chr(10));
        cases uuid[];
        highest double precision;
      begin
        if exists (select from intel.indicator i where i.match = payee_band.match and i.known_from <= now()) then
          return 'HIGH';
        end if;
        if separator > 0 then
          select array_agg(distinct case_id) into cases from (
            select t.case_id, t.body #>> '{creditor,kind}' as kind from referral.case_transfer t
            where t.creditor_provider = left(match, separator - 1) and t.creditor_wallet = substr(match, separator + 1)
            limit looked_at_max
          ) as paid where coalesce(kind, 'PERSON') = any ('{PERSON,BUSINESS}');
        else
          select array_agg(distinct named.case_id) into cases from (
            select t.provider, t.transfer_id, t.case_id, t.body #>> '{creditor,kind}' as kind from referral.case_transfer t
            where t.named @> array[match] limit looked_at_max
          ) as named
          join feed.transfer_key k on k.provider_id = named.provider and k.transfer_id = named.transfer_id
          join feed.transfer f on f.position = k.positions[1]
          where match = any (f.creditor_tokens) and coalesce(kind, 'PERSON') = any ('{PERSON,BUSINESS}');
        end if;
        select max(c.risk) into highest from referral.case_file c
        where c.id = any (cases) and exists (
          select from (select a.id from referral.alert a where a.case_id = c.id limit looked_at_max) as alert
          where (
            select d.outcome from intel.disposition d where d.alert_id = alert.id order by d.position desc limit 1
          ) is distinct from 'REFUTED'
        );
        return case when highest is null then 'LOW' when highest >= high_risk then 'HIGH' else 'ELEVATED' end;
      end $$;

      -- Answers a look, and writes it down. Asked again under its id it is answered as then; is_same says whether it is the same question.
      create function feed.screen(asking text, own_id text, match text, amount bigint, currency_code text)
        returns table (band text, at timestamptz, is_same boolean)
        language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
      begin
        return query
          insert into feed.screening as known (provider_id, screening_id, payee, amount_minor, currency, band)
          values (asking, own_id, match, amount, currency_code, feed.payee_band(match))
          on conflict (provider_id, screening_id) do update set band = known.band
          returning known.band, known.at,
            known.payee = match and known.amount_minor is not distinct from amount and known.currency is not distinct from currency_code;
      end $$;

      -- Takes out looks of before a day, so many at once, but at whom is held. Nothing younger than the law lets anybody drop.
      create function feed.drop_screenings(before date, rows_max integer) returns integer
        language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
      declare
        dropped integer;
      begin
        if before > log.today() - interval '5 years' then
          raise exception 'screenings of the last five years are not dropped';
        end if;
        delete from feed.screening s where s.id in (
          select o.id from feed.screening o
          where o.at < before
            and not exists (select from referral.legal_hold h where h.token = o.payee and h.released_by is null)
          order by o.at limit rows_max
        );
        get diagnostics dropped = row_count;
        return dropped;
      end $$;

      revoke execute on function feed.payee_band(text) from public;
      revoke execute on function feed.screen(text, text, text, bigint, text) from public;
      revoke execute on function feed.drop_screenings(date, integer) from public;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop function feed.drop_screenings(date, integer);
      drop function feed.screen(text, text, text, bigint, text);
      drop function feed.payee_band(text);
      drop table feed.screening;
    `);
  }
}
