import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS } from '#domain';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;
type Cluster = 'SIM_CLUSTER' | 'PERSON_CLUSTER';

const AT = 600 * MINUTE_MS;
const pay = (from: string, atMs: number, more: Partial<Pay> = {}): Pay => ({
  ...{ do: 'pay', from, to: `to-${from}`, rupees: 500, atMs, ...more },
});

/** Six hundred people, each with a number and a national id of their own. */
const life = Array.from({ length: 600 }, (_, i) =>
  pay(`life${i}`, i * MINUTE_MS, { sim: `sim${i}`, person: `person${i}` }),
);

const seen = (
  story: readonly Pay[],
  typology: Cluster,
  values: Readonly<Record<string, number>> = {},
) =>
  signalsOf(logOfHappenings([...life, ...story]), typology, { pack: packWith(typology, values) })
    .filter(({ at }) => at >= life.length)
    .map(({ at, evidence }) => [at - life.length, evidence.map((i) => i - life.length)]);

const limitsOf = (typology: Cluster, least: string): readonly [number, number] => {
  const values = DEFAULT_PACK.typologies[typology];
  return [values.windowMs!, values[least]!];
};

describe.each([
  ['SIM_CLUSTER', 'personsMin', (i: number) => ({ sim: 'one', person: `mule${i}` })],
  ['PERSON_CLUSTER', 'walletsMin', (i: number) => ({ sim: `own${i}`, person: 'one' })],
] as const)('%s', (typology, least, marks) => {
  const [windowMs, sharersMin] = limitsOf(typology, least);
  const cluster = (wallets: number): Pay[] =>
    Array.from({ length: wallets }, (_, i) => pay(`mule${i}`, AT + i * HOUR_MS, marks(i)));

  it.each([sharersMin - 1, sharersMin, sharersMin + 1])('%i of them', (wallets) => {
    const indexes = Array.from({ length: wallets }, (_, i) => i);
    expect(seen(cluster(wallets), typology)).toEqual(
      indexes.slice(sharersMin - 1).map((i) => [i, indexes.slice(0, i + 1)]),
    );
  });

  it.each([
    [windowMs, 1],
    [windowMs + 1, 0],
  ])('when the first paid %i ms before the last', (spanMs, signals) => {
    const [first, ...others] = cluster(sharersMin);
    // The clock follows no single leap of days.
    const between = Array.from({ length: spanMs / HOUR_MS }, (_, i) =>
      pay(`b${i}`, AT + i * HOUR_MS),
    );
    const last = others.map((one) => ({ ...one, atMs: AT + spanMs }));
    expect(seen([first!, ...between, ...last], typology)).toHaveLength(signals);
  });

  it('asks for so many as the pack says', () => {
    expect(seen(cluster(3), typology, { [least]: 3 })).toHaveLength(1);
  });

  it('asks for what people pay one another or take out, not for what they buy', () => {
    const bought = cluster(sharersMin).map((one): Pay => ({ ...one, type: 'BILL_PAYMENT' }));
    expect(seen(bought, typology)).toEqual([]);
  });

  it('is what its definition says, on random payments', () => {
    const row = fc.record({
      from: fc.nat(6),
      sim: fc.constantFrom('x', 'y', null),
      person: fc.constantFrom('p', 'q', 'r', 's', 't', null),
      gapMs: fc.constantFrom(MINUTE_MS, HOUR_MS),
    });
    let signals = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 4, maxLength: 30 }), (rows) => {
        let atMs = AT;
        const story = rows.map(({ from, sim, person, gapMs }): Pay => {
          const told = { ...(sim && { sim }), ...(person && { person }) };
          return pay(`mule${from}`, (atMs += gapMs), told);
        });
        const found = seen(story, typology, { [least]: 3 });
        signals += found.length;
        expect(found).toEqual(reference(story, typology, 3));
      }),
      { numRuns: 50 },
    );
    expect(signals).toBeGreaterThan(5);
  });
});

it('a mobile number’s wallets without a national id count as nobody’s', () => {
  const untold = Array.from({ length: 6 }, (_, i) =>
    pay(`mule${i}`, AT + i * HOUR_MS, { sim: 'one', ...(i < 3 ? { person: `mule${i}` } : {}) }),
  );
  expect(seen(untold, 'SIM_CLUSTER')).toEqual([]);
});

/** The definitions once more, over the whole log: of each wallet that paid with the mark, the last payment. */
function reference(story: readonly Pay[], typology: Cluster, least: number): unknown[] {
  const markOf = ({ sim, person }: Pay): string | undefined =>
    typology === 'SIM_CLUSTER' ? sim : person;
  return story.flatMap((payment, at) => {
    const mark = markOf(payment);
    if (mark === undefined) return [];
    const before = story.slice(0, at + 1);
    const last = before.flatMap((one, i) =>
      markOf(one) === mark &&
      before.findLastIndex((o) => o.from === one.from && markOf(o) === mark) === i
        ? [i]
        : [],
    );
    const sharers =
      typology === 'SIM_CLUSTER'
        ? new Set(last.flatMap((i) => story[i]!.person ?? [])).size
        : last.length;
    return sharers >= least ? [[at, last]] : [];
  });
}
