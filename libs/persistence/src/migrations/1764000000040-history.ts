import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Old transfers that warm up what is usual, and raise nothing. Expands: a new column has a default. */
export class History1764000000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table feed.transfer add column history boolean not null default false',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table feed.transfer drop column history');
  }
}
