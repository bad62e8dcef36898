import { type LogEntry } from '#contracts';
import { hop, late, logOf, type Move, OPEN, ordinaryLife } from '../test/feed';
import { type Check } from './check';
import { CIRCUMSTANCES } from './circumstances';
import { Detector } from './detector';

interface Asked {
  readonly seen: boolean;
  readonly checks: readonly Check[];
}

type Side = 'payer' | 'payee';

/** How a typology or circumstance came out at the last of these moves, after ten days of ordinary life. */
function lastAsked(
  asked: string,
  anchorIs: Side,
  moves: readonly Move[],
  known: readonly LogEntry[] = [],
): Asked {
  const checks: Check[] = [];
  let last: Asked | null = null;
  const detector = new Detector({
    pack: OPEN,
    watch: {
      candidate: () => undefined,
      carried: () => undefined,
      checks: () => {
        // What the other account's circumstances wrote is none of this one's.
        checks.length = 0;
        return checks;
      },
      saw: (sighting, name, signal) => {
        const found = { seen: signal !== null, checks: checks.splice(0) };
        const side: Side = sighting.anchor === sighting.step.payer ? 'payer' : 'payee';
        if (side !== anchorIs) return;
        if (name === asked) last = found;
        const circumstance = CIRCUMSTANCES.find((one) => one.name === asked);
        if (circumstance === undefined) return;
        const own: Check[] = [];
        last = {
          seen: circumstance.see({ ...sighting, checks: own }, OPEN.circumstances) !== null,
          checks: own,
        };
      },
    },
  });
  const entries = [...known, ...logOf([...ordinaryLife(), ...moves.map(late)])];
  for (const entry of entries) detector.apply(entry);
  detector.flush();
  return last!;
}

/** The last check that measures what its words say. */
const measured = ({ checks }: Asked, says: string) =>
  checks.filter((check) => check.says.includes(says) && check.measure !== null).at(-1)!;

describe('the conditions of a definition, as they came out', () => {
  it.each([
    [0.89, false],
    [0.9, true],
    [0.91, true],
  ])('pass-through: %d of what came in has left again', (share, held) => {
    const asked = lastAsked('PASS_THROUGH', 'payer', [
      hop('a', 'm', 40_000, 0),
      hop('m', 'x', 40_000 * share, 4),
    ]);
    const passed = measured(asked, 'passed on, of what came in');
    expect(asked.seen).toBe(held);
    expect(passed).toMatchObject({ held, position: null });
    expect(passed.measure).toEqual({
      ...{ value: Math.round(4_000_000 * share), comparison: '≥', limit: 3_600_000 },
      ...{ unit: 'amount', of: 4_000_000 },
    });
  });

  it.each([
    [2, false],
    [3, true],
    [4, true],
  ])('layering chain: %i transfers in a row', (hops, held) => {
    const chain = Array.from({ length: hops }, (_, i) =>
      hop(`m${i}`, `m${i + 1}`, 80_000 * 0.97 ** i, 10 * i),
    );
    const asked = lastAsked('LAYERING_CHAIN', 'payee', chain);
    expect(asked.seen).toBe(held);
    const { measure, ...depth } = measured(asked, 'transfers in a row on the trail');
    expect(depth.held).toBe(held);
    expect(measure).toMatchObject({ value: hops, comparison: '≥', limit: 3 });
  });

  it('layering chain: names the transfer at which the trail ends, and by how much', () => {
    const asked = lastAsked('LAYERING_CHAIN', 'payee', [
      hop('a', 'b', 100_000, 0),
      hop('b', 'c', 79_000, 10),
      hop('c', 'd', 78_000, 20),
    ]);
    expect(asked.seen).toBe(false);
    const broken = asked.checks.find(({ held }) => !held)!;
    expect(broken.position).toBe(2 * (ordinaryLife().length + 1));
    expect(broken.measure).toMatchObject({ value: 0.79, comparison: '≥', limit: 0.8 });
    expect(measured(asked, 'over distinct wallets')).toMatchObject({
      held: false,
      measure: { value: 2, limit: 3 },
    });
  });

  it.each([
    ['FAN_IN', 'payee', 2, false],
    ['FAN_IN', 'payee', 3, true],
    ['FAN_IN', 'payee', 4, true],
    ['FAN_OUT', 'payer', 2, false],
    ['FAN_OUT', 'payer', 3, true],
    ['FAN_OUT', 'payer', 4, true],
  ] as const)('%s, asked of the %s: %i new ones', (typology, side, count, held) => {
    const fan = Array.from({ length: count }, (_, i) =>
      side === 'payee' ? hop(`v${i}`, 'hub', 9_000, i) : hop('hub', `v${i}`, 9_000, i),
    );
    const asked = lastAsked(typology, side, fan);
    expect(asked.seen).toBe(held);
    const { measure, ...check } = measured(asked, 'new to it within the span');
    expect(check.held).toBe(held);
    expect(measure).toMatchObject({ value: count, comparison: '≥', limit: 3, unit: 'count' });
  });

  it.each([
    [39_999.99, false],
    [40_000, true],
    [40_000.01, true],
  ])('cycle: %d of 50,000 came back', (back, held) => {
    const ring = [hop('a', 'b', 50_000, 0), hop('b', 'c', 45_000, 10), hop('c', 'a', back, 20)];
    const asked = lastAsked('CYCLE', 'payee', ring);
    expect(asked.seen).toBe(held);
    const { measure, ...check } = measured(asked, 'came back');
    expect(check.held).toBe(held);
    expect(measure).toMatchObject({ value: Math.round(back * 100), limit: 4_000_000 });
  });

  it.each([
    [0, false],
    [1, true],
    [2, true],
  ])('operation proximity: money of %i operations', (operations, held) => {
    const indicators = Array.from({ length: operations }, (_, i) => ({
      ...{ operationId: `OP-${i}`, type: 'wallet' as const, match: `p\nc${i}`, knownFromMs: 0 },
    }));
    const asked = lastAsked(
      'OPERATION_PROXIMITY',
      'payee',
      [hop('c0', 'm', 30_000, 0), hop('c1', 'm', 30_000, 5), hop('m', 'x', 60_000, 10)],
      [{ kind: 'indicators.registered.v1', position: 1, indicators }],
    );
    expect(asked.seen).toBe(held);
    const { measure, ...check } = measured(asked, 'known operations');
    expect(check.held).toBe(held);
    expect(measure).toMatchObject({ value: operations, comparison: '≥', limit: 1 });
  });

  it.each([
    ['y', false],
    ['z', true],
  ])('a new counterparty: n pays y again, or %s', (to, held) => {
    const moves = [hop('n', 'y', 400, 0), hop('n', 'y', 400, 5), hop('n', to, 400, 9)];
    const asked = lastAsked('NEW_COUNTERPARTY', 'payer', moves);
    expect(asked.seen).toBe(held);
    expect(asked.checks.find(({ says }) => says.includes('never paid'))!.held).toBe(held);
  });

  it('says what a typology does not look at, and asks nothing further', () => {
    const moves = [hop('a', 'm', 40_000, 0), hop('m', 'x', 40_000, 4)];
    expect(lastAsked('PASS_THROUGH', 'payee', moves).checks).toEqual([
      {
        ...{ says: 'it looks at the payer only', held: false, scope: true },
        ...{ measure: null, position: null },
      },
    ]);
    const bought = [{ ...hop('a', 'm', 900, 0), type: 'MERCHANT_PAYMENT' as const }];
    expect(lastAsked('FAN_IN', 'payee', bought).checks.at(-1)).toMatchObject({
      ...{ says: 'it looks at payments between people only', held: false, scope: true },
    });
  });
});
