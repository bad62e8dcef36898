import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who scores, and until when he is believed without a word. Compatible: a scoring of before has its lock, and commits. */
export class ScoringSeat1764000000012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table scoring.seat (
        only_row boolean primary key default true constraint seat_only_row check (only_row),
        -- Of the one who took it last: what anybody else would commit is refused.
        holder uuid not null,
        -- The server's side of the connection that holds the lock; with its start, since numbers are given again.
        pid integer not null,
        backend_start timestamptz not null,
        -- By this server's clock. A holder that is not heard of until then is taken for hung.
        heard_until timestamptz not null
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table scoring.seat');
  }
}
