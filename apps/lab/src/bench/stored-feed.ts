import { feedWallets, POWER_LAW_FEED, type PowerLawParameters } from './power-law-feed';

/** The feed that a rebuild reads again. */
export interface StoredFeed {
  readonly parameters: PowerLawParameters;
  /** It ends when so many wallets have taken part; null for when its transfers do. */
  readonly walletsMax: number | null;
}

const STORED_TRANSFERS = 1_000_000;
/**
 * Beyond that they take part over more days than the engine remembers, and the first are released before the last have come.
 */
export const STORED_WALLETS_MAX = 2_000_000;
/**
 * The rarest wallets of a feed are long in coming: a million take part in 2.2 million transfers of one that has half as many
 * again; of one that has a million, 860,000 have come after three million transfers.
 */
const SPARE_WALLETS = 1.5;

/**
 * The rate is the same for every size: fewer transfers are fewer days, not quieter ones.
 *
 * @param wallets how many are to take part; null for as many as the usual transfers have
 * @param transfersMax null for all
 */
export function storedFeed(wallets: number | null, transfersMax: number | null): StoredFeed {
  const all = wallets === null ? STORED_TRANSFERS : POWER_LAW_FEED.transfers;
  const transfers = Math.min(all, transfersMax ?? all);
  return {
    parameters: {
      ...POWER_LAW_FEED,
      wallets: wallets === null ? POWER_LAW_FEED.wallets : feedWallets(wallets * SPARE_WALLETS),
      transfers,
      days: (POWER_LAW_FEED.days * transfers) / POWER_LAW_FEED.transfers,
    },
    walletsMax: wallets,
  };
}
