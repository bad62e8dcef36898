import { types as pgTypes } from 'pg';
import { DataSource } from 'typeorm';
import { invariant } from '#domain';
import { MIGRATIONS } from './migrations';

const INT8_OID = 20;

/** As `pg` takes it. Its own type names the ids of built-in types only, and gives `any`. */
type GetTypeParser = (oid: number, format: 'text' | 'binary') => (text: string) => unknown;

/** bigint as a number: positions and amounts stay far below 2^53, and one that does not must not be rounded. */
function parseInt8(text: string): number {
  const value = Number(text);
  invariant(Number.isSafeInteger(value), 'a bigint from the database fits a double exactly');
  return value;
}

export interface DataSourceOptions {
  readonly databaseUrl: string;
  /** Named to the server, so that an operator sees in pg_stat_activity who holds what. */
  readonly applicationName: string;
  readonly connectionsMax: number;
  /** A statement that takes longer is given up: a stalled database is answered, not waited for. */
  readonly statementTimeoutMs: number;
  /**
   * After this the client stops waiting, even where the server is too stuck to enforce its own limit; longer than
   * `statementTimeoutMs`. Left out, it waits for as long as a connection lives, as a migration must.
   */
  readonly answerTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** A transaction whose client has gone silent keeps its turn at the log no longer than this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;

/** A data source that is not connected yet; `initialize()` connects. Queries give bigint columns as numbers. */
export function createDataSource(options: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.databaseUrl,
    applicationName: options.applicationName,
    poolSize: options.connectionsMax,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    migrations: MIGRATIONS,
    migrationsTableName: 'layerwatch_migration',
    migrationsTransactionMode: 'each',
    extra: {
      statement_timeout: options.statementTimeoutMs,
      ...(options.answerTimeoutMs === undefined ? {} : { query_timeout: options.answerTimeoutMs }),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      types: {
        getTypeParser: (oid: number, format: 'text' | 'binary') =>
          oid === INT8_OID ? parseInt8 : (pgTypes.getTypeParser as GetTypeParser)(oid, format),
      },
    },
  });
}
