import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS } from '#domain';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;
const { windowMs, payeesMin } = DEFAULT_PACK.typologies.BIPARTITE as Readonly<
  Record<'windowMs' | 'payeesMin', number>
>;

const pay = (from: string, to: string, atMs: number, more: Partial<Pay> = {}): Pay => ({
  ...{ do: 'pay', from, to, rupees: 500, atMs, ...more },
});

const seen = (story: readonly Pay[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings(story), 'BIPARTITE', { pack: packWith('BIPARTITE', values) }).map(
    ({ at, evidence }) => [at, evidence],
  );

/** Payers and payees, everybody pays everybody, an hour apart. */
const layer = (payers: readonly string[], payees: readonly string[]): Pay[] =>
  payers.flatMap((payer, p) =>
    payees.map((payee, q) => pay(payer, payee, (p * payees.length + q) * HOUR_MS)),
  );

describe('bipartite', () => {
  it.each([
    [payeesMin - 1, []],
    [payeesMin, [[3, [0, 1, 2, 3]]]],
    [
      payeesMin + 1,
      [
        [4, [0, 1, 3, 4]],
        [5, [0, 1, 2, 3, 4, 5]],
      ],
    ],
  ])('two payers that share %i payees', (payees, signals) => {
    const names = Array.from({ length: payees }, (_, i) => `y${i}`);
    expect(seen(layer(['a', 'b'], names))).toEqual(signals);
  });

  it('names all payers that share as many', () => {
    expect(seen(layer(['a', 'b', 'c'], ['x', 'y'])).at(-1)).toEqual([5, [0, 1, 2, 3, 4, 5]]);
  });

  it('asks for so many as the pack says', () => {
    expect(seen(layer(['a', 'b'], ['x', 'y']), { payeesMin: 3 })).toEqual([]);
    expect(seen(layer(['a', 'b'], ['x', 'y', 'z']), { payeesMin: 3 })).toHaveLength(1);
  });

  it.each([
    [windowMs, 1],
    [windowMs + 1, 0],
  ])('where the first payment was %i ms before the last', (spanMs, signals) => {
    const story = [
      pay('a', 'x', 0),
      pay('b', 'x', HOUR_MS),
      // The clock follows no single leap of days.
      ...Array.from({ length: spanMs / HOUR_MS - 4 }, (_, i) =>
        pay(`from${i}`, `to${i}`, (i + 2) * HOUR_MS),
      ),
      pay('a', 'y', spanMs - HOUR_MS),
      pay('b', 'y', spanMs),
    ];
    expect(seen(story)).toHaveLength(signals);
  });

  it('a payee counts where the later of the two pays it for the first time, and soon enough', () => {
    const late = pay('a', 'y', PAIRED_WITHIN_MS + HOUR_MS);
    const others = [pay('b', 'y', HOUR_MS), pay('a', 'x', 2 * HOUR_MS), pay('b', 'x', 3 * HOUR_MS)];
    const between = Array.from({ length: 60 }, (_, i) => pay(`f${i}`, `t${i}`, (i + 4) * HOUR_MS));
    expect(seen([...others, ...between, late])).toHaveLength(1);
    const tooLate = { ...late, atMs: late.atMs + 1 };
    expect(seen([...others, ...between, tooLate])).toEqual([]);
    const known = pay('a', 'y', 0);
    expect(seen([known, ...others, ...between, late])).toHaveLength(1);
  });

  it('asks for what people pay one another', () => {
    for (const type of ['MERCHANT_PAYMENT', 'SALARY', 'CASH_OUT'] as const) {
      const story = layer(['a', 'b'], ['x', 'y']).map((one): Pay => ({ ...one, type }));
      expect(seen(story)).toEqual([]);
    }
  });

  it('is what its definition says, on random payments', () => {
    const row = fc.record({
      // Two others at most, since a payer is paired with the newest only; and as many payees as a pair remembers.
      from: fc.nat(2),
      to: fc.nat(2),
      gapMs: fc.constantFrom(MINUTE_MS, 30 * HOUR_MS),
    });
    let signals = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 4, maxLength: 20 }), (rows) => {
        let atMs = 0;
        const story = rows.map(({ from, to, gapMs }) => pay(`p${from}`, `q${to}`, (atMs += gapMs)));
        const found = seen(story);
        signals += found.length;
        expect(found).toEqual(reference(story));
      }),
      { numRuns: 300 },
    );
    expect(signals).toBeGreaterThan(50);
  });
});

/** Payers are paired where the later pays at most so long after the earlier, as the engine's links reach. */
const PAIRED_WITHIN_MS = 72 * HOUR_MS;

/** The definition once more, over the whole log. */
function reference(story: readonly Pay[]): unknown[] {
  const payments = (from: string, to: string, until: number): number[] =>
    story.flatMap((one, i) => (i <= until && one.from === from && one.to === to ? [i] : []));
  /** Of a payee of both, the later's first payment and the other's last one before; null where they are too far apart. */
  const shared = (one: string, other: string, payee: string, until: number): number[] | null => {
    const firsts = [one, other].map((who) => payments(who, payee, until)[0]);
    if (firsts.includes(undefined)) return null;
    const later = Math.max(...(firsts as number[]));
    const who = story[later]!.from === one ? other : one;
    const before = payments(who, payee, later).at(-1)!;
    const isSoon = story[later]!.atMs - story[before]!.atMs <= PAIRED_WITHIN_MS;
    return isSoon ? [before, later] : null;
  };
  return story.flatMap(({ from, to, atMs }, at) => {
    if (payments(from, to, at)[0] !== at) return [];
    const found = new Set<number>();
    const others = new Set(story.slice(0, at).map((one) => one.from));
    others.delete(from);
    for (const other of others) {
      if (shared(from, other, to, at) === null) continue;
      const pairs = [...new Set(story.map((one) => one.to))].flatMap((payee) => {
        const pair = shared(from, other, payee, at);
        return pair?.every((i) => story[i]!.atMs >= atMs - windowMs) ? [pair] : [];
      });
      if (pairs.length >= payeesMin) for (const i of pairs.flat()) found.add(i);
    }
    return found.size === 0 ? [] : [[at, [...found].sort((a, b) => a - b)]];
  });
}
