import { type DataSource } from 'typeorm';
import { AppError } from '#domain';
import { MIGRATIONS } from './migrations';

/** Any number will do, as long as every Layerwatch takes the same. */
const MIGRATION_LOCK = 4_711_000_001;

/**
 * Brings the schema up to this code's version. Two starts at once take turns; a second run does nothing.
 *
 * @param dataSource connected
 * @returns how many steps were taken
 * @throws AppError PRECONDITION_FAILED where the database knows a step that this code does not: it is newer
 */
export async function migrate(dataSource: DataSource): Promise<number> {
  const lock = dataSource.createQueryRunner();
  try {
    // Waiting for the other start's migration may take longer than an ordinary statement may.
    await lock.query('set statement_timeout = 0');
    await lock.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const table: { exists: boolean }[] = await lock.manager.query(
      `select to_regclass('public.layerwatch_migration') is not null as "exists"`,
    );
    if (table[0]?.exists) {
      const known = MIGRATIONS.map((step) => step.name);
      const unknown: { name: string }[] = await lock.manager.query(
        'select name from layerwatch_migration where not name = any($1)',
        [known],
      );
      if (unknown.length > 0) {
        throw new AppError(
          'PRECONDITION_FAILED',
          'the database was written by a newer Layerwatch; start that version, or use another database or data folder',
        );
      }
    }
    return (await dataSource.runMigrations()).length;
  } finally {
    await lock.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined);
    await lock.query('reset statement_timeout').catch(() => undefined);
    await lock.release();
  }
}
