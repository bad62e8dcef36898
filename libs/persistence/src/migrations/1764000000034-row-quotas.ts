import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How many rows a second a provider may send, where that was agreed. Compatible: the release before does not ask for it. */
export class RowQuotas1764000000034 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Null: as many as there is room for. Less than a tenth of a batch a second would have each batch waited for too long.
      alter table feed.provider add column rows_per_second_max integer
        constraint provider_rows_per_second_max_sane check (rows_per_second_max between 100 and 1000000);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table feed.provider drop column rows_per_second_max');
  }
}
