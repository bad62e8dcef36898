import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { type StepView } from '#flow';
import { type EngineLimits } from './engine-under-test';
import { ENGINES } from './engines';
import { HandFeed, letterOf, sharesOf } from './hand-feed';

describe.each(ENGINES)('revealing what a newly known wallet did, by %s', (_, make) => {
  /** The share of an operation in the payee's credit of a payment, now. */
  function shareIn(feed: HandFeed, step: StepView, operation = 'op'): number {
    const credits = feed.account(letterOf(step.payee)).credits;
    return sharesOf(credits.find((row) => row.transfer === step.position)!)[operation] ?? 0;
  }

  /** b pays c, then at `now` b becomes known. */
  function revealAfter(waitedMs: number, limits: Partial<EngineLimits> = {}): number {
    const feed = new HandFeed(make, limits);
    const paid = feed.pay('b', 'c', 100, 0);
    feed.clock(waitedMs);
    feed.name('op', 'b', waitedMs);
    return shareIn(feed, paid);
  }

  it.each([
    [3 * DAY_MS, 1],
    [3 * DAY_MS + 1, 0],
  ])('marks what it paid in the last three days: %i ms', (waitedMs, share) => {
    expect(revealAfter(waitedMs)).toBe(share);
  });

  it('is off where its span is nothing', () => {
    expect(revealAfter(0)).toBe(1);
    expect(revealAfter(0, { retroHuntMs: 0 })).toBe(0);
  });

  it('waits for the clock to come to the time from which it is known', () => {
    const feed = new HandFeed(make);
    const paid = feed.pay('b', 'c', 100, 0);
    feed.name('op', 'b', 1_000);
    expect(shareIn(feed, paid)).toBe(0);
    feed.clock(999);
    expect(shareIn(feed, paid)).toBe(0);
    feed.clock(1_000);
    expect(shareIn(feed, paid)).toBe(1);
  });

  it('goes by a token, through every wallet seen with it, in every currency', () => {
    const feed = new HandFeed(make);
    const paid = [
      feed.pay('b', 'c', 100, 0, { fromTokens: ['phone'] }),
      feed.pay('d', 'c', 100, 1, { fromTokens: ['phone', 'other'] }),
      feed.pay('e', 'c', 100, 2, { fromTokens: ['other'] }),
    ];
    feed.pay('b', 'c', 100, 3, { currency: 'USD' });
    feed.name('op', 'phone');
    expect(paid.map((step) => shareIn(feed, step))).toEqual([1, 1, 0]);
    expect(feed.account('c', 'USD').credits.map(sharesOf)).toEqual([{ op: 1 }]);
  });

  describe('forward', () => {
    it('follows what matches with its whole share, and only what left after it came', () => {
      const feed = new HandFeed(make);
      const before = feed.pay('c', 'd', 100, 0);
      feed.pay('b', 'c', 100, 10);
      const after = feed.pay('c', 'd', 75, 10);
      const next = feed.pay('d', 'e', 80, 20);
      feed.name('op', 'b', 20);
      expect([before, after, next].map((step) => shareIn(feed, step))).toEqual([0, 1, 1]);
    });

    it.each([
      [900, 0.1],
      [901, 0],
    ])('follows anything else by the share of what had come: 100 beside %i', (other, share) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'c', 100, 0);
      feed.pay('x', 'c', other, 1);
      const paid = feed.pay('c', 'd', 300, 2);
      // What comes later is no part of it.
      feed.pay('y', 'c', 10_000, 3);
      feed.name('op', 'b', 3);
      expect(shareIn(feed, paid)).toBeCloseTo(share, 12);
    });

    it.each([
      [2 * HOUR_MS, 1],
      [2 * HOUR_MS + 1, 0],
    ])('follows for as long as taint dwells: %i ms', (waitedMs, share) => {
      const feed = new HandFeed(make, { taintDwellMaxMs: 2 * HOUR_MS });
      feed.pay('b', 'c', 100, 0);
      const paid = feed.pay('c', 'd', 100, waitedMs);
      feed.clock(waitedMs);
      feed.name('op', 'b', waitedMs);
      expect(shareIn(feed, paid)).toBe(share);
    });

    it('ends at the busy, which are marked and not followed; the known one is, busy or not', () => {
      const feed = new HandFeed(make, { popularCounterpartiesMin: 3 });
      const first = feed.pay('b', 'c', 100, 0);
      for (const from of ['x', 'y']) feed.pay(from, 'c', 10, 0);
      const second = feed.pay('c', 'd', 100, 1);
      feed.name('op', 'b', 1);
      expect([first, second].map((step) => shareIn(feed, step))).toEqual([1, 0]);
      feed.name('op', 'c', 1);
      expect(shareIn(feed, second)).toBe(1);
    });

    it('ends at a hub', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'c', 100, 0, { toKind: 'AGENT' });
      const paid = feed.pay('c', 'd', 100, 1);
      feed.name('op', 'b', 1);
      expect(shareIn(feed, paid)).toBe(0);
      expect(feed.account('c').pile).toEqual([]);
    });

    it('does not lower a share, nor follow one that did not grow', () => {
      const feed = new HandFeed(make);
      const known = feed.pay('b', 'c', 100, 0, { fromTokens: ['phone'] });
      const passed = feed.pay('c', 'd', 100, 1);
      feed.name('op', 'b', 1);
      feed.engine.withdraw('op');
      const untouched = feed.pay('c', 'e', 100, 2);
      feed.engine.restore('op');
      feed.name('op', 'phone', 2);
      // The credit in c was marked before: nothing grew there, so what left it since is not looked at again.
      expect([known, passed, untouched].map((step) => shareIn(feed, step))).toEqual([1, 1, 0]);
    });
  });

  describe('backward', () => {
    it('marks who received and passed on, not who paid first', () => {
      const feed = new HandFeed(make);
      const steps = 'svmk'
        .split('')
        .slice(1)
        .map((to, i) => feed.pay('svmk'.charAt(i), to, 100, i));
      feed.name('op', 'k', 2);
      // The last of them is what they did with it: it came to the known wallet itself.
      expect(steps.map((step) => shareIn(feed, step))).toEqual([1, 1, 1]);
      const paysAgain = feed.pay('s', 'x', 100, 3);
      expect(sharesOf(paysAgain.carried)).toEqual({});
    });

    it('goes forward again from each of them', () => {
      const feed = new HandFeed(make);
      feed.pay('s', 'v', 100, 0);
      feed.pay('v', 'k', 100, 1);
      const sideways = feed.pay('v', 'x', 100, 2);
      const further = feed.pay('x', 'y', 100, 3);
      feed.name('op', 'k', 3);
      expect([sideways, further].map((step) => shareIn(feed, step))).toEqual([1, 1]);
    });

    it.each([
      [3 * DAY_MS, 1],
      [3 * DAY_MS + 1, 0],
    ])('starts from what came in the last three days: %i ms', (waitedMs, share) => {
      const feed = new HandFeed(make);
      const received = feed.pay('s', 'v', 100, 0);
      feed.pay('v', 'k', 100, MINUTE_MS);
      feed.clock(MINUTE_MS + waitedMs);
      feed.name('op', 'k', 0);
      expect(shareIn(feed, received)).toBe(share);
    });

    it('has nothing to say of a credit without a trail', () => {
      const feed = new HandFeed(make);
      const paid = feed.pay('s', 'k', 100, 0);
      const alsoPaid = feed.pay('s', 'x', 100, 1);
      feed.name('op', 'k', 1);
      expect([paid, alsoPaid].map((step) => shareIn(feed, step))).toEqual([0, 0]);
    });
  });

  describe('its bounds', () => {
    it.each([
      [1, [1, 0, 0], 1],
      [2, [1, 1, 0], 1],
      [3, [1, 1, 1], 0],
    ])('at most %i hops', (retroHopsMax, shares, met) => {
      const feed = new HandFeed(make, { retroHopsMax });
      const steps = ['bc', 'cd', 'de'].map((pair, i) =>
        feed.pay(pair.charAt(0), pair.charAt(1), 100, i),
      );
      feed.name('op', 'b', 2);
      expect(steps.map((step) => shareIn(feed, step))).toEqual(shares);
      expect(feed.met('retroHopsMax')).toBe(met);
    });

    it.each([
      [2, [0, 1, 1], 1],
      [3, [1, 1, 1], 0],
    ])('at most %i accounts, the newest debits first', (retroAccountsMax, shares, met) => {
      const feed = new HandFeed(make, { retroAccountsMax });
      const steps = ['c', 'd', 'e'].map((to, i) => feed.pay('b', to, 100, i));
      feed.name('op', 'b', 2);
      expect(steps.map((step) => shareIn(feed, step))).toEqual(shares);
      expect(feed.met('retroAccountsMax')).toBe(met);
    });

    it('four operations a credit: a new one takes the place of the smallest, if larger', () => {
      const feed = new HandFeed(make);
      for (const from of ['c', 'd', 'e', 'f']) {
        feed.name(`op-${from}`, from, 0);
        feed.pay(from, 'a', from === 'c' ? 100 : 200, 0);
      }
      const mixed = feed.pay('a', 'k', 700, 1);
      expect(Object.keys(sharesOf(mixed.laid))).toHaveLength(4);
      feed.name('op', 'a', 1);
      const credit = feed.account('k').credits[0]!;
      expect(Object.keys(sharesOf(credit)).sort()).toEqual(['op', 'op-d', 'op-e', 'op-f']);
      expect(sharesOf(credit)).toMatchObject({ op: 1, 'op-d': 2 / 7 });
    });

    it('and none that is as large', () => {
      const feed = new HandFeed(make);
      const paid = feed.pay('a', 'k', 100, 0);
      feed.name('op-later', 'a', 1_000);
      for (const operation of ['op-1', 'op-2', 'op-3', 'op-4']) feed.name(operation, 'a');
      feed.clock(1_000);
      expect(shareIn(feed, paid, 'op-later')).toBe(0);
      feed.engine.withdraw('op-1');
      feed.name('op-last', 'a', 1_000);
      expect(shareIn(feed, paid, 'op-last')).toBe(1);
    });

    it('and none that is smaller', () => {
      const feed = new HandFeed(make);
      for (const from of ['c', 'd', 'e', 'f']) {
        feed.name(`op-${from}`, from, 0);
        feed.pay(from, 'a', 250, 0);
      }
      feed.pay('b', 'a', 100, 1, { fromTokens: ['phone'] });
      const paid = feed.pay('a', 'k', 1_000, 2);
      expect(Object.keys(sharesOf(paid.laid))).toHaveLength(4);
      feed.name('op', 'b', 2);
      // Of 1,100 that had come into a, 100 were of the newly known: a smaller share than any other there.
      expect(shareIn(feed, paid)).toBe(0);
      feed.engine.withdraw('op-f');
      feed.name('op', 'b', 2);
      expect(shareIn(feed, paid)).toBe(0);
    });
  });

  it('moves no money, and reorders nothing that was taken', () => {
    const feed = new HandFeed(make);
    feed.pay('b', 'a', 300, 0);
    feed.pay('c', 'a', 100, 1);
    feed.pay('a', 'd', 100, 2);
    const before = feed.account('a').sums;
    feed.name('op', 'b', 2);
    const after = feed.account('a');
    expect(after.sums).toEqual(before);
    expect(after.credits.map((row) => row.leftMinor)).toEqual([0, 300]);
    expect(after.credits.map(sharesOf)).toEqual([{}, { op: 1 }]);
  });
});
