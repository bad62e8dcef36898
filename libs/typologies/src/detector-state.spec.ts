import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { type LogEntry } from '#contracts';
import { DAY_MS, HOUR_MS, MINUTE_MS, walletKey } from '#domain';
import { FLOW_LIMITS, StateMismatch, viewsOfAccounts } from '#flow';
import { copied } from './copied-state';
import { hop, late, logOf, type Move, OPEN, ordinaryLife, START_MS } from '../test/feed';
import { type Happening, logOfHappenings, type ToldNews } from '../test/happenings';
import { Detector, type DetectorOptions } from './detector';

const known = (walletId: string, position: number, fromMs: number): LogEntry => ({
  kind: 'indicators.registered.v1',
  position,
  indicators: [
    {
      operationId: 'op-1',
      type: 'wallet',
      match: walletKey({ provider: 'p', walletId }),
      knownFromMs: START_MS + fromMs,
    },
  ],
});

/** What a detector says from the cut on, if it was saved there or replayed up to it; and if nothing happened there. */
function afterCut(entries: readonly LogEntry[], cut: number, options: DetectorOptions) {
  const undisturbed = new Detector(options);
  for (const entry of entries.slice(0, cut)) undisturbed.apply(entry);
  const restarted = new Detector(options);
  restarted.load(copied(undisturbed.save()));
  const replayed = new Detector(options);
  replayed.silently(() => {
    for (const entry of entries.slice(0, cut)) expect(replayed.apply(entry)).toEqual([]);
  });
  const rest = entries.slice(cut);
  const goOn = (detector: Detector): unknown => [
    rest.flatMap((entry) => detector.apply(entry)),
    detector.flush(),
    viewsOfAccounts(detector.engine),
    [...detector.engine.caps.counts],
    [...detector.engine.released],
  ];
  return {
    restarted: goOn(restarted),
    replayed: goOn(replayed),
    undisturbed: goOn(undisturbed),
  };
}

/** What is said is long, and Jest takes seconds to compare it: it is asked where something differs. */
function expectSame(one: unknown, other: unknown): void {
  if (!isDeepStrictEqual(one, other)) expect(one).toEqual(other);
}

describe('a saved detector', () => {
  it('goes on as if nothing had happened, wherever it is cut', () => {
    const chain = [
      hop('a', 'b', 50_000, 0),
      hop('b', 'c', 49_000, 7),
      hop('c', 'd', 48_000, 15),
      hop('d', 'e', 47_500, 22),
      hop('e', 'a', 47_000, 30),
      hop('w1', 'a', 20_000, 32),
      hop('a', 'w2', 15_000, 40),
    ].map(late);
    const moves = logOf([...ordinaryLife(), ...chain]);
    const entries = [
      ...moves.slice(0, 400),
      known('w7', moves[399]!.position + 1, 0),
      ...moves.slice(400, -5),
      known('c', moves.at(-6)!.position + 1, 10 * DAY_MS + 20 * MINUTE_MS),
      ...moves.slice(-5),
    ];
    for (const cut of [0, 1, 399, 401, entries.length - 8, entries.length - 3, entries.length]) {
      const { restarted, replayed, undisturbed } = afterCut(entries, cut, {});
      expectSame(restarted, undisturbed);
      expectSame(replayed, undisturbed);
    }
  });

  it('goes on so with calls and changes, wherever it is cut', () => {
    const pay = (number: string, to: string, rupees: number, atMs: number): Happening => ({
      ...{ do: 'pay', from: `wallet of ${number}`, to, rupees, atMs, numbers: [number] },
    });
    const call = (callee: string, atMs: number): Happening => ({
      ...{ do: 'call', caller: 'scam', callee, atMs },
    });
    const at = 6 * DAY_MS;
    const entries = logOfHappenings([
      ...ordinaryLife(6).map((move): Happening => ({ do: 'pay', ...move })),
      call('v1', at),
      { do: 'report', number: 'scam', operationId: 'op-1', knownFromMs: at },
      call('v2', at + 1),
      pay('v1', 'mule', 20_000, at + 10 * MINUTE_MS),
      { do: 'change', type: 'SIM_CHANGE', wallet: 'mule', atMs: at + 15 * MINUTE_MS },
      pay('v2', 'mule', 18_000, at + 20 * MINUTE_MS),
      { ...pay('', 'boss', 37_000, at + 30 * MINUTE_MS), from: 'mule' } as Happening,
    ]);
    const told = entries.length - 7;
    for (let cut = told; cut <= entries.length; cut += 1) {
      const { restarted, replayed, undisturbed } = afterCut(entries, cut, { pack: OPEN });
      expectSame(restarted, undisturbed);
      expectSame(replayed, undisturbed);
      // Not only what went before: what is told now rests on what was told of then.
      const said = JSON.stringify(undisturbed);
      if (cut <= told + 5) expect(said.includes('CALL_THEN_PAY')).toBe(true);
      if (cut <= told + 6) expect(said.includes('CHANGE_THEN_DRAIN')).toBe(true);
    }
  });

  it('goes on so with what was told of wallets, wherever it is cut', () => {
    const at = 6 * DAY_MS;
    const tell = (wallet: string, news: ToldNews): Happening => ({
      ...{ do: 'tell', wallet, news, atMs: at },
    });
    const farm = ['m0', 'm1', 'm2', 'm3'];
    const pay = (from: string, to: string, rupees: number, atMs: number): Happening => ({
      ...{ do: 'pay', from, to, rupees, atMs },
    });
    const entries = logOfHappenings([
      ...ordinaryLife(6).map((move, i): Happening => ({
        do: 'pay',
        ...move,
        handset: `own${i % 600}`,
      })),
      ...farm.map((wallet) => tell(wallet, { type: 'LOGIN', handset: 'farm' })),
      tell('m3', { type: 'TIER_CHANGE', tier: 'L0' }),
      tell('shop', { type: 'AGENT_REGISTERED', openedAtMs: null }),
      ...farm.map((from, i) => pay(from, 'shop', 24_000, at + i * MINUTE_MS)),
      // The clock follows no single leap of a week.
      ...Array.from({ length: 24 * 8 }, (_, hour) => pay('x', 'y', 1, at + hour * HOUR_MS)),
      ...[8, 9, 10].map((day) => pay('m3', 'shop', 24_000, at + day * DAY_MS)),
    ]);
    const told = entries.length - 3 - 24 * 8 - 10;
    for (const cut of [told, told + 3, told + 6, told + 9, entries.length - 2]) {
      const { restarted, replayed, undisturbed } = afterCut(entries, cut, { pack: OPEN });
      expectSame(restarted, undisturbed);
      expectSame(replayed, undisturbed);
      const said = JSON.stringify(undisturbed);
      if (cut <= told + 9) expect(said.includes('DEVICE_CLUSTER')).toBe(true);
      // All of it is of the end, when the agent has been one for a week.
      const [, , views] = undisturbed as [unknown, unknown, { wallet: string; hub: boolean }[]];
      expect(views.find(({ wallet }) => wallet === 'p\nshop')).toMatchObject({ hub: true });
    }
  });

  it('goes on so with complaints, wherever it is cut', () => {
    const at = 6 * DAY_MS;
    const before = ordinaryLife(6).map((move): Happening => ({ do: 'pay', ...move }));
    const pay = (from: string, to: string, rupees: number, minute: number): Happening => ({
      ...{ do: 'pay', from, to, rupees, atMs: at + minute * MINUTE_MS },
    });
    const complain = (of: number, minute: number): Happening => ({
      ...{ do: 'complain', of: before.length + of, atMs: at + minute * MINUTE_MS },
    });
    // Of what is to be passed on, and of what was.
    const story = [
      ...[pay('v', 'a', 20_000, 0), pay('u', 'c', 30_000, 1), complain(0, 2)],
      ...[pay('a', 'b', 19_900, 5), pay('c', 'd', 29_900, 6), complain(1, 7)],
      pay('b', 'e', 19_800, 8),
    ];
    const entries = logOfHappenings([...before, ...story]);
    for (let cut = entries.length - story.length; cut <= entries.length; cut += 1) {
      const { restarted, replayed, undisturbed } = afterCut(entries, cut, { pack: OPEN });
      expectSame(restarted, undisturbed);
      expectSame(replayed, undisturbed);
      if (cut < entries.length - 1) expect(JSON.stringify(undisturbed)).toContain('COMPLAINT');
    }
  });

  it('goes on so on random feeds with every limit met', () => {
    const limits = {
      ...FLOW_LIMITS,
      creditsPerAccountMax: 3,
      debitsPerAccountMax: 3,
      popularCounterpartiesMin: 4,
      accountReleaseMs: 36 * DAY_MS,
    };
    const move = fc.record<Move>({
      from: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      to: fc.constantFrom('f', 'g', 'a', 'b', 'h'),
      rupees: fc.constantFrom(1, 900, 1_000, 950, 20_000, 19_000),
      atMs: fc.integer({ min: 0, max: 90 }).map((days) => days * DAY_MS),
      type: fc.constantFrom('P2P', 'P2P', 'CASH_OUT', 'MERCHANT_PAYMENT'),
    });
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 5, maxLength: 60 }),
        fc.nat(60),
        fc.boolean(),
        (moves, at, ordered) => {
          const feed = ordered ? [...moves].sort((a, b) => a.atMs - b.atMs) : moves;
          const log = logOf(feed.filter(({ from, to }) => from !== to));
          const entries = [...log.slice(0, 4), known('a', 9, 5 * DAY_MS), ...log.slice(4)];
          const cut = Math.min(at, entries.length);
          const { restarted, replayed, undisturbed } = afterCut(entries, cut, {
            pack: OPEN,
            limits,
          });
          expectSame(restarted, undisturbed);
          expectSame(replayed, undisturbed);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is refused where it is not one', () => {
    const parts = [...new Detector().save()];
    expect(() => {
      new Detector().load(copied(parts.slice(1)));
    }).toThrow(StateMismatch);
    const used = new Detector();
    for (const entry of logOf([hop('a', 'b', 1, 0), hop('a', 'b', 1, 10)])) used.apply(entry);
    expect(() => {
      used.load(copied(parts));
    }).toThrow('new detector');
  });
});

describe('a detector that runs for long', () => {
  it('gives accounts up that nobody touches, and says what they held', () => {
    const limits = { ...FLOW_LIMITS, accountReleaseMs: 36 * DAY_MS };
    const detector = new Detector({ limits });
    // Each day other wallets; an hour apart, as the feed's clock goes.
    const moves: Move[] = Array.from({ length: 24 * 100 }, (_, hour) => ({
      from: `from${hour}`,
      to: `to${hour}`,
      rupees: 10,
      atMs: hour * 60 * MINUTE_MS,
    }));
    for (const entry of logOf(moves)) detector.apply(entry);
    const { accounts, released } = detector.engine;
    // A window of 36 days of two new wallets an hour, and what the sweep has not come to yet.
    expect(accounts.size).toBeLessThan(2 * 24 * 36 * 2);
    const given = released.get('PKR')!;
    // The last few transfers still wait for any that should have come before them.
    const waiting = 2 * 1;
    expect(accounts.size + given.accounts).toBe(2 * moves.length - waiting);
    expect(given.heldMinor).toBeGreaterThan(0);
    expect(given.heldMinor % 1_000).toBe(0);
  });
});
