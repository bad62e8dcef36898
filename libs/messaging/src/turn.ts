import { type DataSource, type EntityManager } from 'typeorm';
import { type LogName } from './wake-up';

/**
 * Takes the turn at a log and keeps it until the transaction ends. Every insert into a log takes it by itself; a writer
 * that must see what is there before it decides takes it first, so that nothing is added in between.
 *
 * Everyone else who writes to that log waits meanwhile: do only what must be done.
 */
export async function takeTurn(manager: EntityManager, log: LogName): Promise<void> {
  await manager.query('select log.wait_for_turn($1)', [log]);
}

/** Does something in a transaction that has the turn at a log: what is decided in it is decided one after the other. */
export async function inTurn<T>(
  dataSource: DataSource,
  log: LogName,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return dataSource.transaction(async (manager) => {
    await takeTurn(manager, log);
    return work(manager);
  });
}
