import { createDataSource } from '#persistence';
import { dropTestDatabase, asAdmin } from './admin-connection';
import { createTestDatabase } from './test-database';

const exists = (url: string): Promise<boolean> =>
  asAdmin(async (client) => {
    const name = new URL(url).pathname.slice(1);
    const { rows } = await client.query('select 1 from pg_database where datname = $1', [name]);
    return rows.length === 1;
  });

describe('a test database', () => {
  it('is migrated, its own, and gone after drop', async () => {
    const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    await one.dataSource.query(`insert into feed.provider (id, key_hash) values ('p', '\\x00')`);
    const rows: { count: number }[] = await other.dataSource.query(
      'select count(*) as count from feed.provider',
    );
    expect(rows).toEqual([{ count: 0 }]);
    await Promise.all([one.drop(), other.drop()]);
    expect(await exists(one.databaseUrl)).toBe(false);
    expect(await exists(other.databaseUrl)).toBe(false);
    await one.drop();
  });

  it('tells of a connection that the test left open, and is dropped all the same', async () => {
    const database = await createTestDatabase();
    const leaked = createDataSource({
      databaseUrl: database.databaseUrl,
      applicationName: 'leaked-on-purpose',
      connectionsMax: 1,
      statementTimeoutMs: 1_000,
    });
    await leaked.initialize();
    await leaked.query('select 1');
    await expect(database.drop()).rejects.toThrow('leaked-on-purpose');
    expect(await exists(database.databaseUrl)).toBe(false);
    await leaked.destroy();
  });

  it('is never one whose name is not a test’s', async () => {
    await asAdmin(async (client) => {
      await expect(dropTestDatabase(client, 'layerwatch')).rejects.toThrow('layerwatch_test_');
      await expect(dropTestDatabase(client, 'layerwatch_test_x; drop')).rejects.toThrow();
    });
    await expect(asAdmin((client) => client.query('select 1'))).resolves.toBeDefined();
  });
});
