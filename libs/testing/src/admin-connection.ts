import { Client } from 'pg';
import { invariant } from '#domain';

/** Of every database that tests make, clone or drop. A typo in an address must not cost anyone their data. */
const TEST_NAME = /^layerwatch_test_[a-z0-9_]{1,40}$/;

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;

function adminUrl(): URL {
  const url = process.env.LAYERWATCH_TEST_DATABASE_URL;
  invariant(
    url !== undefined && url !== '',
    'LAYERWATCH_TEST_DATABASE_URL is set by jest-global-setup',
  );
  return new URL(url);
}

/** @throws where the name is not a test database's */
export function assertTestName(name: string): void {
  invariant(
    TEST_NAME.test(name),
    'only databases named layerwatch_test_… are made, cloned or dropped by tests',
  );
}

/** The address of another database on the tests' server. */
export function testDatabaseUrl(name: string): string {
  assertTestName(name);
  const url = adminUrl();
  url.pathname = `/${name}`;
  return url.toString();
}

/** Runs statements on the tests' server, in the database its address names. */
export async function asAdmin<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: adminUrl().toString(),
    application_name: 'layerwatch-test-admin',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Drops a test's database, cutting connections that are still open. */
export async function dropTestDatabase(client: Client, name: string): Promise<void> {
  assertTestName(name);
  await client.query(`drop database if exists ${name} with (force)`);
}
