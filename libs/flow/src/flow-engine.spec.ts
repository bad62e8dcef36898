import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS, type PartyKind, type Transfer } from '#domain';
import { FlowEngine } from './flow-engine';
import { FLOW_LIMITS } from './flow-limits';
import { NONE } from './accounts';

const START_MS = Date.UTC(2026, 0, 5);

interface Move {
  readonly from: string;
  readonly to: string;
  readonly amountMinor: number;
  readonly atMs: number;
  readonly currency?: string;
  readonly kind?: PartyKind;
}

const transferOf = (move: Move, index: number): Transfer => ({
  provider: 'p',
  transferId: `t${index}`,
  occurredAtMs: START_MS + move.atMs,
  type: 'P2P',
  status: 'SETTLED',
  amountMinor: move.amountMinor,
  currency: move.currency ?? 'PKR',
  debtor: { provider: 'p', walletId: move.from, kind: null },
  creditor: { provider: 'p', walletId: move.to, kind: move.kind ?? null },
});

/** Feeds moves to an engine; positions are 1, 2, 3… */
function fed(moves: readonly Move[], limits = FLOW_LIMITS): FlowEngine {
  const engine = new FlowEngine(limits);
  moves.forEach((move, i) => engine.move(i + 1, transferOf(move, i), [], []));
  return engine;
}

const accountOf = (engine: FlowEngine, walletId: string, currency = 'PKR'): number =>
  engine.accounts.of({ provider: 'p', walletId }, currency, START_MS);

/** What is left of each credit of a wallet, by position. */
function leftOf(engine: FlowEngine, walletId: string): Record<number, number> {
  const left: Record<number, number> = {};
  const account = accountOf(engine, walletId);
  for (let slot = engine.accounts.creditHead[account]!; slot !== NONE;) {
    left[engine.credits.transfer[slot]!] = engine.credits.left[slot]!;
    slot = engine.credits.next[slot]!;
  }
  return left;
}

describe('lots', () => {
  it('takes the lot whose amount matches before a newer one', () => {
    const engine = fed([
      { from: 'a', to: 'm', amountMinor: 10_000, atMs: 0 },
      { from: 'b', to: 'm', amountMinor: 300_000, atMs: MINUTE_MS },
      { from: 'm', to: 'x', amountMinor: 9_800, atMs: 2 * MINUTE_MS },
    ]);
    expect(leftOf(engine, 'm')).toEqual({ 1: 200, 2: 300_000 });
  });

  it('takes several in a row whose sum matches', () => {
    const engine = fed([
      { from: 'a', to: 'm', amountMinor: 10_000, atMs: 0 },
      { from: 'b', to: 'm', amountMinor: 20_000, atMs: 1 },
      { from: 'c', to: 'm', amountMinor: 31_000, atMs: 2 },
      { from: 'd', to: 'm', amountMinor: 900_000, atMs: 3 },
      { from: 'm', to: 'x', amountMinor: 51_000, atMs: MINUTE_MS },
    ]);
    expect(leftOf(engine, 'm')).toEqual({ 1: 10_000, 2: 0, 3: 0, 4: 900_000 });
  });

  it('takes the newest where none matches, and remembers what nothing covered', () => {
    const engine = fed([
      { from: 'a', to: 'm', amountMinor: 10_000, atMs: 0 },
      { from: 'b', to: 'm', amountMinor: 20_000, atMs: 1 },
      { from: 'm', to: 'x', amountMinor: 5_000, atMs: 2 },
      { from: 'm', to: 'y', amountMinor: 40_000, atMs: 3 },
    ]);
    expect(leftOf(engine, 'm')).toEqual({ 1: 0, 2: 0 });
    expect(engine.sums(accountOf(engine, 'm'))).toMatchObject({ taken: 30_000, uncovered: 15_000 });
  });

  it('takes tainted money before clean money that came later', () => {
    const engine = new FlowEngine();
    engine.watchlist.add({ operationId: 'o', type: 'wallet', match: 'p\nbad', knownFromMs: 0 });
    const moves: Move[] = [
      { from: 'bad', to: 'm', amountMinor: 50_000, atMs: 0 },
      { from: 'a', to: 'm', amountMinor: 20_000, atMs: 1 },
      { from: 'm', to: 'x', amountMinor: 30_000, atMs: 2 },
    ];
    moves.forEach((move, i) => engine.move(i + 1, transferOf(move, i), [], []));
    expect(leftOf(engine, 'm')).toEqual({ 1: 20_000, 2: 20_000 });
    expect(engine.held(accountOf(engine, 'x')).taintedMinor).toBe(30_000);
  });

  it('fills an uncovered debit from a credit that comes late', () => {
    const engine = fed([
      { from: 'm', to: 'x', amountMinor: 40_000, atMs: HOUR_MS },
      { from: 'a', to: 'm', amountMinor: 50_000, atMs: 0 },
    ]);
    expect(engine.sums(accountOf(engine, 'm'))).toEqual({
      laid: 10_000,
      backfilled: 40_000,
      taken: 40_000,
      left: 10_000,
      mixed: 0,
      reversed: 0,
      debited: 40_000,
      uncovered: 0,
    });
  });

  it('does not let a late debit spend what came after it', () => {
    const engine = fed([
      { from: 'a', to: 'm', amountMinor: 50_000, atMs: HOUR_MS },
      { from: 'm', to: 'x', amountMinor: 50_000, atMs: 0 },
    ]);
    expect(leftOf(engine, 'm')).toEqual({ 1: 50_000 });
  });

  it('keeps currencies apart', () => {
    const engine = fed([
      { from: 'a', to: 'm', amountMinor: 50_000, atMs: 0, currency: 'USD' },
      { from: 'm', to: 'x', amountMinor: 50_000, atMs: 1, currency: 'PKR' },
    ]);
    expect(engine.held(accountOf(engine, 'm', 'USD')).heldMinor).toBe(50_000);
    expect(engine.sums(accountOf(engine, 'm')).uncovered).toBe(50_000);
  });

  it('lets no dust push a large credit out, keeps what falls out on the pile, and says so', () => {
    const limits = { ...FLOW_LIMITS, creditsPerAccountMax: 4 };
    const large: Move = { from: 'a', to: 'm', amountMinor: 9_000_000, atMs: 0 };
    const dust = Array.from({ length: 40 }, (_, i): Move => {
      return { from: `d${i}`, to: 'm', amountMinor: 100 + i, atMs: i + 1 };
    });
    const engine = fed([large, ...dust], limits);
    expect(leftOf(engine, 'm')[1]).toBe(9_000_000);
    const sums = engine.sums(accountOf(engine, 'm'));
    expect(sums.left + sums.mixed).toBe(sums.laid);
    expect(sums.mixed).toBeGreaterThan(0);
    expect(engine.capCounts.get('creditsPerAccountMax')).toBe(37);
  });

  it('takes back what is left of a reversed transfer, and gives it to the payer without a trail', () => {
    const engine = fed([
      { from: 'a', to: 'm', amountMinor: 50_000, atMs: 0 },
      { from: 'm', to: 'x', amountMinor: 30_000, atMs: 1 },
    ]);
    const [m, a] = [accountOf(engine, 'm'), accountOf(engine, 'a')];
    expect(engine.reverse(m, a, 1, 3, 50_000, START_MS + 2)).toBe(30_000);
    expect(engine.sums(m)).toMatchObject({ left: 0, reversed: 20_000, taken: 30_000 });
    expect(engine.held(a).heldMinor).toBe(50_000);
    expect(engine.held(accountOf(engine, 'x')).heldMinor).toBe(30_000);
  });
});

describe('links', () => {
  const chain: Move[] = [
    { from: 'a', to: 'b', amountMinor: 100_000, atMs: 0 },
    { from: 'b', to: 'c', amountMinor: 97_000, atMs: 10 * MINUTE_MS },
    { from: 'c', to: 'd', amountMinor: 95_000, atMs: 20 * MINUTE_MS },
  ];

  function trailAt(engine: FlowEngine, walletId: string): { depth: number; ancestors: number[] } {
    const slot = engine.accounts.creditHead[accountOf(engine, walletId)]!;
    const count = engine.credits.ancestorCount[slot]!;
    const from = slot * 7;
    return {
      depth: engine.credits.depth[slot]!,
      ancestors: [...engine.credits.ancestorTransfer.subarray(from, from + count)],
    };
  }

  it('are seen in the last wallet alone, nearest first', () => {
    expect(trailAt(fed(chain), 'd')).toEqual({ depth: 3, ancestors: [2, 1] });
  });

  it('find a credit that another payment has already spent', () => {
    const engine = fed([
      chain[0]!,
      { from: 'b', to: 'shop', amountMinor: 100_000, atMs: MINUTE_MS },
      chain[1]!,
    ]);
    expect(trailAt(engine, 'c')).toEqual({ depth: 2, ancestors: [1] });
  });

  it.each([
    [74_999, 1],
    [75_000, 2],
    [112_000, 2],
    [112_001, 1],
  ])('join a debit of %i to a credit of 100000: depth %i', (amountMinor, depth) => {
    const engine = fed([chain[0]!, { from: 'b', to: 'c', amountMinor, atMs: 1 }]);
    expect(trailAt(engine, 'c').depth).toBe(depth);
  });

  it.each([
    [3 * DAY_MS, 2],
    [3 * DAY_MS + 1, 1],
  ])('reach back %i ms: depth %i', (atMs, depth) => {
    const engine = fed([chain[0]!, { from: 'b', to: 'c', amountMinor: 100_000, atMs }]);
    expect(trailAt(engine, 'c').depth).toBe(depth);
  });

  it('end at a declared hub', () => {
    const engine = fed([
      { from: 'a', to: 'shop', amountMinor: 100_000, atMs: 0, kind: 'MERCHANT' },
      { from: 'shop', to: 'c', amountMinor: 100_000, atMs: 1 },
    ]);
    expect(trailAt(engine, 'c')).toEqual({ depth: 1, ancestors: [] });
  });

  it('carry at most seven transfers, and say when there were more', () => {
    const moves = Array.from({ length: 12 }, (_, i): Move => {
      return { from: `w${i}`, to: `w${i + 1}`, amountMinor: 100_000, atMs: i * MINUTE_MS };
    });
    const engine = fed(moves);
    expect(trailAt(engine, 'w12')).toEqual({ depth: 12, ancestors: [11, 10, 9, 8, 7, 6, 5] });
    expect(engine.capsMet.has('ancestorsMax')).toBe(true);
  });
});

describe('origins', () => {
  it('follow shares of at least a tenth', () => {
    const pay = (taintedMinor: number): number => {
      const engine = new FlowEngine();
      engine.watchlist.add({ operationId: 'o', type: 'wallet', match: 'p\nbad', knownFromMs: 0 });
      const moves: Move[] = [
        { from: 'bad', to: 'm', amountMinor: taintedMinor, atMs: 0 },
        { from: 'a', to: 'm', amountMinor: 100_000 - taintedMinor, atMs: 1 },
        { from: 'm', to: 'x', amountMinor: 100_000, atMs: 2 },
      ];
      moves.forEach((move, i) => engine.move(i + 1, transferOf(move, i), [], []));
      return engine.held(accountOf(engine, 'x')).taintedMinor;
    };
    expect(pay(10_000)).toBe(10_000);
    expect(pay(9_999)).toBe(0);
  });

  it('count from the moment an indicator is known from, by wallet or by identifier', () => {
    const engine = new FlowEngine();
    const knownFromMs = START_MS + HOUR_MS;
    engine.watchlist.add({ operationId: 'o', type: 'msisdn', match: 'msisdn:x', knownFromMs });
    const before = { from: 'bad', to: 'm', amountMinor: 1_000, atMs: HOUR_MS - 1 };
    engine.move(1, transferOf(before, 1), ['msisdn:x'], []);
    expect(engine.held(accountOf(engine, 'm')).taintedMinor).toBe(0);
    engine.move(2, transferOf({ ...before, atMs: HOUR_MS }, 2), ['msisdn:x'], []);
    expect(engine.held(accountOf(engine, 'm')).taintedMinor).toBe(1_000);
  });
});

describe('accounting', () => {
  const walletId = fc.constantFrom('a', 'b', 'c', 'd', 'hub');
  const move = fc
    .record({
      from: walletId,
      to: walletId,
      amountMinor: fc.integer({ min: 1, max: 50_000 }),
      // Ties, bursts and late rows: times are drawn from few values and come in any order.
      atMs: fc.integer({ min: 0, max: 40 }).map((n) => n * 6 * HOUR_MS),
      reversed: fc.boolean(),
    })
    .filter(({ from, to }) => from !== to);

  it('is exact to the paisa for every account, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(
        fc.array(move, { maxLength: 120 }),
        fc.integer({ min: 1, max: 6 }),
        (moves, cap) => {
          const limits = { ...FLOW_LIMITS, creditsPerAccountMax: cap, debitsPerAccountMax: cap };
          const engine = new FlowEngine(limits);
          engine.watchlist.add({ operationId: 'o', type: 'wallet', match: 'p\na', knownFromMs: 0 });
          const credited = new Map<number, number>();
          const add = (account: number, minor: number): void =>
            void credited.set(account, (credited.get(account) ?? 0) + minor);
          moves.forEach((m, i) => {
            const kind = m.to === 'hub' ? 'AGENT' : undefined;
            const transfer = transferOf({ ...m, ...(kind ? { kind } : {}) }, i);
            const step = engine.move(2 * i + 1, transfer, [], []);
            add(step.payee, m.amountMinor);
            if (!m.reversed) return;
            engine.reverse(step.payee, step.payer, 2 * i + 1, 2 * i + 2, m.amountMinor, step.atMs);
            add(step.payer, m.amountMinor);
          });
          for (let account = 0; account < engine.accounts.size; account += 1) {
            const s = engine.sums(account);
            expect(s.laid + s.backfilled).toBe(credited.get(account) ?? 0);
            expect(s.taken + s.left + s.mixed + s.reversed).toBe(s.laid + s.backfilled);
            expect(s.taken + s.uncovered).toBe(s.debited);
            const { heldMinor, taintedMinor } = engine.held(account);
            expect(heldMinor).toBe(s.left + s.mixed);
            expect(taintedMinor).toBeLessThanOrEqual(heldMinor);
            expect(Math.min(s.left, s.mixed, s.uncovered, taintedMinor)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
