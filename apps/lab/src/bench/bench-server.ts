import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '#embedded-postgres';
import { createDataSource, migrate } from '#persistence';
import { type TransferEntry } from '#contracts';
import { type Progress } from './bench-row';
import { PowerLawFeed } from './power-law-feed';
import { type StoredFeed } from './stored-feed';
import { StoredFeedRepository } from './stored-feed.repository';

const FOLDER_PREFIX = 'layerwatch-bench-';
const SWEEP_MAX = 20;
const ENTRIES_PER_STATEMENT = 10_000;
const STATEMENT_TIMEOUT_MS = 300_000;

interface BenchServer {
  /** With its password. */
  readonly databaseUrl: string;
  /** Goes with the server: whatever is laid in it is removed even by the run after one that was killed. */
  readonly folder: string;
}

/**
 * Gives a PostgreSQL of its own, empty, to some work, and removes it afterwards. Nothing is flushed to disk:
 * reading, which is what is measured, does not depend on it.
 *
 * @throws AppError UNAVAILABLE where PostgreSQL cannot be started
 */
export async function withBenchServer<T>(work: (server: BenchServer) => Promise<T>): Promise<T> {
  await sweep();
  const name = `${FOLDER_PREFIX}${String(process.pid)}-${randomBytes(6).toString('hex')}`;
  const dataFolder = join(tmpdir(), name);
  const server = await startEmbeddedPostgres({ dataFolder, throwAway: true });
  try {
    return await work({ databaseUrl: server.databaseUrl, folder: dataFolder });
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

export interface Stored {
  readonly transfers: number;
  /** That take part in them. */
  readonly wallets: number;
}

/** Fills the log of an empty database with a feed. */
export async function fillLog(
  databaseUrl: string,
  { parameters, walletsMax }: StoredFeed,
  progress: Progress,
  stop: AbortSignal,
): Promise<Stored> {
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
      const entries = nextEntries(feed, walletsMax ?? Number.MAX_SAFE_INTEGER);
      if (entries.length === 0) break;
      await stored.store(entries);
      progress(feed.made, parameters.transfers);
    }
    await stored.settle();
    return { transfers: feed.made, wallets: feed.walletsSeen };
  } finally {
    await dataSource.destroy();
  }
}

/** One by one, so that the feed ends with the transfer that its last wallet takes part in. */
function nextEntries(feed: PowerLawFeed, walletsMax: number): TransferEntry[] {
  const entries: TransferEntry[] = [];
  while (entries.length < ENTRIES_PER_STATEMENT && feed.walletsSeen < walletsMax) {
    const [entry] = feed.next(1);
    if (entry === undefined) break;
    entries.push(entry);
  }
  return entries;
}
