import { DAY_MS, MINUTE_MS } from '#domain';
import { ENGINES } from './engines';
import { HandFeed, letterOf, wallets } from './hand-feed';

describe.each(ENGINES)('links and the trail, by %s', (_, make) => {
  describe('a debit links to a credit', () => {
    it.each([
      [7_499, 1],
      [7_500, 2],
      [11_200, 2],
      [11_201, 1],
    ])('of about its amount: %i of 10,000 has depth %i', (amount, depth) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 10_000, 0);
      expect(feed.pay('a', 'c', amount, 1).carried.depth).toBe(depth);
    });

    it.each([
      [3 * DAY_MS, 2],
      [3 * DAY_MS + 1, 1],
    ])('inside the window: after %i ms it has depth %i', (at, depth) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      expect(feed.pay('a', 'c', 100, at).carried.depth).toBe(depth);
    });

    it('of the same moment, but not of a later one', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 10);
      expect(feed.pay('a', 'c', 100, 9).carried.depth).toBe(1);
      expect(feed.pay('a', 'c', 100, 10).carried.depth).toBe(2);
    });

    it('whether it is spent or not', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      feed.pay('a', 'c', 100, 1);
      const again = feed.pay('a', 'd', 100, 2);
      expect(again.carried).toMatchObject({ depth: 2, lotMinor: 0 });
      expect(wallets(again.carried.ancestors)).toEqual(['b']);
    });

    it.each([
      [2, []],
      [3, ['linkMatchesMax']],
    ])('more that match than are looked at are told: %i', (credits, capsMet) => {
      const feed = new HandFeed(make);
      for (let i = 0; i < credits; i += 1) feed.pay('b', 'a', 100, i);
      expect(feed.pay('a', 'f', 100, 10).capsMet).toEqual(capsMet);
    });

    it.each([
      [3, []],
      [4, ['pairedPayersMax']],
    ])('more payers of the payee than a payer is paired with are told: %i', (payers, capsMet) => {
      const feed = new HandFeed(make);
      'bcde'
        .slice(0, payers)
        .split('')
        .forEach((from, i) => feed.pay(from, 'a', 100, i));
      expect(feed.pay('f', 'a', 100, 10).capsMet).toEqual(capsMet);
    });

    it('the deeper of the two newest that match; the newer of equals', () => {
      const feed = new HandFeed(make);
      feed.chain('xyza', 100, 0);
      feed.pay('b', 'a', 100, 10 * MINUTE_MS);
      const deeper = feed.pay('a', 'f', 100, 11 * MINUTE_MS);
      expect(wallets(deeper.carried.ancestors)).toEqual(['z', 'y', 'x']);
      expect(deeper.carried.depth).toBe(4);
      feed.pay('c', 'a', 100, 12 * MINUTE_MS);
      const third = feed.pay('a', 'f', 100, 13 * MINUTE_MS);
      expect(wallets(third.carried.ancestors)).toEqual(['c']);
      expect(third.carried.depth).toBe(2);
    });

    it('the later arrival of two at one time', () => {
      const feed = new HandFeed(make);
      for (const from of ['b', 'c', 'd']) feed.pay(from, 'a', 100, 5);
      expect(wallets(feed.pay('a', 'f', 100, 5).carried.ancestors)).toEqual(['d']);
    });
  });

  describe('the trail', () => {
    it('names who paid whom, the nearest first', () => {
      const feed = new HandFeed(make);
      const last = feed.chain('abcd', 100, 0);
      const [near, far] = last.carried.ancestors;
      expect(last.carried).toMatchObject({ depth: 3, root: null });
      expect(near).toMatchObject({ transfer: 2, amountMinor: 100 });
      expect(letterOf(near!.wallet)).toBe('b');
      expect(far).toMatchObject({ transfer: 1 });
      expect(far!.atMs).toBe(near!.atMs - MINUTE_MS);
      expect(last.laid).toMatchObject({ depth: 3, ancestors: last.carried.ancestors });
    });

    it('has seven ancestors and no root at depth eight', () => {
      const feed = new HandFeed(make);
      const last = feed.chain('abcdefghi', 100, 0);
      expect(wallets(last.carried.ancestors)).toEqual('gfedcba'.split(''));
      expect(last).toMatchObject({ carried: { depth: 8, root: null }, capsMet: [] });
    });

    it.each([
      ['nine', 'abcdefghij', 9],
      ['ten', 'abcdefghijk', 10],
      ['eleven', 'abcdefghijkl', 11],
    ])('keeps its first transfer as the root at depth %s', (_depth, letters, depth) => {
      const feed = new HandFeed(make);
      const last = feed.chain(letters, 100, 0);
      expect(last.carried.depth).toBe(depth);
      expect(last.carried.ancestors).toHaveLength(7);
      expect(last.carried.root).toMatchObject({ transfer: 1, amountMinor: 100 });
      expect(letterOf(last.carried.root!.wallet)).toBe('a');
      expect(last.capsMet).toEqual(['ancestorsMax']);
      expect(feed.met('ancestorsMax')).toBe(depth - 8);
    });

    it.each([
      [21 * DAY_MS, 'a'],
      [21 * DAY_MS + 1, null],
    ])('names its root for seven link windows: %i ms', (waited, root) => {
      const feed = new HandFeed(make);
      feed.chain('abc', 100, 0);
      // Every hop as late as it may be, but for the last two.
      const letters = 'cdefghi'.split('');
      letters.slice(1).forEach((to, i) => feed.pay(letters[i]!, to, 100, (i + 1) * 3 * DAY_MS));
      feed.pay('i', 'j', 100, 20 * DAY_MS);
      const { carried } = feed.pay('j', 'k', 100, waited);
      expect(carried).toMatchObject({ depth: 10 });
      expect(carried.root && letterOf(carried.root.wallet)).toBe(root);
      const after = feed.pay('k', 'l', 100, waited + 1);
      expect(after.carried).toMatchObject({ depth: 11, root: null });
    });

    it('stops growing deeper at 4,095', () => {
      const feed = new HandFeed(make);
      const rounds = 'abc'.repeat(1_366);
      const last = feed.chain(rounds, 100, 0);
      expect(last.carried.depth).toBe(4_095);
      expect(feed.chain('ca', 100, 5_000 * MINUTE_MS).carried.depth).toBe(4_095);
    });
  });

  describe('funders', () => {
    it('are who else paid the payer, the newest first', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 100, 0);
      feed.pay('c', 'a', 30, 1);
      feed.pay('d', 'a', 30, 2);
      const { carried } = feed.pay('a', 'f', 100, 3);
      expect(wallets(carried.ancestors)).toEqual(['b']);
      expect(wallets(carried.funders)).toEqual(['d', 'c']);
      expect(carried.funders[0]).toMatchObject({ transfer: 3, amountMinor: 30 });
    });

    it('are no parent, not its payer again, not the payee, and each once by the newest', () => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 40, 0);
      feed.pay('c', 'a', 41, 1);
      feed.pay('f', 'a', 42, 2);
      feed.pay('c', 'a', 43, 3);
      feed.pay('b', 'a', 100, 4);
      const { carried } = feed.pay('a', 'f', 100, 5);
      expect(carried.funders.map((leg) => leg.transfer)).toEqual([4]);
    });

    it.each([
      [7, 70, 1],
      [7, 71, 0],
      [70, 7, 1],
      [71, 7, 0],
    ])(
      'gave a tenth of it at least, and at most ten times it: %i for %i',
      (credit, debit, count) => {
        const feed = new HandFeed(make);
        feed.pay('b', 'a', credit, 0);
        expect(feed.pay('a', 'f', debit, 1).carried.funders).toHaveLength(count);
      },
    );

    it.each([
      ['P2P', 1],
      ['BANK_TRANSFER', 1],
      ['SALARY', 0],
    ] as const)('paid in person: %s', (type, count) => {
      const feed = new HandFeed(make);
      expect(feed.pay('b', 'a', 50, 0, { type }).personal).toBe(count === 1);
      expect(feed.pay('a', 'f', 100, 1).carried.funders).toHaveLength(count);
    });

    it.each([
      [3 * DAY_MS, 1],
      [3 * DAY_MS + 1, 0],
      [-1, 0],
    ])('paid inside the window: %i ms before', (waited, count) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 50, 10);
      expect(feed.pay('a', 'f', 100, 10 + waited).carried.funders).toHaveLength(count);
    });

    it.each([
      ['cdeghi', 'ihgedc', []],
      ['bcdeghi', 'ihgedc', ['fundersMax']],
    ])('are six at most, the recent ones, and more are told: %s', (payers, carried, capsMet) => {
      const feed = new HandFeed(make);
      payers.split('').forEach((from, i) => feed.pay(from, 'a', 50, i));
      const step = feed.pay('a', 'f', 100, 10);
      expect(wallets(step.carried.funders)).toEqual(carried.split(''));
      expect(step.capsMet).toEqual(capsMet);
    });
  });

  describe('co-payees', () => {
    it('are whom else the payer has paid before this, the newest first, each once', () => {
      const feed = new HandFeed(make);
      for (const [i, to] of 'bcbf'.split('').entries()) feed.pay('a', to, 10 + i, i);
      const { carried } = feed.pay('a', 'f', 100, 10);
      expect(wallets(carried.coPayees)).toEqual(['b', 'c']);
      expect(carried.coPayees[0]).toMatchObject({ transfer: 3, amountMinor: 12 });
    });

    it.each([
      [3 * DAY_MS, 1],
      [3 * DAY_MS + 1, 0],
      [-1, 0],
    ])('inside the window: %i ms before', (waited, count) => {
      const feed = new HandFeed(make);
      feed.pay('a', 'b', 50, 10);
      expect(feed.pay('a', 'f', 100, 10 + waited).carried.coPayees).toHaveLength(count);
    });

    it('are six at most, and paid in person', () => {
      const feed = new HandFeed(make);
      'bcdeghi'.split('').forEach((to, i) => feed.pay('a', to, 50, i));
      feed.pay('a', 'j', 50, 8, { type: 'BILL_PAYMENT' });
      const step = feed.pay('a', 'f', 100, 10);
      expect(wallets(step.carried.coPayees)).toEqual('ihgedc'.split(''));
      expect(step.capsMet).toEqual(['coPayeesMax']);
    });
  });

  describe('a new pair', () => {
    it('is one where neither side remembers the other', () => {
      const feed = new HandFeed(make);
      const first = feed.pay('a', 'b', 100, 0);
      expect(first).toMatchObject({ newPair: true, carried: { payerKnowsPayee: false } });
      expect(first.laid).toMatchObject({ newPair: true });
      const again = feed.pay('a', 'b', 100, 1);
      expect(again).toMatchObject({ newPair: false, carried: { payerKnowsPayee: true } });
      expect(feed.account('a').debits.map((debit) => debit.newPair)).toEqual([false, true]);
      expect(feed.pay('b', 'a', 100, 2).newPair).toBe(true);
    });

    it('is one of accounts, in one direction and one currency', () => {
      const feed = new HandFeed(make);
      feed.pay('a', 'b', 100, 0);
      expect(feed.pay('b', 'a', 100, 1).newPair).toBe(true);
      expect(feed.pay('a', 'b', 100, 2, { currency: 'USD' }).newPair).toBe(true);
    });

    it.each([
      [180 * DAY_MS, false],
      [181 * DAY_MS, true],
    ])('is forgotten after half a year, to the day: after %i ms', (at, newPair) => {
      const feed = new HandFeed(make, { accountReleaseMs: 365 * DAY_MS });
      feed.pay('a', 'b', 100, 0);
      // Far longer than the payment itself is remembered, and to the end of the day.
      feed.clock(at + DAY_MS - 1);
      const again = feed.pay('a', 'b', 100, at + DAY_MS - 1);
      expect(again).toMatchObject({ newPair, carried: { payerKnowsPayee: !newPair } });
      expect(feed.account('a').debits).toHaveLength(1);
    });

    it('is one of the last 64 that the payer dealt with, either way', () => {
      const others = Array.from({ length: 64 }, (_, i) => String.fromCharCode(0x100 + i));
      const feed = new HandFeed(make, { accountReleaseMs: 365 * DAY_MS });
      feed.pay('a', 'b', 100, 0);
      feed.pay('a', 'c', 100, 1);
      for (const from of others.slice(1)) feed.pay(from, 'a', 100, 2);
      // b was the longest unseen, and has just been forgotten; c is the next.
      expect(feed.met('counterpartiesPerAccountMax')).toBe(1);
      expect(feed.pay('a', 'c', 100, 3).carried.payerKnowsPayee).toBe(true);
      const again = feed.pay('a', 'b', 100, 4);
      expect(again.carried.payerKnowsPayee).toBe(false);
      // But b remembers a.
      expect(again.newPair).toBe(false);
      expect(feed.account('a').debits[0]).toMatchObject({ newPair: true });
    });

    it('is none of a hub, which neither asks nor is asked', () => {
      const feed = new HandFeed(make);
      feed.pay('a', 'x', 100, 0, { toKind: 'BANK' });
      expect(feed.pay('x', 'a', 100, 1).carried.payerKnowsPayee).toBe(false);
      expect(feed.pay('x', 'a', 100, 2)).toMatchObject({
        newPair: false,
        carried: { payerKnowsPayee: false },
      });
      expect(feed.account('x').newPartners).toBe(0);
    });

    it('is none that a reversal makes', () => {
      const feed = new HandFeed(make);
      feed.reverse(feed.pay('a', 'b', 100, 0), 1);
      expect(feed.pay('b', 'a', 100, 2).newPair).toBe(true);
    });
  });

  describe('funders and co-payees go along', () => {
    it.each([
      ['P2P', null, 1],
      ['BANK_TRANSFER', null, 1],
      ['CASH_OUT', null, 1],
      ['SALARY', null, 0],
      ['SALARY', 'AGENT', 1],
      ['BILL_PAYMENT', 'BILLER', 0],
      ['MERCHANT_PAYMENT', 'MERCHANT', 0],
    ] as const)('with a %s to a %s: %i', (type, toKind, count) => {
      const feed = new HandFeed(make);
      feed.pay('b', 'a', 50, 0);
      feed.pay('a', 'c', 50, 1);
      const { carried } = feed.pay('a', 'f', 100, 2, { type, toKind });
      expect(carried.funders).toHaveLength(count);
      expect(carried.coPayees).toHaveLength(count);
    });
  });

  it.each([
    [5_000, false],
    [5_001, true],
  ])('says that a row is late: %i ms', (lateMs, late) => {
    const feed = new HandFeed(make);
    feed.pay('b', 'c', 1, 10_000);
    const step = feed.pay('b', 'a', 100, 10_000 - lateMs);
    expect(step.late).toBe(late);
    expect(step.laid).toMatchObject({ late });
  });
});
