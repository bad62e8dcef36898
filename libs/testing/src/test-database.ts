import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from 'pg';
import { type DataSource } from 'typeorm';
import { invariant } from '#domain';
import { createDataSource } from '#persistence';
import { asAdmin, assertTestName, dropTestDatabase, testDatabaseUrl } from './admin-connection';

const CONNECTIONS_MAX = 10;
const STATEMENT_TIMEOUT_MS = 30_000;
/** A process that was killed keeps its connections until the server notices. */
const LEAK_GRACE_MS = 3_000;
const LEAK_POLL_MS = 20;

/** A database of its own, migrated and empty, for one test file. */
export interface TestDatabase {
  readonly databaseUrl: string;
  /** Connected. */
  readonly dataSource: DataSource;
  /**
   * Disconnects and removes the database. Called again, it does nothing.
   *
   * @throws where anybody else is still connected: a pool, a listener or a process that the test has not ended
   */
  drop(): Promise<void>;
}

/** Clones the run's template. @throws where the run has none: {@link jest-global-setup} makes it */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = process.env.LAYERWATCH_TEST_TEMPLATE ?? '';
  invariant(template !== '', 'LAYERWATCH_TEST_TEMPLATE is set by jest-global-setup');
  assertTestName(template);
  const name = `layerwatch_test_${String(process.pid)}_${randomBytes(6).toString('hex')}`;
  assertTestName(name);
  await asAdmin((client) => client.query(`create database ${name} template ${template}`));
  const databaseUrl = testDatabaseUrl(name);
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'layerwatch-test',
    connectionsMax: CONNECTIONS_MAX,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  let dropped = false;
  const drop = async (): Promise<void> => {
    if (dropped) return;
    dropped = true;
    if (dataSource.isInitialized) await dataSource.destroy();
    await asAdmin(async (client) => {
      const left = await connectionsLeft(client, name);
      await dropTestDatabase(client, name);
      if (left.length > 0) {
        throw new Error(`the test left connections open: ${left.join(', ')}`);
      }
    });
  };
  return { databaseUrl, dataSource, drop };
}

/** Who is connected to a database after the grace period, by application name. */
async function connectionsLeft(client: Client, database: string): Promise<string[]> {
  const deadline = performance.now() + LEAK_GRACE_MS;
  for (;;) {
    const { rows } = await client.query<{ application_name: string }>(
      `select application_name from pg_stat_activity where datname = $1 and backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || performance.now() > deadline) {
      return rows.map((row) => row.application_name);
    }
    await sleep(LEAK_POLL_MS);
  }
}
