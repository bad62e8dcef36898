import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { ENGINES } from './engines';
import { HandFeed, leftOf, sharesOf } from './hand-feed';

/** Two weeks and more: everything remembered before has gone into the pile. */
const BEYOND_MEMORY_MS = 14 * DAY_MS + 1;
/** So long a wallet is named for a token that it was seen with. */
const NAMED_FOR_MS = 14 * DAY_MS + 7 * 3 * DAY_MS;

describe.each(ENGINES)('origins, by %s', (_, make) => {
  describe('a known wallet', () => {
    it.each([
      [99, {}],
      [100, { op: 1 }],
    ])('taints what it pays from then on: at %i', (at, shares) => {
      const feed = new HandFeed(make);
      feed.name('op', 'a', 100);
      const step = feed.pay('a', 'b', 500, at);
      expect(sharesOf(step.carried)).toEqual(shares);
      expect(sharesOf(step.laid)).toEqual(shares);
    });

    it('adds its operation to what it passes on; no share is above one', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'a');
      feed.name('other', 'b');
      feed.pay('b', 'a', 60, 0);
      expect(sharesOf(feed.pay('a', 'c', 100, 1).carried)).toEqual({ op: 1, other: 0.6 });
      feed.pay('c', 'a', 100, 2);
      expect(sharesOf(feed.pay('a', 'c', 100, 3).carried)).toEqual({ op: 1, other: 0.6 });
    });

    it('goes by its key before its tokens, and by what was listed first', () => {
      const feed = new HandFeed(make, { retroHuntMs: 0 });
      feed.pay('a', 'b', 100, 0, { fromTokens: ['phone'] });
      feed.name('by-token', 'phone');
      feed.name('by-key', 'a');
      feed.name('by-key-later', 'a');
      expect(sharesOf(feed.pay('a', 'b', 100, 1).carried)).toEqual({ 'by-key': 1 });
      feed.engine.withdraw('by-key');
      expect(sharesOf(feed.pay('a', 'b', 100, 2).carried)).toEqual({ 'by-key-later': 1 });
      feed.engine.withdraw('by-key-later');
      expect(sharesOf(feed.pay('a', 'b', 100, 3).carried)).toEqual({ 'by-token': 1 });
      feed.engine.restore('by-key');
      expect(sharesOf(feed.pay('a', 'b', 100, 4).carried)).toEqual({ 'by-key': 1 });
    });

    it.each([
      ['payer', { fromTokens: ['phone'] }, { op: 1 }],
      ['payee', { toTokens: ['phone'] }, {}],
    ])('is one seen with a known token, as %s, in this row already', (_side, tokens, shares) => {
      const feed = new HandFeed(make);
      feed.name('op', 'phone');
      expect(sharesOf(feed.pay('a', 'b', 100, 0, tokens).carried)).toEqual(shares);
      const payer = 'fromTokens' in tokens ? 'a' : 'b';
      const later = feed.pay(payer, 'c', 100, 1, { currency: 'USD' });
      expect(sharesOf(later.carried)).toEqual({ op: 1 });
    });

    it('is one seen with the token before that became known, if not too long before', () => {
      for (const [waitedMs, shares] of [
        [NAMED_FOR_MS, { op: 1 }],
        [NAMED_FOR_MS + 1, {}],
      ] as const) {
        const feed = new HandFeed(make);
        feed.pay('a', 'b', 100, 0, { fromTokens: ['phone'] });
        feed.clock(waitedMs);
        feed.name('op', 'phone');
        expect(sharesOf(feed.pay('a', 'b', 100, waitedMs).carried)).toEqual(shares);
      }
    });

    it('is one wallet, in however many currencies it was seen', () => {
      const feed = new HandFeed(make);
      'abcdefghijklmnop'.split('').forEach((from, i) => {
        for (const currency of ['PKR', 'USD']) {
          feed.pay(from, 'z', 100, i, { currency, fromTokens: ['phone'] });
        }
      });
      expect(feed.met('walletsPerAttributeMax')).toBe(0);
      feed.name('op', 'phone');
      expect(sharesOf(feed.pay('a', 'y', 100, 30).carried)).toEqual({ op: 1 });
    });

    it('makes room first where it was seen too long ago to be named', () => {
      const feed = new HandFeed(make);
      const use = (from: string, at: number): void => {
        feed.pay(from, 'z', 100, at, { fromTokens: ['phone'] });
      };
      const letters = 'abcdefghijklmnop'.split('');
      letters.forEach((from, i) => {
        use(from, i);
      });
      const outlivedMs = NAMED_FOR_MS + 2 * letters.length;
      feed.clock(outlivedMs);
      // All sixteen may go by now, and the first of them is back as one.
      use('a', outlivedMs);
      for (const from of 'qrstuvwxyABCDEF') use(from, outlivedMs + 1);
      expect(feed.met('walletsPerAttributeMax')).toBe(0);
      use('G', outlivedMs + 2);
      expect(feed.met('walletsPerAttributeMax')).toBe(1);
      feed.name('op', 'phone');
      expect(sharesOf(feed.pay('q', 'Z', 100, outlivedMs + 3).carried)).toEqual({ op: 1 });
      expect(sharesOf(feed.pay('a', 'Z', 100, outlivedMs + 3).carried)).toEqual({});
    });

    it('is one of the last sixteen that a token was seen with', () => {
      const feed = new HandFeed(make);
      const letters = 'abcdefghijklmnop'.split('');
      letters.forEach((from, i) => feed.pay(from, 'z', 100, i, { fromTokens: ['phone'] }));
      // Seen again: now b is the one that was seen longest ago, and the seventeenth takes its place.
      feed.pay('a', 'z', 100, 20, { fromTokens: ['phone'] });
      feed.pay('q', 'z', 100, 21, { fromTokens: ['phone'] });
      feed.name('op', 'phone');
      for (const [from, shares] of [
        ['a', { op: 1 }],
        ['b', {}],
        ['c', { op: 1 }],
        ['q', { op: 1 }],
      ] as const) {
        expect(sharesOf(feed.pay(from, 'y', 100, 30).carried)).toEqual(shares);
      }
    });
  });

  describe('a share', () => {
    it.each([
      [1_000, { op: 0.1 }],
      [1_001, {}],
    ])('passes on from a tenth: 100 of %i', (amount, shares) => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'a', 100, 0);
      feed.pay('c', 'a', 5_000, 1);
      expect(sharesOf(feed.pay('a', 'd', amount, 2).carried)).toEqual(shares);
    });

    it.each([
      [7 * DAY_MS, { op: 1 }],
      [7 * DAY_MS + 1, {}],
    ])('passes on within a week: after %i ms', (waitedMs, shares) => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'a', 100, 0);
      const step = feed.pay('a', 'd', 100, waitedMs);
      expect(step.carried.lotMinor).toBe(100);
      expect(sharesOf(step.carried)).toEqual(shares);
    });

    it('is of what was taken, and multiplies along the way', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'a', 50, 0);
      feed.pay('c', 'a', 150, 1);
      expect(sharesOf(feed.pay('a', 'd', 200, 2).carried)).toEqual({ op: 0.25 });
      feed.pay('c', 'd', 100, 3);
      expect(sharesOf(feed.pay('d', 'e', 250, 4).carried)).toEqual({ op: 0.2 });
    });

    it('is one of four at most, the largest, of equals the operation named first', () => {
      const feed = new HandFeed(make);
      const operations = ['op-1', 'op-2', 'op-3', 'op-4', 'op-5'];
      const letters = 'bcdef'.split('');
      operations.forEach((operation, i) => {
        feed.name(operation, letters[i]!);
      });
      letters.slice(0, 4).forEach((from, i) => feed.pay(from, 'a', 100, i));
      expect(feed.pay('a', 'z', 400, 5).capsMet).toEqual([]);
      [...letters]
        .reverse()
        .forEach((from, i) => feed.pay(from, 'a', from === 'd' ? 120 : 100, 6 + i));
      const step = feed.pay('a', 'z', 520, 20);
      expect(Object.keys(sharesOf(step.carried)).sort()).toEqual(operations.slice(0, 4));
      expect(step.capsMet).toEqual(['originsMax']);
      expect(feed.met('originsMax')).toBe(1);
    });

    it('of a withdrawn operation is absent wherever it is, until that is restored', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'a', 100, 0);
      feed.engine.withdraw('op');
      expect(feed.account('a').credits[0]!.origins).toEqual([]);
      expect(sharesOf(feed.pay('a', 'd', 40, 1).carried)).toEqual({});
      expect(sharesOf(feed.pay('b', 'a', 10, 2).carried)).toEqual({});
      feed.engine.restore('op');
      expect(feed.account('a').credits.map(sharesOf)).toEqual([{}, { op: 1 }]);
      expect(sharesOf(feed.pay('a', 'd', 50, 3).carried)).toEqual({ op: 1 });
    });
  });

  describe('the pile', () => {
    it('keeps amounts by operation, gives and loses the same share of each', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'a', 300, 10 * DAY_MS);
      feed.pay('c', 'a', 100, 10 * DAY_MS);
      feed.clock(10 * DAY_MS + BEYOND_MEMORY_MS);
      expect(feed.account('a')).toMatchObject({
        sums: { mixed: 400 },
        pile: [{ operationId: 'op', amountMinor: 300 }],
      });
      // As if it had left within the week: what is late is judged by its own time.
      const step = feed.pay('a', 'd', 100, 10 * DAY_MS);
      expect(step.carried).toMatchObject({ lotMinor: 0, coveredMinor: 100, dwellMs: 0 });
      expect(sharesOf(step.carried)).toEqual({ op: 0.75 });
      expect(feed.account('a')).toMatchObject({
        sums: { mixed: 300, taken: 100 },
        pile: [{ operationId: 'op', amountMinor: 225 }],
      });
      feed.pay('a', 'd', 300, 10 * DAY_MS);
      expect(feed.account('a')).toMatchObject({ sums: { mixed: 0, taken: 400 }, pile: [] });
    });

    it.each([
      [7 * DAY_MS, { op: 1 }],
      [7 * DAY_MS + 1, {}],
    ])('passes on within a week of the latest tainted lot in it: %i ms', (waitedMs, shares) => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 1 });
      feed.name('op', 'b');
      feed.pay('b', 'a', 10, 0);
      feed.pay('b', 'a', 100, MINUTE_MS);
      feed.pay('c', 'a', 100_000, 2 * MINUTE_MS);
      feed.pay('a', 'd', 100_000, 3 * MINUTE_MS);
      expect(feed.account('a').sums).toMatchObject({ left: 0, mixed: 110 });
      const step = feed.pay('a', 'd', 110, MINUTE_MS + waitedMs);
      expect(sharesOf(step.carried)).toEqual(shares);
      expect(feed.account('a').pile).toEqual([]);
    });

    it('covers what lots do not, before anything is uncovered', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 1 });
      feed.pay('b', 'a', 10, 0);
      feed.pay('b', 'a', 100, 0);
      const { carried } = feed.pay('a', 'd', 120, 1);
      expect(carried).toMatchObject({ lotMinor: 100, coveredMinor: 110 });
      expect(feed.account('a').sums).toMatchObject({ mixed: 0, taken: 110, uncovered: 10 });
    });

    it('is joined by no origin of a row with nothing left', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 1 });
      feed.name('op', 'b');
      feed.pay('b', 'a', 10, 0);
      feed.pay('b', 'a', 100, HOUR_MS);
      feed.pay('a', 'd', 100, 2 * HOUR_MS);
      feed.pay('c', 'a', 1_000, 3 * HOUR_MS);
      expect(leftOf(feed.account('a'))).toEqual(['c 1000']);
      expect(feed.account('a').pile).toEqual([{ operationId: 'op', amountMinor: 10 }]);
      feed.pay('a', 'd', 1_000, 4 * HOUR_MS);
      // A week after the row that joined; the spent one came an hour later and does not count.
      const step = feed.pay('a', 'd', 10, 7 * DAY_MS + 1);
      expect(step.carried.coveredMinor).toBe(10);
      expect(sharesOf(step.carried)).toEqual({});
    });

    it('knows sixteen operations; the smallest is forgotten and counted, its money is not', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 1 });
      const letters = 'bcdefghijklmnopqr'.split('');
      letters.forEach((from, i) => {
        feed.name(`op-${from}`, from);
        feed.pay(from, 'a', 117 - i, i);
      });
      // A young row must not be worth less than an older one of hardly more: the last is still a credit.
      feed.pay('z', 'a', 1_000_000, 50);
      const { pile, sums } = feed.account('a');
      expect(feed.met('originsInPileMax')).toBe(1);
      expect(pile).toHaveLength(16);
      expect(pile.map((entry) => entry.operationId)).not.toContain('op-r');
      expect(sums.mixed).toBe(letters.reduce((sum, _from, i) => sum + 117 - i, 0));
    });
  });
});
