import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { ENGINES } from './engines';
import { HandFeed, leftOf, letterOf } from './hand-feed';

describe.each(ENGINES)('lots, by %s', (_, make) => {
  describe('a debit takes', () => {
    it.each([
      [79, ['c 921', 'b 100']],
      [80, ['c 1000', 'b 20']],
      [100, ['c 1000', 'b 0']],
      [106, ['c 994', 'b 0']],
      [107, ['c 893', 'b 100']],
    ])('the lot that matches its amount before the newest: %i', (amount, left) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      feed.pay('c', 'a', 1_000, 1);
      const { carried } = feed.pay('a', 'd', amount, 2);
      expect(leftOf(feed.account('a'))).toEqual(left);
      expect(carried).toMatchObject({ lotMinor: amount, coveredMinor: amount });
    });

    it.each([
      [3, ['e 1000', 'd 0', 'c 0', 'b 0']],
      [2, ['e 900', 'd 40', 'c 30', 'b 30']],
    ])('a run of neighbours whose sum matches, of at most %i', (creditsInSumMax, left) => {
      const feed = new HandFeed(make, { creditsInSumMax });
      feed.pay('b', 'a', 30, 0);
      feed.pay('c', 'a', 30, 1);
      feed.pay('d', 'a', 40, 2);
      feed.pay('e', 'a', 1_000, 3);
      feed.pay('a', 'f', 100, 4);
      expect(leftOf(feed.account('a'))).toEqual(left);
    });

    it('the shortest such run, and of that length the newest', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      feed.pay('c', 'a', 100, 1);
      feed.pay('d', 'a', 50, 2);
      feed.pay('e', 'a', 50, 3);
      feed.pay('a', 'f', 100, 4);
      expect(leftOf(feed.account('a'))).toEqual(['e 50', 'd 50', 'c 0', 'b 100']);
    });

    it('no run across a lot that does not fit, but across one that is spent', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 50, 0);
      feed.pay('c', 'a', 1_000, 1);
      feed.pay('d', 'a', 50, 2);
      feed.pay('a', 'f', 100, 3);
      expect(leftOf(feed.account('a'))).toEqual(['d 0', 'c 950', 'b 50']);

      const spent = new HandFeed(make);
      spent.pay('b', 'a', 50, 0);
      spent.pay('c', 'a', 1_000, 1);
      spent.pay('d', 'a', 50, 2);
      spent.pay('e', 'a', 500, 3);
      spent.pay('a', 'f', 1_000, 4);
      spent.pay('a', 'f', 100, 5);
      expect(leftOf(spent.account('a'))).toEqual(['e 500', 'd 0', 'c 0', 'b 0']);
    });

    it('a run in its newest-first order', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 60, 0);
      feed.pay('c', 'a', 60, 1);
      feed.pay('d', 'a', 1_000, 2);
      feed.pay('a', 'f', 100, 3);
      expect(leftOf(feed.account('a'))).toEqual(['d 1000', 'c 0', 'b 20']);
    });

    it('tainted lots first, also older ones; a withdrawn operation taints nothing', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'a', 300, 0);
      feed.pay('c', 'a', 100, 1);
      feed.pay('a', 'f', 100, 2);
      expect(leftOf(feed.account('a'))).toEqual(['c 100', 'b 200']);
      feed.engine.withdraw('op');
      feed.pay('a', 'f', 100, 3);
      expect(leftOf(feed.account('a'))).toEqual(['c 0', 'b 200']);
      feed.engine.restore('op');
      feed.pay('a', 'f', 100, 4);
      expect(leftOf(feed.account('a'))).toEqual(['c 0', 'b 100']);
    });

    it('compares a clean run with the whole debit, not with what tainted lots left open', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'a', 30, 0);
      feed.pay('c', 'a', 100, 1);
      feed.pay('d', 'a', 70, 2);
      feed.pay('a', 'f', 100, 3);
      expect(leftOf(feed.account('a'))).toEqual(['d 70', 'c 30', 'b 0']);
    });

    it('nothing that came later than it left', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 10);
      const { carried } = feed.pay('a', 'f', 100, 9);
      expect(carried).toMatchObject({ lotMinor: 0, coveredMinor: 0, dwellMs: 0 });
      const atOnce = feed.pay('a', 'f', 100, 10);
      expect(atOnce.carried).toMatchObject({ lotMinor: 100, dwellMs: 0 });
    });

    it('and says how long the money had lain there, by weight', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 300, 0);
      feed.pay('c', 'a', 100, 8 * MINUTE_MS);
      const { carried } = feed.pay('a', 'f', 400, 10 * MINUTE_MS);
      expect(carried.dwellMs).toBeCloseTo((10 * 3 + 2 * 1) * (MINUTE_MS / 4), 6);
    });
  });

  describe('what was never seen coming in', () => {
    it('is uncovered, to the unit', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 70, 0);
      const { carried } = feed.pay('a', 'f', 100, 1);
      expect(carried.coveredMinor).toBe(70);
      const { sums, uncovered } = feed.account('a');
      expect(sums).toMatchObject({ laid: 70, taken: 70, debited: 100, uncovered: 30, left: 0 });
      expect(uncovered).toEqual([{ openMinor: 30, atMs: expect.any(Number) as number }]);
    });

    it('is filled by a late credit, the newest arrival first, where it left later', () => {
      const feed = new HandFeed(make);
      feed.pay('a', 'f', 10, 5);
      feed.pay('a', 'f', 20, 6);
      feed.pay('a', 'f', 40, 7);
      feed.pay('b', 'a', 50, 5);
      const account = feed.account('a');
      expect(account.uncovered.map((slot) => slot.openMinor)).toEqual([10, 10]);
      expect(account.sums).toMatchObject({ laid: 0, backfilled: 50, taken: 50, uncovered: 20 });
      expect(leftOf(account)).toEqual(['b 0']);
      feed.pay('c', 'a', 50, 4);
      expect(feed.account('a').sums).toMatchObject({ laid: 30, backfilled: 70, left: 30 });
    });

    it('is remembered four times; what is open and falls out is counted', () => {
      const feed = new HandFeed(make);
      for (const at of [1, 2, 3, 4]) feed.pay('a', 'f', 10 * at, at);
      expect(feed.met('uncoveredMax')).toBe(0);
      const fifth = feed.pay('a', 'f', 50, 5);
      expect(feed.met('uncoveredMax')).toBe(1);
      expect(fifth.capsMet).toEqual([]);
      expect(feed.account('a').uncovered.map((slot) => slot.openMinor)).toEqual([50, 40, 30, 20]);
      expect(feed.account('a').sums.uncovered).toBe(150);
    });

    it('keeps its place when it is filled, and falls out uncounted', () => {
      const feed = new HandFeed(make);
      for (const at of [1, 2, 3, 4]) feed.pay('a', 'f', 10 * at, at);
      feed.pay('b', 'a', 100, 0);
      expect(feed.account('a').uncovered).toEqual([]);
      feed.pay('a', 'f', 7, 5);
      expect(feed.met('uncoveredMax')).toBe(0);
      expect(feed.account('a').sums.uncovered).toBe(7);
    });
  });

  describe('a full account', () => {
    it('lets the smallest row go, however young', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 2 });
      feed.pay('b', 'a', 100, 0);
      feed.pay('c', 'a', 399, HOUR_MS);
      const step = feed.pay('d', 'a', 101, HOUR_MS);
      expect(leftOf(feed.account('a'))).toEqual(['d 101', 'c 399']);
      expect(feed.account('a').sums).toMatchObject({ mixed: 100, left: 500, laid: 600 });
      expect(step.capsMet).toEqual(['creditsPerAccountMax']);
      expect(feed.met('creditsPerAccountMax')).toBe(1);
    });

    it.each([
      [3 * DAY_MS, ['creditsPerAccountMax']],
      [3 * DAY_MS + 1, []],
    ])('tells so while what went could still have been linked to: %i ms', (laterMs, capsMet) => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 1, debitsPerAccountMax: 1 });
      feed.pay('b', 'a', 100, 0);
      feed.pay('c', 'a', 399, 1);
      for (let at = HOUR_MS; at < laterMs; at += HOUR_MS) feed.pay('x', 'y', 1, at);
      feed.pay('x', 'y', 1, 1 + laterMs);
      expect(feed.account('a').capsMet).toEqual(capsMet);
    });

    it('tells of credits and debits apart', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 1, debitsPerAccountMax: 1 });
      feed.pay('a', 'b', 100, 0);
      feed.pay('a', 'c', 399, 1);
      expect(feed.account('a').capsMet).toEqual(['debitsPerAccountMax']);
      expect(feed.account('c').capsMet).toEqual([]);
    });

    it('may let the new one go at once', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 2 });
      feed.pay('b', 'a', 100, 0);
      feed.pay('c', 'a', 399, HOUR_MS);
      const step = feed.pay('d', 'a', 99, HOUR_MS);
      expect(step.laid).toBeNull();
      expect(leftOf(feed.account('a'))).toEqual(['c 399', 'b 100']);
      expect(feed.account('a').sums).toMatchObject({ mixed: 99, left: 499, laid: 598 });
    });

    it.each([
      [3, 0],
      [4, 1],
      [7, 1],
      [8, 2],
    ])('of %i rows keeps the newest %i, small or not', (rowsMax, kept) => {
      const limits = { creditsPerAccountMax: rowsMax, debitsPerAccountMax: rowsMax };
      const feed = new HandFeed(make, limits);
      for (let at = 0; at < rowsMax; at += 1) feed.pay('b', 'a', 100, at);
      for (let at = 10; at < 15; at += 1) feed.pay('b', 'a', 20, at);
      const ofA = feed.account('a').credits.map((credit) => credit.amountMinor);
      const ofB = feed.account('b').debits.map((debit) => debit.amountMinor);
      const expected = Array.from({ length: rowsMax }, (_row, i) => (i < kept ? 20 : 100));
      expect([ofA, ofB]).toEqual([expected, expected]);
    });

    it.each([
      [9, null],
      [10, 10],
    ])('but not dust, which is less than a tenth of the mean: %i', (amount, laid) => {
      // Five rows that come to 490 and 10: a tenth of their mean is 10, and of 490 and 9 a little less.
      const feed = new HandFeed(make, { creditsPerAccountMax: 4 });
      for (const minor of [100, 100, 100, 190]) feed.pay('b', 'a', minor, 0);
      const step = feed.pay('c', 'a', amount, 1);
      expect(step.laid?.amountMinor ?? null).toBe(laid);
      expect(feed.account('a').sums).toMatchObject({ mixed: laid === null ? 9 : 100 });
    });

    it.each([
      ['spent and old', 3 * DAY_MS + 1, 500, 'cde'],
      ['spent and young', 3 * DAY_MS, 500, 'bce'],
      ['old and not spent', 3 * DAY_MS + 1, 499, 'bce'],
    ])('lets go first of what is done with: %s', (_what, at, spent, left) => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 3 });
      feed.pay('b', 'a', 500, 0);
      feed.pay('a', 'f', spent, 1);
      feed.pay('d', 'a', 200, at);
      feed.pay('e', 'a', 250, at);
      feed.clock(at);
      feed.pay('c', 'a', 300, at);
      const payers = feed.account('a').credits.map((credit) => letterOf(credit.payer));
      expect(payers.sort().join('')).toBe(left);
    });

    it('and of debits that are too old to matter', () => {
      const feed = new HandFeed(make, { debitsPerAccountMax: 2 });
      feed.pay('a', 'b', 500, 0);
      feed.clock(3 * DAY_MS + 1);
      feed.pay('a', 'c', 200, 3 * DAY_MS + 1);
      feed.pay('a', 'd', 100, 3 * DAY_MS + 1);
      const payees = feed.account('a').debits.map((debit) => letterOf(debit.payee));
      expect(payees).toEqual(['d', 'c']);
    });

    it('counts a late row where it belongs by its time', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 4 });
      for (const at of [1, 2, 3, 4]) feed.pay('b', 'a', 100, at);
      expect(feed.pay('c', 'a', 99, 3).laid).toBeNull();
      expect(feed.pay('c', 'a', 99, 4).laid).not.toBeNull();
      expect(leftOf(feed.account('a'))).toEqual(['c 99', 'b 100', 'b 100', 'b 100']);
    });

    it('lets the older of equals go', () => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 2 });
      for (const from of ['b', 'c', 'd']) feed.pay(from, 'a', 100, 0);
      expect(leftOf(feed.account('a'))).toEqual(['d 100', 'c 100']);
    });

    it.each([
      ['young and spent', 3 * DAY_MS, 1_000, true],
      ['old and spent', 3 * DAY_MS + 1, 1_000, false],
      ['old with something left', 3 * DAY_MS + 1, 999, true],
    ])('says so where what goes is %s', (_what, at, spent, isMet) => {
      const feed = new HandFeed(make, { creditsPerAccountMax: 1 });
      feed.pay('b', 'a', 1_000, 0);
      feed.pay('a', 'f', spent, 1);
      feed.clock(at);
      const { capsMet } = feed.pay('c', 'a', 1_000, at);
      expect(capsMet).toEqual(isMet ? ['creditsPerAccountMax'] : []);
      expect(feed.account('a').sums).toMatchObject({ mixed: 1_000 - spent, left: 1_000 });
    });

    it.each([
      [3 * DAY_MS, ['debitsPerAccountMax']],
      [3 * DAY_MS + 1, []],
    ])('forgets the smallest debit, of equals the older: after %i ms', (at, caps) => {
      const feed = new HandFeed(make, { debitsPerAccountMax: 1 });
      feed.pay('a', 'b', 1_000, 0);
      feed.clock(at);
      const { capsMet } = feed.pay('a', 'c', 1_000, at);
      expect(capsMet).toEqual(caps);
      expect(feed.account('a').debits.map((debit) => letterOf(debit.payee))).toEqual(['c']);
      expect(feed.pay('a', 'b', 1, at).carried.payerKnowsPayee).toBe(true);
    });
  });

  describe('the memory', () => {
    it.each([
      [14 * DAY_MS, { left: 60, mixed: 0, rows: 1, debits: 1 }],
      [14 * DAY_MS + 1, { left: 0, mixed: 60, rows: 0, debits: 0 }],
    ])('keeps a row for two weeks: %i ms', (at, { left, mixed, rows, debits }) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      feed.pay('a', 'f', 40, 0);
      feed.clock(at);
      const account = feed.account('a');
      expect(account.sums).toMatchObject({ laid: 100, taken: 40, left, mixed });
      expect(account.credits).toHaveLength(rows);
      expect(account.debits).toHaveLength(debits);
      expect(feed.pay('a', 'f', 60, at).carried).toMatchObject({
        payerKnowsPayee: true,
        lotMinor: left,
        coveredMinor: 60,
      });
      expect(feed.account('a').sums).toMatchObject({ left: 0, mixed: 0, taken: 100 });
    });

    it('takes a row that comes too late for it into the pile', () => {
      const feed = new HandFeed(make);
      feed.clock(15 * DAY_MS);
      expect(feed.pay('b', 'a', 100, HOUR_MS).laid).toMatchObject({ leftMinor: 100, late: true });
      expect(feed.account('a')).toMatchObject({ credits: [], sums: { left: 0, mixed: 100 } });
    });
  });

  it('keeps the currencies of a wallet apart', () => {
    const feed = new HandFeed(make);
    feed.pay('b', 'a', 100, 0);
    const step = feed.pay('a', 'f', 100, 1, { currency: 'USD' });
    expect(step.carried).toMatchObject({ coveredMinor: 0, depth: 1 });
    expect(feed.account('a').sums).toMatchObject({ left: 100, debited: 0 });
    expect(feed.account('a', 'USD').sums).toMatchObject({ left: 0, uncovered: 100 });
  });

  it('refuses a wallet that pays itself', () => {
    const feed = new HandFeed(make);
    expect(() => feed.pay('a', 'a', 100, 0)).toThrow(/invariant broken/);
  });
});
