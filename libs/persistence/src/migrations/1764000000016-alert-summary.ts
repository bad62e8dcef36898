import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * As much of an alert as cases are drawn from, beside it: its transfers, terms and wallets are twenty times as much, lie
 * compressed in another table, and would be unpacked for each drawing of each case.
 *
 * Compatible: a writer of the release before fills it without knowing. The table is written anew meanwhile.
 */
export class AlertSummary1764000000016 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table referral.alert add column summary jsonb not null
        generated always as (body - '{transfers,terms,wallets}'::text[]) stored
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table referral.alert drop column summary');
  }
}
