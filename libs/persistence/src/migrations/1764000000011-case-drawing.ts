import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What the list shows of a case is drawn apart from the reading of events, and of a large case not after each one: events
 * come faster than it can be drawn. Compatible: every case that is there has been drawn.
 */
export class CaseDrawing1764000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table referral.case_file
        -- Something was told of it since the list's words were drawn.
        add column stale boolean not null default false,
        -- Not drawn again before; the dearer the last time was, the later.
        add column draw_after timestamptz not null default '-infinity';
      create index case_file_stale_idx on referral.case_file (draw_after) where stale;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table referral.case_file drop column stale, drop column draw_after');
  }
}
