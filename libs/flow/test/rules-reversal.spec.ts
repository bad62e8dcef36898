import { DAY_MS } from '#domain';
import { ENGINES } from './engines';
import { HandFeed, leftOf, sharesOf } from './hand-feed';

describe.each(ENGINES)('reversal, by %s', (_, make) => {
  it('takes back what is there, and gives the payer a credit without a trail', () => {
    const feed = new HandFeed(make);
    feed.name('op', 'b');
    feed.pay('x', 'b', 100, 0);
    const paid = feed.pay('b', 'a', 100, 1);
    expect(feed.reverse(paid, 2)).toBe(0);
    expect(feed.account('a').sums).toMatchObject({ laid: 100, reversed: 100, left: 0 });
    const payer = feed.account('b');
    expect(leftOf(payer)).toEqual(['a 100', 'x 0']);
    expect(payer.credits[0]).toMatchObject({
      transfer: 3,
      depth: 1,
      ancestors: [],
      funders: [],
      root: null,
      newPair: false,
      personal: false,
      late: false,
    });
    expect(sharesOf(payer.credits[0]!)).toEqual({});
    expect(payer.sums).toMatchObject({ laid: 200, taken: 100, left: 100, debited: 100 });
    expect(payer.windows[0]!.creditCount).toBeCloseTo(2, 6);
    expect(payer.newPartners).toBeCloseTo(2, 6);
  });

  it.each([
    [0, 0, 0],
    [30, 30, 70],
    [100, 100, 0],
  ])('records what is no longer there: %i spent', (spent, shortfall) => {
    const feed = new HandFeed(make);
    feed.pay('z', 'a', 7, 0);
    const paid = feed.pay('b', 'a', 100, 1);
    if (spent > 0) feed.pay('a', 'c', spent, 2);
    expect(feed.reverse(paid, 3)).toBe(shortfall);
    expect(feed.account('a').sums).toMatchObject({ reversed: 100 - spent, shortfall, left: 7 });
    expect(leftOf(feed.account('b'))).toEqual(['a 100']);
  });

  it('claws nothing back downstream, and pays the payer in full', () => {
    const feed = new HandFeed(make);
    const paid = feed.pay('b', 'a', 100, 0);
    feed.pay('a', 'c', 100, 1);
    feed.reverse(paid, 2);
    expect(leftOf(feed.account('c'))).toEqual(['a 100']);
    expect(feed.account('b').sums).toMatchObject({ backfilled: 0, laid: 100 });
  });

  it('takes back twice only what is there once', () => {
    const feed = new HandFeed(make);
    const paid = feed.pay('b', 'a', 100, 0);
    expect(feed.reverse(paid, 1, 60)).toBe(0);
    expect(feed.reverse(paid, 2, 60)).toBe(20);
    expect(feed.reverse(paid, 3, 60)).toBe(60);
    expect(feed.account('a').sums).toMatchObject({ reversed: 100, shortfall: 80, left: 0 });
  });

  it.each([
    ['the pile, where the row has gone into it', 130, 0],
    ['what the pile has', 20, 80],
  ])('takes from %s', (_what, dust, shortfall) => {
    const feed = new HandFeed(make, { creditsPerAccountMax: 1 });
    feed.name('op', 'b');
    const paid = feed.pay('b', 'a', 100, 0);
    feed.pay('c', 'a', dust + 1_000, 1);
    feed.pay('d', 'a', 100_000, 2);
    feed.pay('a', 'e', 100_000, 2);
    feed.pay('a', 'e', 1_000 + (dust < 100 ? 100 : 0), 3);
    const before = feed.account('a');
    expect(feed.reverse(paid, 4)).toBe(shortfall);
    const after = feed.account('a');
    expect(after.sums.mixed).toBe(before.sums.mixed - 100 + shortfall);
    const share = after.sums.mixed / before.sums.mixed;
    expect(after.pile[0]?.amountMinor ?? 0).toBeCloseTo(before.pile[0]!.amountMinor * share, 9);
  });

  it('of a transfer that was never seen is a shortfall, and a credit all the same', () => {
    const feed = new HandFeed(make);
    const paid = feed.pay('y', 'z', 100, 0);
    expect(feed.reverse({ ...paid, payer: 'p\nb', payee: 'p\na' }, 1)).toBe(100);
    expect(feed.account('a').sums).toMatchObject({ laid: 0, reversed: 0, shortfall: 100 });
    expect(leftOf(feed.account('b'))).toEqual(['a 100']);
  });

  it('from a hub goes back out of its pile', () => {
    const feed = new HandFeed(make);
    const paid = feed.pay('b', 'x', 100, 0, { toKind: 'BANK' });
    feed.pay('x', 'c', 40, 1);
    expect(feed.reverse(paid, 2)).toBe(40);
    expect(feed.account('x').sums).toMatchObject({ mixed: 0, reversed: 60, shortfall: 40 });
  });

  it('fills what the payer had left uncovered since, and is heard by the clock', () => {
    const feed = new HandFeed(make);
    const paid = feed.pay('b', 'a', 100, 0);
    feed.pay('b', 'c', 50, 20_000);
    feed.reverse(paid, 10_000);
    // It is older than what b paid to c, and newer than what it paid to a.
    expect(feed.account('b').sums).toMatchObject({ backfilled: 50, laid: 50, uncovered: 100 });
    expect(feed.account('b').credits[0]).toMatchObject({ late: true, leftMinor: 50 });
    feed.reverse(paid, 30_000);
    expect(feed.pay('x', 'y', 1, 24_999).late).toBe(true);
    expect(feed.pay('x', 'y', 1, 25_000).late).toBe(false);
  });

  it('after two weeks finds the pile', () => {
    const feed = new HandFeed(make);
    const paid = feed.pay('b', 'a', 100, 0);
    feed.clock(14 * DAY_MS + 1);
    expect(feed.reverse(paid, 14 * DAY_MS + 1)).toBe(0);
    expect(feed.account('a').sums).toMatchObject({ mixed: 0, left: 0, reversed: 100 });
  });
});
