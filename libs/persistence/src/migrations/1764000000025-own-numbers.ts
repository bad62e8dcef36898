import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the numbers of who is signed in are matched by: looking oneself up is noticed. Compatible: sessions that began before have none. */
export class OwnNumbers1764000000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table identity.session add column own_tokens text[] not null default '{}'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table identity.session drop column own_tokens');
  }
}
