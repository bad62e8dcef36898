import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What acts as the owner of the schema, and so is nobody's to call but whose work it is (`service-roles.ts`). */
const DEFINER_FUNCTIONS = [
  'log.begin_day()',
  'feed.prepare_days(date)',
  'feed.detach_days(date)',
  'feed.hand_out(text[], text[])',
] as const;

/**
 * Whoever broke the glass reads, and decides nothing; what a reviewer found unjustified is over. Functions that act as the owner are for
 * those alone who are named. Compatible once the roles of the services are granted anew, as every start of a new version wants.
 */
export class Sealed1764000000027 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Whose case it is: by office, by being a director, or by having been added.
      create function referral.is_theirs(c referral.case_file, reader text, reader_unit text, all_units boolean) returns boolean
        language sql stable parallel safe
        return (not c.sealed and (all_units or c.units = '{}' or reader_unit = any (c.units)))
          or exists (select from referral.case_member m where m.case_id = c.id and m.staff_id = reader);

      create or replace function referral.may_read(c referral.case_file, reader text, reader_unit text, all_units boolean)
        returns boolean language sql stable parallel safe
        return referral.is_theirs(c, reader, reader_unit, all_units)
          or exists (
            select from referral.break_glass b
            where b.case_id = c.id and b.staff_id = reader and b.expires_at > now() and b.outcome is distinct from 'UNJUSTIFIED'
          );
    `);
    for (const name of DEFINER_FUNCTIONS) {
      await runner.query(`revoke execute on function ${name} from public`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of DEFINER_FUNCTIONS) {
      await runner.query(`grant execute on function ${name} to public`);
    }
    await runner.query(`
      create or replace function referral.may_read(c referral.case_file, reader text, reader_unit text, all_units boolean)
        returns boolean language sql stable parallel safe
        return (not c.sealed and (all_units or c.units = '{}' or reader_unit = any (c.units)))
          or exists (select from referral.case_member m where m.case_id = c.id and m.staff_id = reader)
          or exists (
            select from referral.break_glass b
            where b.case_id = c.id and b.staff_id = reader and b.expires_at > now()
          );
      drop function referral.is_theirs(referral.case_file, text, text, boolean);
    `);
  }
}
