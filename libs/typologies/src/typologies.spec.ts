import { type LogEntry } from '#contracts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { type Evidence } from './evidence';
import { withoutDust } from './fan';
import { DEFAULT_PACK, type RulePack } from './rule-pack';
import { alertsOf, hop, late, logOf, type Move, OPEN, ordinaryLife, run } from '../test/feed';

/** The transfers of the last alert of a typology, by index in the feed; null where it was not seen. */
function seen(moves: readonly Move[], typology: string, pack: RulePack = OPEN): string[] | null {
  const life = ordinaryLife();
  const after = moves.map((move) => ({ ...move, atMs: move.atMs + 10 * DAY_MS }));
  const found = alertsOf(run(logOf([...life, ...after]), pack)).filter((alert) =>
    (alert.typologies as readonly string[]).includes(typology),
  );
  const last = found.filter(({ positions }) => positions.at(-1)! > 2 * life.length).at(-1);
  if (!last) return null;
  return last.positions
    .filter((p) => p > 2 * life.length)
    .map((p) => String(p / 2 - 1 - life.length));
}

describe('layering chain', () => {
  const chain = (hops: number, kept: number): Move[] =>
    Array.from({ length: hops }, (_, i) => hop(`m${i}`, `m${i + 1}`, 80_000 * kept ** i, 10 * i));

  it.each([
    [2, false],
    [3, true],
    [4, true],
  ])('of %i transfers: %s', (hops, expected) => {
    expect(seen(chain(hops, 0.97), 'LAYERING_CHAIN') !== null).toBe(expected);
  });

  it.each([
    [0.79, false],
    [0.8, true],
    [1.05, true],
    [1.06, false],
  ])('keeping %d of the value a hop: %s', (kept, expected) => {
    expect(seen(chain(3, kept), 'LAYERING_CHAIN') !== null).toBe(expected);
  });

  it('names every transfer of it', () => {
    expect(seen(chain(4, 0.97), 'LAYERING_CHAIN')).toEqual(['0', '1', '2', '3']);
  });

  it('is not two wallets paying each other back and forth', () => {
    const moves = [hop('a', 'b', 100, 0), hop('b', 'a', 100, 5), hop('a', 'b', 100, 10)];
    expect(seen(moves, 'LAYERING_CHAIN')).toBeNull();
  });

  it('is not a payment made late, before the money came', () => {
    const [first, second, third] = chain(3, 0.97) as [Move, Move, Move];
    expect(seen([first, { ...second, atMs: -1 }, third], 'LAYERING_CHAIN')).toBeNull();
  });
});

describe('cycle', () => {
  const ring = (wallets: number, kept: number, minutes: number): Move[] =>
    Array.from({ length: wallets }, (_, i) =>
      hop(
        `r${i}`,
        `r${(i + 1) % wallets}`,
        50_000 * kept ** (i / (wallets - 1)),
        (minutes * i) / (wallets - 1),
      ),
    );

  it.each([
    [2, false],
    [3, true],
    [8, true],
    [9, false],
  ])('over %i wallets: %s', (wallets, expected) => {
    expect(seen(ring(wallets, 0.9, 60), 'CYCLE') !== null).toBe(expected);
  });

  it.each([
    [0.799, false],
    [0.801, true],
  ])('that brings back %d of the money: %s', (kept, expected) => {
    expect(seen(ring(4, kept, 60), 'CYCLE') !== null).toBe(expected);
  });

  it.each([
    [72 * 60, true],
    [72 * 60 + 1, false],
  ])('within %i minutes: %s', (minutes, expected) => {
    expect(seen(ring(4, 0.95, minutes), 'CYCLE') !== null).toBe(expected);
  });
});

describe('fan-in and fan-out', () => {
  const fan = (count: number, spanHours: number, out: boolean): Move[] =>
    Array.from({ length: count }, (_, i) => {
      const atMs = (spanHours * HOUR_MS * i) / Math.max(1, count - 1);
      const [from, to] = out ? ['hubby', `v${i}`] : [`v${i}`, 'hubby'];
      return { from, to, rupees: 9_000, atMs };
    });

  it.each([
    ['FAN_IN', false],
    ['FAN_OUT', true],
  ])('%s wants three new counterparties within two weeks', (typology, out) => {
    expect(seen(fan(2, 1, out), typology)).toBeNull();
    expect(seen(fan(3, 1, out), typology)).toEqual(['0', '1', '2']);
    expect(seen(fan(3, 14 * 24, out), typology)).not.toBeNull();
    expect(seen(fan(3, 14 * 24 + 0.01, out), typology)).toBeNull();
  });

  it.each([
    [873, 3],
    [874, 3],
    // The mean, weighed by amount, is then 8,745.
    [875, 4],
  ])('leave out what is below a tenth of the mean: %d beside three of 9,000', (last, kept) => {
    const payments = [9_000, 9_000, 9_000, last].map((amountMinor, position): Evidence => {
      return { position, payer: position, payee: 9, amountMinor, atMs: 0, newPair: true };
    });
    expect(withoutDust(payments, 0.1)).toHaveLength(kept);
  });

  it('are not made of dust', () => {
    const dusted = [hop('v0', 'hubby', 90_000, 0), ...fan(8, 1, false).slice(1)].map((move, i) =>
      i === 0 ? move : { ...move, rupees: 90 },
    );
    expect(seen(dusted, 'FAN_IN')).toBeNull();
  });

  it('is silent for a wallet that is used to it', () => {
    const driver = Array.from({ length: 9 * 12 }, (_, i): Move => {
      return {
        from: `rider${i}`,
        to: 'driver',
        rupees: 400,
        atMs: (i / 12) * DAY_MS - 9.5 * DAY_MS,
      };
    });
    const today = Array.from({ length: 12 }, (_, i) => hop(`new${i}`, 'driver', 400, 60 * i));
    expect(seen([...driver, ...today], 'FAN_IN', DEFAULT_PACK)).toBeNull();
  });
});

describe('pass-through', () => {
  const pass = (share: number): Move[] => [
    hop('a', 'm', 40_000, 0),
    hop('m', 'x', 40_000 * share, 4),
  ];

  it.each([
    [0.89, false],
    [0.9, true],
    [1, true],
  ])('of %d of what came in: %s', (share, expected) => {
    expect(seen(pass(share), 'PASS_THROUGH') !== null).toBe(expected);
  });

  it('is silent for a shop that sweeps its till every evening', () => {
    const sweeps = Array.from({ length: 10 }, (_, day) => [
      { from: 'till', to: 'shop', rupees: 30_000, atMs: (day - 10) * DAY_MS },
      { from: 'shop', to: 'supplier', rupees: 30_000, atMs: (day - 10) * DAY_MS + 5 * MINUTE_MS },
    ]).flat();
    const weigh = (moves: readonly Move[]): number => {
      const all = [...ordinaryLife(), ...moves.map((m) => ({ ...m, atMs: m.atMs + 10 * DAY_MS }))];
      const alerts = alertsOf(run(logOf(all.sort((a, b) => a.atMs - b.atMs)), OPEN));
      const terms = alerts.flatMap((alert) => alert.terms);
      return Math.max(0, ...terms.filter((t) => t.name === 'PASS_THROUGH').map((t) => t.logOdds));
    };
    const habitual = weigh(
      [...sweeps, ...pass(1).map((m) => ({ ...m, from: m.from }))].slice(0, 20),
    );
    const once = weigh(pass(1));
    expect(once).toBeGreaterThan(0);
    // The first evenings were news; what is asked is that they did not become more so.
    expect(habitual).toBeLessThanOrEqual(once);
  });
});

describe('operation proximity', () => {
  const known: LogEntry = {
    kind: 'indicators.registered.v1',
    position: 1,
    indicators: [{ operationId: 'OP-1', type: 'wallet', match: 'p\ncollector', knownFromMs: 0 }],
  };
  const moves = [
    hop('victim1', 'collector', 30_000, 0),
    hop('victim2', 'collector', 25_000, 10),
    hop('collector', 'mule1', 54_000, 20),
    hop('mule1', 'mule2', 52_000, 30),
  ];

  it('links every alert of the money to the operation, and names the path', () => {
    const alerts = alertsOf(run([known, ...logOf([...ordinaryLife(), ...moves.map(late)])]));
    const last = alerts.at(-1)!;
    expect(last.operationIds).toEqual(['OP-1']);
    const life = ordinaryLife().length;
    const positions = [1, 2, 3, 4].map((n) => 2 * (life + n));
    expect(positions.every((position) => alerts.some((a) => a.positions.includes(position)))).toBe(
      true,
    );
  });

  it('raises nothing for a wallet that only received tainted money and keeps it', () => {
    const small = [hop('collector', 'cousin', 500, 0)].map(late);
    const alerts = alertsOf(run([known, ...logOf([...ordinaryLife(), ...small])]));
    expect(alerts).toEqual([]);
  });
});
