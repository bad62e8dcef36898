import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;
const { windowMs, personsMin } = DEFAULT_PACK.typologies.DEVICE_CLUSTER as Readonly<
  Record<'windowMs' | 'personsMin', number>
>;

const pay = (from: string, atMs: number, more: Partial<Pay> = {}): Pay => ({
  ...{ do: 'pay', from, to: `to-${from}`, rupees: 500, atMs, ...more },
});

/** Six hundred people, each with a handset of their own. */
const life = Array.from({ length: 600 }, (_, i) =>
  pay(`life${i}`, i * MINUTE_MS, { handset: `own${i}` }),
);
const AT = 600 * MINUTE_MS;

const seen = (story: readonly Pay[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings([...life, ...story]), 'DEVICE_CLUSTER', {
    pack: packWith('DEVICE_CLUSTER', values),
  })
    .filter(({ at }) => at >= life.length)
    .map(({ at, evidence }) => [at - life.length, evidence.map((i) => i - life.length)]);

const farm = (wallets: number, more: (i: number) => Partial<Pay> = () => ({})): Pay[] =>
  Array.from({ length: wallets }, (_, i) =>
    pay(`mule${i}`, AT + i * HOUR_MS, { handset: 'farm', ...more(i) }),
  );

describe('device cluster', () => {
  it.each([
    [personsMin - 1, []],
    [personsMin, [[3, [0, 1, 2, 3]]]],
    [
      personsMin + 1,
      [
        [3, [0, 1, 2, 3]],
        [4, [0, 1, 2, 3, 4]],
      ],
    ],
  ])('%i persons from one handset', (wallets, signals) => {
    expect(seen(farm(wallets))).toEqual(signals);
  });

  it('counts one person once, by the national id, and whoever is told without as one', () => {
    expect(seen(farm(4, () => ({ person: 'one' })))).toEqual([]);
    expect(seen(farm(4, (i) => (i < 2 ? { person: 'one' } : {})))).toEqual([]);
    expect(seen(farm(5, (i) => (i < 2 ? { person: 'one' } : {})))).toHaveLength(1);
  });

  it.each([
    [windowMs, 1],
    [windowMs + 1, 0],
  ])('when the first of four paid %i ms before the last', (spanMs, signals) => {
    const [first, ...others] = farm(4);
    const last = others.map((one) => ({ ...one, atMs: AT + spanMs }));
    // The clock follows no single leap of days.
    const between = Array.from({ length: spanMs / HOUR_MS }, (_, i) =>
      pay(`b${i}`, AT + i * HOUR_MS),
    );
    const story = [first!, ...between, ...last];
    expect(seen(story).map(([at]) => at)).toEqual(signals === 0 ? [] : [story.length - 1]);
  });

  it('asks for what people pay one another or take out, not for what they buy', () => {
    expect(seen(farm(4, () => ({ type: 'MERCHANT_PAYMENT' })))).toEqual([]);
    expect(seen(farm(4, () => ({ type: 'CASH_OUT' })))).toHaveLength(1);
  });

  it('weighs less where handsets are often shared so', () => {
    const shops = Array.from({ length: 600 }, (_, i) =>
      pay(`guest${i}`, AT - DAY_MS / 4 + i, { handset: `shop${i % 100}` }),
    );
    const weighs = (before: readonly Pay[]): number =>
      signalsOf(logOfHappenings([...life, ...before, ...farm(4)]), 'DEVICE_CLUSTER').at(-1)!
        .logOdds;
    expect(weighs(shops)).toBeLessThan(weighs([]) / 2);
  });

  it('is what its definition says, on random payments', () => {
    const row = fc.record({
      from: fc.nat(7),
      handset: fc.constantFrom('x', 'y', null),
      person: fc.constantFrom('p', 'q', null, null),
      gapMs: fc.constantFrom(MINUTE_MS, HOUR_MS),
    });
    let signals = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 4, maxLength: 25 }), (rows) => {
        let atMs = AT;
        const story = rows.map(({ from, handset, person, gapMs }): Pay => {
          const told = { ...(handset && { handset }), ...(person && { person }) };
          return pay(`mule${from}`, (atMs += gapMs), told);
        });
        const found = seen(story);
        signals += found.length;
        expect(found).toEqual(reference(story));
      }),
      { numRuns: 100 },
    );
    expect(signals).toBeGreaterThan(20);
  });
});

/** The definition once more, over the whole log: of each wallet that paid from the handset, the last payment. */
function reference(story: readonly Pay[]): unknown[] {
  return story.flatMap(({ handset }, at) => {
    if (handset === undefined) return [];
    const before = story.slice(0, at + 1);
    const last = before.flatMap((one, i) =>
      one.handset === handset &&
      before.findLastIndex((o) => o.from === one.from && o.handset === handset) === i
        ? [i]
        : [],
    );
    const persons = new Set(last.map((i) => story[i]!.person ?? story[i]!.from));
    return persons.size >= personsMin ? [[at, last]] : [];
  });
}
