import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Who reads which case: its offices, those who were added, and for an hour whoever broke the glass. Compatible: a case of no office, as all
 * of before are, is everybody's.
 */
export class NeedToKnow1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table referral.case_file
        -- The offices whose case it is; of none: everybody's. Several where cases of several turned out to be one.
        add column units text[] not null default '{}',
        -- Read by those who were added, and by nobody else.
        add column sealed boolean not null default false;

      create table referral.case_member (
        case_id uuid not null constraint case_member_case_fk references referral.case_file,
        staff_id text not null,
        added_by text not null,
        added_at timestamptz not null default now(),
        constraint case_member_pkey primary key (case_id, staff_id)
      );

      create table referral.break_glass (
        id uuid primary key,
        case_id uuid not null constraint break_glass_case_fk references referral.case_file,
        staff_id text not null,
        purpose text not null,
        reason text not null,
        began_at timestamptz not null default now(),
        expires_at timestamptz not null,
        outcome text constraint break_glass_outcome_known check (outcome = any ('{JUSTIFIED,UNJUSTIFIED}')),
        review text,
        reviewed_by text,
        reviewed_at timestamptz,
        constraint break_glass_four_eyes check (identity.four_eyes(staff_id, reviewed_by)),
        constraint break_glass_reviewed_whole check (
          (outcome is null) = (reviewed_by is null) and (outcome is null) = (reviewed_at is null)
            and (outcome is null) = (review is null))
      );
      create index break_glass_case_idx on referral.break_glass (case_id, staff_id);
      -- The desk of who reviews: the oldest first.
      create index break_glass_open_idx on referral.break_glass (id) where outcome is null;

      -- The one place that says who reads a case.
      create function referral.may_read(c referral.case_file, reader text, reader_unit text, all_units boolean) returns boolean
        language sql stable parallel safe
        return (not c.sealed and (all_units or c.units = '{}' or reader_unit = any (c.units)))
          or exists (select from referral.case_member m where m.case_id = c.id and m.staff_id = reader)
          or exists (
            select from referral.break_glass b
            where b.case_id = c.id and b.staff_id = reader and b.expires_at > now()
          );

      create constraint trigger is_audited after insert or delete on referral.case_member deferrable initially deferred
        for each row execute function audit.require_entry();
      create constraint trigger is_audited after insert or update on referral.break_glass deferrable initially deferred
        for each row execute function audit.require_entry();
      create constraint trigger access_is_audited after update of units, sealed on referral.case_file
        deferrable initially deferred
        for each row when (old.units is distinct from new.units or old.sealed is distinct from new.sealed)
        execute function audit.require_entry();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger access_is_audited on referral.case_file;
      drop function referral.may_read(referral.case_file, text, text, boolean);
      drop table referral.break_glass;
      drop table referral.case_member;
      alter table referral.case_file drop column units, drop column sealed;
    `);
  }
}
