import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What changes the schema or goes back in a sequence by itself, and so belongs to its owner, whoever calls it. */
const FUNCTIONS = [
  'log.begin_day()',
  'feed.prepare_days(date)',
  'feed.detach_days(date)',
  'feed.hand_out(text[], text[])',
] as const;

/**
 * Services may connect as roles that own nothing (`service-roles.ts`): the days that transfers are kept in are prepared and taken out
 * by functions that act as the owner. Compatible: nothing else changes.
 */
export class DefinerFunctions1764000000021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const name of FUNCTIONS) {
      await runner.query(
        `alter function ${name} security definer set search_path = pg_catalog, pg_temp`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of FUNCTIONS) {
      await runner.query(`alter function ${name} security invoker reset search_path`);
    }
  }
}
