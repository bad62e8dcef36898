import { PowerLawFeed } from './power-law-feed';
import { storedFeed } from './stored-feed';

/** So few wallets make no feed of interest, but a quick one. */
const WALLETS = 2_000;
const DAYS_KEPT = 14;

describe('the feed that a rebuild reads', () => {
  it('has a million transfers unless told otherwise, and fewer of them take fewer days', () => {
    const { parameters, walletsMax } = storedFeed(null, null);
    expect(parameters).toMatchObject({ wallets: 1_000_000, transfers: 1_000_000, days: 3 });
    expect(walletsMax).toBeNull();
    expect(storedFeed(null, 100_000).parameters).toMatchObject({ transfers: 100_000, days: 0.3 });
    expect(storedFeed(null, 5_000_000).parameters.transfers).toBe(1_000_000);
  });

  it('brings the wallets it is asked for in 2.2 transfers each, give or take a tenth', () => {
    const { parameters, walletsMax } = storedFeed(WALLETS, null);
    expect(walletsMax).toBe(WALLETS);
    const feed = new PowerLawFeed(parameters);
    while (feed.walletsSeen < WALLETS) expect(feed.next(1)).toHaveLength(1);
    expect(feed.made / WALLETS).toBeGreaterThan(1.5);
    expect(feed.made / WALLETS).toBeLessThan(2.42);
  });

  it('ends before the engine forgets the first wallet, at the largest size', () => {
    const { parameters } = storedFeed(2_000_000, null);
    const transfers = 2.25 * 2_000_000;
    expect((parameters.days * transfers) / parameters.transfers).toBeLessThan(DAYS_KEPT);
  });

  it('can be of any number of wallets', () => {
    // Among so many in a row, some make persons of which two ranks would be one wallet.
    let moved = 0;
    for (let wallets = 5_000; wallets < 5_600; wallets += 1) {
      const { parameters } = storedFeed(wallets, null);
      expect(() => new PowerLawFeed(parameters)).not.toThrow();
      if (parameters.wallets > wallets * 1.5 + 1) moved += 1;
    }
    expect(moved).toBeGreaterThan(0);
  });
});
