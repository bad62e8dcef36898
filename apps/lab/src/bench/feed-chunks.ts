import { join } from 'node:path';
import { type TransferEntry } from '#contracts';
import { openDataSet } from '../evaluate/data-set';
import { readFeedLog } from '../evaluate/read-feed-log';
import { freshEntries } from './fresh-entries';
import { PowerLawFeed, type PowerLawParameters } from './power-law-feed';

/** Where a row's transfers come from. */
export type FeedName =
  | { readonly kind: 'data-set'; readonly folder: string; readonly transfersMax: number }
  | { readonly kind: 'power-law'; readonly parameters: PowerLawParameters };

/** A feed a chunk at a time, so that ten million transfers are never in memory at once. */
export interface FeedChunks {
  readonly transfers: number;
  /** Wallets that took part so far, as far as the feed knows. */
  readonly walletsSeen: () => number;
  /** The next entries, at most so many; none at the end. */
  readonly next: (entriesMax: number) => TransferEntry[];
}

/** @throws AppError INVALID_INPUT where a data set is missing or malformed */
export async function openFeed(feed: FeedName): Promise<FeedChunks> {
  if (feed.kind === 'power-law') {
    const made = new PowerLawFeed(feed.parameters);
    return {
      transfers: feed.parameters.transfers,
      walletsSeen: () => made.walletsSeen,
      next: (entriesMax) => freshEntries(made.next(entriesMax)),
    };
  }
  const set = await openDataSet(feed.folder);
  const { log } = await readFeedLog(set, () => undefined);
  const transfers = Math.min(log.size, feed.transfersMax);
  let row = 0;
  return {
    transfers,
    walletsSeen: () => log.walletCount,
    next: (entriesMax) => {
      const count = Math.min(entriesMax, transfers - row);
      const entries = Array.from({ length: count }, (_, i) => log.entry(row + i));
      row += count;
      return freshEntries(entries);
    },
  };
}

/** The most telling of the labelled sets, and the one that the figures of record are about. */
export const dataSetFolder = (sharedFolder: string): string =>
  join(sharedFolder, 'data', 'ibm-momtsim');
