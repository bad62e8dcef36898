import { type TransferEntry } from '#contracts';
import { DAY_MS, HOUR_MS, isHub } from '#domain';
import { freshEntries } from './fresh-entries';
import { mixed, powerLawRank, powerLawShare } from './power-law';
import { EXPONENTS, POWER_LAW_FEED, PowerLawFeed, type PowerLawParameters } from './power-law-feed';

const SMALL: PowerLawParameters = { ...POWER_LAW_FEED, wallets: 5_000, transfers: 20_000 };

function made(parameters: PowerLawParameters, chunk = 1_000): TransferEntry[] {
  const feed = new PowerLawFeed(parameters);
  const entries: TransferEntry[] = [];
  for (let next = feed.next(chunk); next.length > 0; next = feed.next(chunk)) entries.push(...next);
  return entries;
}

const countsBy = (entries: readonly TransferEntry[], key: (entry: TransferEntry) => string) =>
  entries.reduce(
    (counts, entry) => counts.set(key(entry), (counts.get(key(entry)) ?? 0) + 1),
    new Map<string, number>(),
  );

describe('a power law', () => {
  it.each([0, 0.7, 0.9, 1, 1.2])('with exponent %d gives each rank its share', (exponent) => {
    const draws = 40_000;
    const counts = new Array<number>(100).fill(0);
    for (let i = 0; i < draws; i += 1) {
      counts[powerLawRank((i + 0.5) / draws, 100, exponent)]! += 1;
    }
    expect(powerLawShare(100, 100, exponent)).toBeCloseTo(1, 9);
    for (const ranks of [1, 2, 10, 50, 99]) {
      const share = counts.slice(0, ranks).reduce((sum, count) => sum + count, 0) / draws;
      expect(share).toBeCloseTo(powerLawShare(ranks, 100, exponent), 3);
    }
    expect(powerLawRank(0, 100, exponent)).toBe(0);
    expect(powerLawRank(1 - 2 ** -32, 100, exponent)).toBe(99);
  });

  it('mixes two numbers into one that lies evenly between 0 and 1', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let a = 0; a < 5_000; a += 1) {
      for (let b = 0; b < 8; b += 1) tenths[Math.floor(mixed(a, b) * 10)]! += 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(3_800);
    expect(Math.max(...tenths)).toBeLessThan(4_200);
    expect(mixed(3, 5)).toBe(mixed(3, 5));
  });
});

describe('the power-law feed', () => {
  const entries = made(SMALL);

  it('is the same for the same parameters, whatever the chunks, and another for another seed', () => {
    expect(made(SMALL, 777)).toEqual(entries);
    expect(made({ ...SMALL, seed: 2 })).not.toEqual(entries);
  });

  it('has all its transfers, in order, over about its days, with ties and bursts', () => {
    expect(entries).toHaveLength(SMALL.transfers);
    expect(entries.map(({ position }) => position)).toEqual(entries.map((_, i) => i + 1));
    const times = entries.map(({ transfer }) => transfer.occurredAtMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const days = (times.at(-1)! - times[0]!) / DAY_MS;
    expect(days).toBeGreaterThan(0.9 * SMALL.days);
    expect(days).toBeLessThan(1.1 * SMALL.days);
    const ties = times.filter((at, i) => at === times[i - 1]).length;
    expect(ties).toBeGreaterThan(SMALL.transfers / 100);
    // At the mean rate, twenty in ten seconds would not come in a thousand years.
    expect(times.some((at, i) => i >= 20 && at - times[i - 20]! <= 20_000)).toBe(true);
  });

  it('has few wallets do most, as its exponents say, and declares its shops and agents', () => {
    const shops = countsBy(
      entries.filter(({ transfer }) => transfer.type === 'MERCHANT_PAYMENT'),
      ({ transfer }) => transfer.creditor.walletId,
    );
    const sold = [...shops.values()].sort((a, b) => b - a);
    const topTen = sold.slice(0, 10).reduce((sum, count) => sum + count, 0);
    const all = sold.reduce((sum, count) => sum + count, 0);
    expect(topTen / all).toBeCloseTo(powerLawShare(10, 100, EXPONENTS.shop), 1);
    const wrong = entries.filter(({ transfer: { debtor, creditor, type, amountMinor } }) => {
      const toHub = type === 'MERCHANT_PAYMENT' || type === 'CASH_OUT';
      return (
        debtor.walletId === creditor.walletId ||
        isHub(creditor.kind) !== toHub ||
        isHub(debtor.kind) !== (type === 'CASH_IN') ||
        !(Number.isSafeInteger(amountMinor) && amountMinor > 0)
      );
    });
    expect(wrong).toEqual([]);
  });

  /** The share of transfers that pass on what their payer got within three hours. */
  const passedOnShare = (among: readonly TransferEntry[]): number => {
    const got = new Map<string, TransferEntry[]>();
    let passedOn = 0;
    for (const entry of among) {
      const { debtor, creditor, amountMinor, occurredAtMs, type } = entry.transfer;
      const sources = (got.get(debtor.walletId) ?? []).filter(
        ({ transfer }) =>
          occurredAtMs - transfer.occurredAtMs < 3 * HOUR_MS &&
          amountMinor <= transfer.amountMinor &&
          amountMinor >= 0.89 * transfer.amountMinor,
      );
      if (sources.length > 0) passedOn += 1;
      if (type === 'P2P')
        got.set(creditor.walletId, [...(got.get(creditor.walletId) ?? []), entry]);
    }
    return passedOn / among.length;
  };

  it('passes money on, so that links form, and as often as it is told', () => {
    expect(passedOnShare(entries)).toBeGreaterThan(0.06);
    const idle = made({ ...SMALL, passOnShare: 0 });
    const busy = made({ ...SMALL, passOnShare: 1 });
    expect(passedOnShare(busy)).toBeGreaterThan(0.3);
    expect(passedOnShare(idle)).toBeLessThan(0.01);
  });

  it('has an undeclared hub deal with as many as it is told', () => {
    const feed = made({ ...SMALL, hub: { counterparties: 300, share: 0.2 } });
    const hub = String(92_300_000_000 + SMALL.wallets - 1);
    const sides = feed.filter(
      ({ transfer: { debtor, creditor } }) => debtor.walletId === hub || creditor.walletId === hub,
    );
    const others = new Set(
      sides.map(({ transfer: { debtor, creditor } }) =>
        debtor.walletId === hub ? creditor.walletId : debtor.walletId,
      ),
    );
    expect(sides.length / feed.length).toBeGreaterThan(0.12);
    expect(others.size).toBeGreaterThanOrEqual(290);
    expect(others.size).toBeLessThan(400);
    for (const { transfer } of sides) {
      const side = transfer.debtor.walletId === hub ? transfer.debtor : transfer.creditor;
      expect(side.kind).toBeNull();
    }
  });

  it('counts the wallets that took part', () => {
    const feed = new PowerLawFeed(SMALL);
    const some = feed.next(500);
    const wallets = new Set(
      some.flatMap(({ transfer: { debtor, creditor } }) => [debtor.walletId, creditor.walletId]),
    );
    expect(feed.walletsSeen).toBe(wallets.size);
  });
});

describe('fresh entries', () => {
  it('are the same entries', () => {
    const [first, ...rest] = made({ ...SMALL, transfers: 50 });
    const tokens = { ...first!, debtorTokens: ['msisdn:"\\u2028'], originalPosition: 3 };
    const entries = [tokens, ...rest];
    expect(freshEntries(entries)).toEqual(entries);
    expect(freshEntries(entries)[0]).not.toBe(entries[0]);
  });
});
