import { type DataSource, type EntityManager } from 'typeorm';
import { AppError } from '#domain';
import { PROVIDER_READER, PROVIDER_SETTING } from './service-roles';

/**
 * Reads as somebody who sees one provider alone: the database gives nothing of another, whatever is asked. Nothing can be written there.
 *
 * @throws AppError UNAVAILABLE where the database has no such role, or does not let this user be it
 */
export async function asProvider<T>(
  dataSource: DataSource,
  provider: string,
  read: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return dataSource.transaction(async (manager) => {
    await manager.query(`set local role ${PROVIDER_READER}`).catch((cause: unknown) => {
      const detail = `the database has no role ${PROVIDER_READER}: see npm run database-roles`;
      throw new AppError('UNAVAILABLE', detail, [], { cause });
    });
    await manager.query('select set_config($1, $2, true)', [PROVIDER_SETTING, provider]);
    return read(manager);
  });
}
