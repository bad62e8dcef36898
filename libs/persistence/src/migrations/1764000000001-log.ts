import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The order space of everything that detection reads.
 *
 * A sequence alone does not give commit order: a transaction that took 7 may commit after one that took 8, and a reader
 * that has passed 8 never sees 7. So writers of a log take turns, held until they have committed. The turn is taken by the
 * table itself, before the first row asks for its position: no writer can forget it. (Reading below the snapshot's xmin is
 * the other known way; there a long write anywhere in the cluster, a migration say, stops detection, and a restored dump
 * brings transaction ids that mean nothing.)
 */
export class Log1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create schema log;

      create sequence log.position as bigint;

      -- Waits for the turn at a log and keeps it until the transaction has ended. By name, so that a writer that must look
      -- before it writes can take the turn first.
      create function log.wait_for_turn(name text) returns void language sql as $$
        select pg_advisory_xact_lock(hashtext('layerwatch.log'), hashtext(name))
      $$;

      -- First argument: the log whose writers take turns, and the channel that wakes its readers. The notice is a
      -- wake-up only; readers poll as well.
      create function log.take_turn() returns trigger language plpgsql as $$
      begin
        perform log.wait_for_turn(tg_argv[0]);
        perform pg_notify('layerwatch_' || tg_argv[0], '');
        return null;
      end $$;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema log cascade');
  }
}
