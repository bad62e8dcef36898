import { createDataSource, migrate } from '#persistence';
import { type TransferEntry } from '#contracts';
import { type Progress } from './bench-row';
import { PowerLawFeed } from './power-law-feed';
import { type StoredFeed } from './stored-feed';
import { StoredFeedRepository } from './stored-feed.repository';

const ENTRIES_PER_STATEMENT = 10_000;
const STATEMENT_TIMEOUT_MS = 300_000;

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
