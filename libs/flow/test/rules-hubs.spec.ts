import { DAY_MS, HOUR_MS } from '#domain';
import { ENGINES } from './engines';
import { HandFeed, leftOf, sharesOf } from './hand-feed';

const WEEK_MS = 7 * DAY_MS;

describe.each(ENGINES)('hubs, the busy, windows and release, by %s', (_, make) => {
  describe('a declared kind is believed', () => {
    /** x opens at `openedAt` and says at `declaredAt` what it is. */
    function isHub(kind: 'AGENT' | 'BANK', openedAt: number, declaredAt: number): boolean {
      const feed = new HandFeed(make);
      feed.pay('b', 'c', 1, 0);
      feed.clock(openedAt);
      feed.pay('b', 'x', 100, openedAt);
      feed.clock(declaredAt);
      feed.pay('b', 'x', 100, declaredAt, { toKind: kind });
      return feed.account('x').hub;
    }

    it.each([
      ['of a bank at once', 'BANK', WEEK_MS, WEEK_MS, true],
      ['of one who was there when the feed began', 'AGENT', WEEK_MS - 1, WEEK_MS - 1, true],
      ['not of a stranger', 'AGENT', WEEK_MS, WEEK_MS, false],
      ['not before a week', 'AGENT', WEEK_MS, 2 * WEEK_MS - 1, false],
      ['after a week', 'AGENT', WEEK_MS, 2 * WEEK_MS, true],
    ] as const)('%s', (_what, kind, openedAt, declaredAt, hub) => {
      expect(isHub(kind, openedAt, declaredAt)).toBe(hub);
    });

    it('by the clock, not by a row that claims to come from the future', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'c', 1, 0);
      feed.clock(WEEK_MS);
      feed.pay('b', 'x', 100, WEEK_MS);
      feed.pay('b', 'x', 100, 3 * WEEK_MS, { toKind: 'AGENT' });
      expect(feed.account('x').hub).toBe(false);
    });

    it.each([
      ['old enough', [WEEK_MS], true],
      ['not old enough', [WEEK_MS - 1], false],
      ['of another day, the younger of two', [WEEK_MS - 1, 400 * DAY_MS], false],
      ['that is after now, as of now', [-DAY_MS], false],
    ] as const)('by the opening date, where one is told: %s', (_what, agos, hub) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'c', 1, 0);
      // It was there when the feed began, and would be believed without a date.
      for (const ago of agos) {
        feed.pay('b', 'x', 100, 1, { toKind: 'AGENT', toOpenedAt: 1 - ago });
      }
      expect(feed.account('x').hub).toBe(hub);
    });

    it('of a bank whatever date it tells; and a person tells none that counts', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'y', 100, 0, { toKind: 'BANK', toOpenedAt: 0 });
      feed.pay('b', 'x', 100, 1, { toKind: 'PERSON', toOpenedAt: 0 });
      feed.pay('x', 'b', 100, 2, { fromKind: 'AGENT', fromOpenedAt: 2 - WEEK_MS });
      expect([feed.account('y').hub, feed.account('x').hub]).toEqual([true, true]);
    });

    it('of its own provider only, and so is its opening date', () => {
      const feed = new HandFeed(make);
      const byAnother = { byOwnProvider: false };
      feed.pay('b', 'x', 100, 0, { toKind: 'BANK', ...byAnother });
      feed.pay('x', 'b', 100, 1, { fromKind: 'AGENT', ...byAnother });
      expect(feed.account('x').hub).toBe(false);
      feed.pay('b', 'x', 100, 2, { toKind: 'AGENT', toOpenedAt: 1, ...byAnother });
      feed.pay('b', 'x', 100, 3, { toKind: 'AGENT' });
      expect(feed.account('x').hub).toBe(true);
    });

    it.each([
      ['a week after it', WEEK_MS, {}, {}, true],
      ['not before', WEEK_MS - 1, {}, {}, false],
      ['a week after it opens, where that is later', WEEK_MS + 9, { openedAt: 9 }, {}, true],
      ['not before', WEEK_MS + 8, { openedAt: 9 }, {}, false],
      ['whatever it tells of years before', WEEK_MS - 1, { openedAt: -WEEK_MS }, {}, false],
      ['not by another provider', WEEK_MS, { byOwnProvider: false }, {}, false],
      ['not where the payment says itself what it is', WEEK_MS, {}, { toKind: 'PERSON' }, false],
      [
        'also where another provider says so',
        WEEK_MS,
        {},
        { toKind: 'PERSON', byOwnProvider: false },
        true,
      ],
    ] as const)('by its registration as an agent, %s', (_what, at, registered, more, hub) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'c', 1, 0);
      // Without a date it would be believed: it was there when the feed began.
      feed.pay('b', 'x', 100, 0);
      feed.register('x', 0, registered);
      feed.clock(at);
      feed.pay('b', 'x', 100, at, more);
      expect(feed.account('x').hub).toBe(hub);
    });

    it('by the last registration up to the payment, told in whatever order', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'c', 1, 0);
      feed.register('x', 2 * WEEK_MS);
      feed.register('x', 0);
      feed.clock(WEEK_MS);
      feed.pay('b', 'x', 100, WEEK_MS - 1);
      expect(feed.account('x').hub).toBe(true);
      feed.register('y', 9);
      feed.pay('b', 'y', 100, 8);
      expect(feed.account('y').hub).toBe(false);
    });

    it('of nobody who is a person or a business', () => {
      const feed = new HandFeed(make);
      feed.pay('a', 'b', 100, 0, { fromKind: 'PERSON', toKind: 'BUSINESS' });
      expect([feed.account('a').hub, feed.account('b').hub]).toEqual([false, false]);
    });
  });

  describe('a hub', () => {
    it('ends the trail: its money is one pile, without origins, and it remembers nobody', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      const toHub = feed.pay('b', 'x', 100, 0, { toKind: 'AGENT' });
      expect(toHub).toMatchObject({ laid: null, newPair: true });
      expect(sharesOf(toHub.carried)).toEqual({ op: 1 });
      const fromHub = feed.pay('x', 'd', 60, 1);
      expect(fromHub.carried).toMatchObject({
        depth: 1,
        origins: [],
        coPayees: [],
        lotMinor: 0,
        coveredMinor: 60,
        payerKnowsPayee: false,
      });
      expect(feed.pay('x', 'd', 70, 2).carried).toMatchObject({
        coveredMinor: 40,
        payerKnowsPayee: false,
        coPayees: [],
      });
      const { sums, credits, debits } = feed.account('x');
      expect({ credits, debits }).toEqual({ credits: [], debits: [] });
      expect(sums).toMatchObject({ laid: 100, taken: 100, mixed: 0, debited: 130, uncovered: 30 });
    });

    it('is filled up by late credits like any other', () => {
      const feed = new HandFeed(make);
      feed.pay('x', 'd', 70, 2, { fromKind: 'BANK' });
      feed.pay('b', 'x', 100, 1);
      expect(feed.account('x').sums).toMatchObject({ backfilled: 70, mixed: 30, uncovered: 0 });
    });

    it('stays one, and what it held becomes a pile with the origins that it had', () => {
      const feed = new HandFeed(make);
      feed.name('op', 'b');
      feed.pay('b', 'x', 100, 0);
      feed.pay('x', 'd', 40, 1);
      feed.pay('x', 'd', 10, 2, { fromKind: 'EXTERNAL' });
      const account = feed.account('x');
      expect(account).toMatchObject({ hub: true, credits: [], debits: [] });
      expect(account.sums).toMatchObject({ laid: 100, taken: 50, left: 0, mixed: 50 });
      expect(account.pile).toEqual([{ operationId: 'op', amountMinor: 50 }]);
      expect(sharesOf(feed.pay('x', 'd', 10, 3).carried)).toEqual({ op: 1 });
      feed.pay('c', 'x', 40, 4, { toKind: 'PERSON' });
      expect(feed.account('x')).toMatchObject({ hub: true, sums: { mixed: 80 } });
      expect(sharesOf(feed.pay('x', 'd', 80, 5).carried)).toEqual({ op: 0.5 });
    });
  });

  describe('a busy payer', () => {
    it.each([
      [2, 2, 1],
      [3, 1, 0],
    ])('of %i new partners ends trails and funders, never taint', (partners, depth, funders) => {
      const feed = new HandFeed(make, { popularCounterpartiesMin: 3 });
      feed.name('op', 'b');
      for (const [i, from] of ['b', 'c', 'd'].slice(0, partners).entries()) {
        feed.pay(from, 'a', i === 0 ? 100 : 50, 0);
      }
      expect(feed.account('a').newPartners).toBe(partners);
      const { carried } = feed.pay('a', 'f', 100, 0);
      expect(carried.depth).toBe(depth);
      expect(carried.funders).toHaveLength(funders);
      expect(sharesOf(carried)).toEqual({ op: 1 });
      expect(feed.account('a').newPartners).toBe(partners + 1);
    });

    it.each([
      [500, 1],
      [501, 2],
    ])('is not busy for ten times what its new partners pay: %i', (amount, depth) => {
      const feed = new HandFeed(make, { popularCounterpartiesMin: 3 });
      for (const from of ['b', 'c', 'd']) feed.pay(from, 'a', 50, 0);
      // It knows this one: what new partners paid is three times 50.
      feed.pay('b', 'a', 500, 0);
      expect(feed.account('a')).toMatchObject({ newPartners: 3, newPartnerSum: 150 });
      expect(feed.pay('a', 'f', amount, 0).carried.depth).toBe(depth);
    });

    it('is busy with new partners, and less with every week', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      feed.pay('b', 'a', 100, 0);
      feed.pay('a', 'b', 100, 0);
      feed.pay('a', 'b', 100, 0);
      expect(feed.account('a').newPartners).toBe(2);
      feed.clock(WEEK_MS);
      feed.pay('a', 'b', 100, WEEK_MS);
      expect(feed.account('a').newPartners).toBeCloseTo(1, 12);
    });
  });

  describe('the windows', () => {
    it('count both sides, and halve in half their length', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      feed.pay('a', 'c', 40, 0);
      feed.clock(HOUR_MS);
      feed.pay('a', 'c', 60, HOUR_MS);
      const [minutes, days, weeks] = feed.account('a').windows;
      expect(minutes!.spanMs).toBe(2 * HOUR_MS);
      expect(minutes!.creditCount).toBeCloseTo(0.5, 12);
      expect(minutes!.creditSum).toBeCloseTo(50, 9);
      expect(minutes!.debitCount).toBeCloseTo(1.5, 12);
      expect(minutes!.debitSum).toBeCloseTo(80, 9);
      expect(days!.spanMs).toBe(3 * DAY_MS);
      expect(days!.debitSum).toBeCloseTo(60 + 40 * 2 ** (-1 / 36), 9);
      expect(weeks!.spanMs).toBe(14 * DAY_MS);
      expect(weeks!.debitSum).toBeCloseTo(60 + 40 * 2 ** (-1 / 168), 9);
    });

    it('do not turn back for a late row, nor run ahead with one from the future', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, HOUR_MS);
      feed.pay('b', 'a', 100, 0);
      expect(feed.account('a').windows[0]).toMatchObject({ creditCount: 2, creditSum: 200 });
      feed.pay('b', 'a', 100, 50 * DAY_MS);
      // The clock believed the row one hour of its fifty days.
      expect(feed.account('a').windows[0]!.creditCount).toBeCloseTo(2, 12);
    });
  });

  describe('an account that nobody touches', () => {
    it.each([
      [40 * DAY_MS, 1],
      [40 * DAY_MS + 1, 0],
    ])('is let go after its time: %i ms', (at, rememberedDebits) => {
      const feed = new HandFeed(make, { accountReleaseMs: 40 * DAY_MS });
      feed.pay('b', 'a', 100, 0);
      feed.clock(at);
      feed.pay('a', 'c', 30, at);
      const { sums } = feed.account('a');
      expect(sums.taken).toBe(30 * rememberedDebits);
      expect(sums.uncovered).toBe(30 - 30 * rememberedDebits);
      expect(feed.engine.account('p\nb', 'PKR') === null).toBe(rememberedDebits === 0);
    });

    it('is let go at once where it was opened by a row that is as late as that, and names nobody else', () => {
      const feed = new HandFeed(make, { accountReleaseMs: 40 * DAY_MS });
      feed.clock(41 * DAY_MS);
      feed.pay('v', 'w', 100, 0, { toTokens: ['phone'] });
      expect(feed.engine.account('p\nw', 'PKR')).toBeNull();
      for (const from of 'abcdefgh') feed.pay(from, 'z', 100, 41 * DAY_MS);
      feed.name('op', 'phone');
      for (const from of 'abcdefgh') {
        expect(sharesOf(feed.pay(from, 'z', 100, 41 * DAY_MS).carried)).toEqual({});
      }
    });

    it('is kept as long as a row from the future may name it', () => {
      const feed = new HandFeed(make, { accountReleaseMs: 40 * DAY_MS });
      feed.pay('b', 'a', 100, 0);
      feed.pay('b', 'a', 100, 60 * DAY_MS);
      feed.clock(50 * DAY_MS);
      feed.pay('c', 'a', 100, 50 * DAY_MS);
      for (const from of 'defgh') feed.pay(from, 'z', 100, 50 * DAY_MS);
      expect(leftOf(feed.account('a'))).toEqual(['b 100', 'c 100']);
    });

    it('is let go with what its wallet was known by, where that has no other account', () => {
      const feed = new HandFeed(make, { accountReleaseMs: 40 * DAY_MS });
      feed.name('op', 'phone');
      feed.pay('b', 'a', 100, 0, { fromTokens: ['phone'] });
      feed.clock(40 * DAY_MS);
      expect(sharesOf(feed.pay('b', 'a', 100, 40 * DAY_MS, { currency: 'USD' }).laid)).toEqual({
        op: 1,
      });
      const later = new HandFeed(make, { accountReleaseMs: 40 * DAY_MS });
      later.name('op', 'phone');
      later.pay('b', 'a', 100, 0, { fromTokens: ['phone'] });
      // By one row that the sweep does not yet reach: strangers had moved the clock.
      later.clock(40 * DAY_MS);
      later.clock(40 * DAY_MS + 1);
      const other = later.pay('b', 'a', 100, 40 * DAY_MS + 1, { currency: 'USD' });
      expect(sharesOf(other.laid)).toEqual({});
    });

    it('is still counted, with what it held', () => {
      const feed = new HandFeed(make, { accountReleaseMs: 40 * DAY_MS });
      feed.pay('b', 'a', 100, 0);
      feed.pay('a', 'c', 30, 1);
      feed.clock(41 * DAY_MS);
      expect(feed.engine.account('p\na', 'PKR')).toBeNull();
      expect(feed.engine.released.get('PKR')).toEqual({ accounts: 3, heldMinor: 100 });
      expect(leftOf({ ...feed.account('stranger-2', 'CHF'), credits: [] })).toEqual([]);
    });
  });
});
