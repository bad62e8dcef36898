import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Whom and what the transfers of a case name, so that a case is found by an identifier without looking at every transfer. Compatible: a
 * writer of the release before fills it without knowing. Transfers that lie in cases are read once meanwhile.
 */
export class Searches1764000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Both wallets by their keys, and each identifier by its token.
      create function referral.named_in(f feed.transfer) returns text[] language sql immutable
        return (
          select coalesce(array_agg(distinct named), '{}') from (
            select unnest(array[
              f.debtor_provider || chr(10) || f.debtor_wallet,
              f.creditor_provider || chr(10) || f.creditor_wallet,
              f.particulars ->> 'narrative'
            ]) as named
            union all
            select jsonb_path_query(f.particulars, '$.*.* ? (@ like_regex "^[a-zA-Z]+:")') #>> '{}'
          ) told where named is not null
        );

      -- As first reported: a later status says the same.
      create function referral.note_named() returns trigger language plpgsql as $$
      begin
        select coalesce(min(referral.named_in(f)), '{}') into new.named
        from feed.transfer_key k join feed.transfer f on f.position = k.positions[1]
        where k.provider_id = new.provider and k.transfer_id = new.transfer_id;
        return new;
      end $$;

      alter table referral.case_transfer add column named text[] not null default '{}';
      update referral.case_transfer t set named = referral.named_in(f)
      from feed.transfer_key k join feed.transfer f on f.position = k.positions[1]
      where k.provider_id = t.provider and k.transfer_id = t.transfer_id;
      create index case_transfer_named_idx on referral.case_transfer using gin (named);
      -- Whoever does not know of it. Who does says it for all rows in one statement, in a seventh of the time.
      create trigger case_transfer_notes_named before insert on referral.case_transfer
        for each row when (new.named = '{}') execute function referral.note_named();

      -- Which operations are known by an identifier.
      create index indicator_match_idx on intel.indicator (match);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index intel.indicator_match_idx;
      drop trigger case_transfer_notes_named on referral.case_transfer;
      alter table referral.case_transfer drop column named;
      drop function referral.note_named();
      drop function referral.named_in(feed.transfer);
    `);
  }
}
