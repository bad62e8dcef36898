import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '#embedded-postgres';
import { createDataSource, migrate } from '#persistence';
import { type Progress } from './bench-row';
import { PowerLawFeed, type PowerLawParameters } from './power-law-feed';
import { StoredFeedRepository } from './stored-feed.repository';

const FOLDER_PREFIX = 'layerwatch-bench-';
const SWEEP_MAX = 20;
const ENTRIES_PER_STATEMENT = 10_000;
const STATEMENT_TIMEOUT_MS = 300_000;

/**
 * Gives a PostgreSQL of its own, migrated and empty, to some work, and removes it afterwards. Nothing is flushed to disk:
 * reading, which is what is measured, does not depend on it.
 *
 * @throws AppError UNAVAILABLE where PostgreSQL cannot be started
 */
export async function withBenchServer<T>(work: (databaseUrl: string) => Promise<T>): Promise<T> {
  await sweep();
  const dataFolder = join(tmpdir(), `${FOLDER_PREFIX}${randomBytes(6).toString('hex')}`);
  const server = await startEmbeddedPostgres({ dataFolder, throwAway: true });
  try {
    return await work(server.databaseUrl);
  } finally {
    await server.stop();
    await discardEmbeddedPostgres(dataFolder);
  }
}

/** Removes what runs that were killed have left, servers too. A folder whose run still lives refuses, and stays. */
async function sweep(): Promise<void> {
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const name of left.slice(0, SWEEP_MAX)) {
    await discardEmbeddedPostgres(join(tmpdir(), name)).catch(() => undefined);
  }
}

/** Fills the log of an empty database with a feed. */
export async function fillLog(
  databaseUrl: string,
  parameters: PowerLawParameters,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  const dataSource = createDataSource({
    databaseUrl,
    applicationName: 'layerwatch-bench-fill',
    connectionsMax: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  await dataSource.initialize();
  try {
    await migrate(dataSource);
    const stored = new StoredFeedRepository(dataSource);
    const feed = new PowerLawFeed(parameters);
    for (;;) {
      stop.throwIfAborted();
      const entries = feed.next(ENTRIES_PER_STATEMENT);
      if (entries.length === 0) break;
      await stored.store(entries);
      progress(feed.made, parameters.transfers);
    }
    await stored.settle();
  } finally {
    await dataSource.destroy();
  }
}
