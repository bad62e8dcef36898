import { type DatabaseUser, urlAs } from '#persistence';

/** Roles are one for all databases of a server; nobody but the tests reaches this one. */
export const TEST_PASSWORDS: Readonly<Record<DatabaseUser, string>> = {
  ingestion: 'test-ingestion',
  scoring: 'test-scoring',
  'case-referral': 'test-case-referral',
  backtest: 'test-backtest',
};

/** Of who owns the schema there. */
export const TEST_OWNER_PASSWORD = 'test-owner';

/** The address of a test's database, as one of the services connects to it. */
export const serviceUrl = (user: DatabaseUser, databaseUrl: string): string =>
  urlAs(user, databaseUrl, TEST_PASSWORDS[user]);
