import { AppError } from '#domain';

const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * Makes a provider known to the embedded mode's database.
 *
 * @returns its new key; where the provider was known already, the old key counts no longer
 * @throws AppError UNAVAILABLE where the database is not to be had
 */
export async function createProvider(databaseUrl: string, providerId: string): Promise<string> {
  // Loaded when a provider is created, which is seldom: TypeORM is most of what a feed would load.
  const { newProviderKey, provisionProvider } = await import('#identity');
  const { createDataSource } = await import('#persistence');
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'layerwatch-feed',
    connectionsMax: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const key = newProviderKey();
  try {
    await dataSource.initialize();
    await provisionProvider(dataSource, providerId, key);
  } catch (cause) {
    throw new AppError('UNAVAILABLE', 'the database that keeps the providers does not answer', [], {
      cause,
    });
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
  return key;
}
