import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS } from '#domain';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;
const { windowMs, restMaxMs, coveredShareMin, walletsMin } = DEFAULT_PACK.typologies
  .AGENT_CLUSTER as Readonly<
  Record<'windowMs' | 'restMaxMs' | 'coveredShareMin' | 'walletsMin', number>
>;

const LIFE_DAYS = 3;
const AT = LIFE_DAYS * 24 * HOUR_MS;

const pay = (
  from: string,
  to: string,
  rupees: number,
  atMs: number,
  more: Partial<Pay> = {},
): Pay => ({
  ...{ do: 'pay', from, to, rupees, atMs, ...more },
});
const cash = (from: string, rupees: number, atMs: number, agent = 'agent'): Pay =>
  pay(from, agent, rupees, atMs, { type: 'CASH_OUT', kind: 'AGENT' });

/** People are paid, and take it out two days later. */
const life = Array.from({ length: 600 }, (_, i): Pay[] => {
  const paidMs = i * 2 * MINUTE_MS;
  return [
    pay(`boss${i}`, `life${i}`, 900, paidMs),
    cash(`life${i}`, 900, paidMs + 48 * HOUR_MS, `agent${i % 20}`),
  ];
})
  .flat()
  .sort((a, b) => a.atMs - b.atMs);

const seen = (story: readonly Pay[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings([...life, ...story]), 'AGENT_CLUSTER', {
    pack: packWith('AGENT_CLUSTER', values),
  }).map(({ at, evidence }) => [at - life.length, evidence.map((i) => i - life.length)]);

/** Each is paid by a stranger and takes it out at the agent, one an hour. */
const ring = (wallets: number, rupees = 1_000, restMs = HOUR_MS / 2): Pay[] =>
  Array.from({ length: wallets }, (_, i) => [
    pay(`victim${i}`, `mule${i}`, 1_000, AT + i * HOUR_MS),
    cash(`mule${i}`, rupees, AT + i * HOUR_MS + restMs),
  ]).flat();
const cashOf = (wallets: number): number[] => Array.from({ length: wallets }, (_, i) => 2 * i + 1);

describe('agent cluster', () => {
  it.each([walletsMin - 1, walletsMin, walletsMin + 1])('%i wallets', (wallets) => {
    const signals = cashOf(wallets)
      .slice(walletsMin - 1)
      .map((at, i) => {
        const cashes = cashOf(walletsMin + i);
        return [at, [...cashes.slice(0, -1), at - 1, at]];
      });
    expect(seen(ring(wallets))).toEqual(signals);
  });

  it.each([
    [windowMs, 1],
    [windowMs + 1, 0],
  ])('when the first took it out %i ms before the last', (spanMs, signals) => {
    const story = ring(walletsMin);
    const [paid, taken, ...others] = story;
    const between = Array.from({ length: 22 }, (_, i) =>
      pay(`b${i}`, `c${i}`, 5, AT + (i + 1) * HOUR_MS),
    );
    const last = others.map((one) => ({
      ...one,
      atMs: taken!.atMs + spanMs - (one.type === 'CASH_OUT' ? 0 : HOUR_MS),
    }));
    const all = [paid!, taken!, ...between, ...last].sort((a, b) => a.atMs - b.atMs);
    expect(seen(all)).toHaveLength(signals);
  });

  it.each([
    [restMaxMs, 1],
    [restMaxMs + 1, 0],
  ])('money that rested %i ms', (restMs, signals) => {
    const story = [
      ...Array.from({ length: walletsMin }, (_, i) => pay(`victim${i}`, `mule${i}`, 1_000, AT)),
      ...Array.from({ length: 23 }, (_, i) => pay(`b${i}`, `c${i}`, 5, AT + (i + 1) * HOUR_MS)),
      ...Array.from({ length: walletsMin }, (_, i) => cash(`mule${i}`, 1_000, AT + restMs)),
    ].sort((a, b) => a.atMs - b.atMs);
    expect(seen(story)).toHaveLength(signals);
  });

  it.each([
    [1_000 / coveredShareMin, 1],
    [1_000 / coveredShareMin + 1, 0],
  ])('%i rupees taken out where 1,000 of them are such money', (rupees, signals) => {
    const before = ring(walletsMin - 1);
    const last = [
      // From the family: known, and no such money.
      pay('mother', 'mule9', 300, AT - 2 * HOUR_MS),
      pay('mother', 'mule9', 300, AT - HOUR_MS),
      pay('victim9', 'mule9', 1_000, AT + 5 * HOUR_MS),
      cash('mule9', rupees, AT + 6 * HOUR_MS),
    ];
    const story = [...before, ...last].sort((a, b) => a.atMs - b.atMs);
    expect(seen(story)).toHaveLength(signals);
  });

  it('wages, benefits and what comes from abroad are not such money', () => {
    for (const type of ['SALARY', 'BENEFIT', 'CROSS_BORDER', 'CASH_IN'] as const) {
      const paid = ring(8).map((one): Pay => (one.type === 'CASH_OUT' ? one : { ...one, type }));
      expect(seen(paid)).toEqual([]);
    }
  });

  it('another agent is another matter, and so is a transfer that is no cash', () => {
    const spread = ring(8).map((one, i): Pay => (one.type ? { ...one, to: `agent${i}` } : one));
    expect(seen(spread)).toEqual([]);
    const sent = ring(8).map((one): Pay => ({ ...one, type: 'P2P' }));
    expect(seen(sent)).toEqual([]);
  });

  it('a busy agent surprises less by as many', () => {
    const weighs = (before: readonly Pay[]): number =>
      signalsOf(logOfHappenings([...life, ...before, ...ring(6)]), 'AGENT_CLUSTER').at(-1)!.logOdds;
    const others = Array.from({ length: 50 }, (_, i) =>
      cash(`other${i}`, 400, AT - MINUTE_MS * (50 - i)),
    );
    // Where money often leaves so soon, six of fifty-six are fewer than one would think.
    const quick = Array.from({ length: 60 }, (_, i) => [
      pay(`p${i}`, `q${i}`, 100, AT - 70 * MINUTE_MS + i * 1_000),
      cash(`q${i}`, 100, AT - 65 * MINUTE_MS + i * 1_000, `else${i}`),
    ]).flat();
    expect(weighs([...quick, ...others])).toBeLessThan(weighs(quick));
  });

  it('is what its definition says, on random payments', () => {
    const row = fc.record({
      who: fc.nat(5),
      what: fc.constantFrom('paid', 'out', 'both', 'both'),
      agent: fc.constantFrom('a', 'b'),
      gapMs: fc.constantFrom(MINUTE_MS, HOUR_MS, 5 * HOUR_MS),
    });
    let signals = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 6, maxLength: 30 }), (rows) => {
        let atMs = AT;
        let strangers = 0;
        const story = rows.flatMap(({ who, what, agent, gapMs }): Pay[] => {
          atMs += gapMs;
          const paid = pay(`stranger${strangers++}`, `mule${who}`, 1_000, atMs);
          const out = cash(`mule${who}`, 1_000, atMs + 1_000, agent);
          return what === 'paid' ? [paid] : what === 'out' ? [out] : [paid, out];
        });
        const found = seen(story, { walletsMin: 3 }).map(([at]) => at);
        signals += found.length;
        expect(found).toEqual(reference(story, 3));
      }),
      { numRuns: 50 },
    );
    expect(signals).toBeGreaterThan(5);
  });
});

/** The definition once more, over the whole log, where each payment is a stranger's and as high as each cash-out. */
function reference(story: readonly Pay[], least: number): number[] {
  const isCash = ({ type }: Pay): boolean => type === 'CASH_OUT';
  const lots = new Map<string, number[]>();
  // Of each cash-out, when the money it takes had come in: the newest first. Null where it takes none.
  const cameIn = story.map((one): number | null => {
    if (isCash(one)) return lots.get(one.from)?.pop() ?? null;
    lots.set(one.to, [...(lots.get(one.to) ?? []), one.atMs]);
    return null;
  });
  const isSuch = (i: number): boolean =>
    cameIn[i] !== null && story[i]!.atMs - cameIn[i]! <= restMaxMs;
  return story.flatMap((one, at) => {
    if (!isCash(one) || !isSuch(at)) return [];
    const there = story.flatMap((other, i) =>
      isCash(other) && i <= at && other.to === one.to && other.atMs >= one.atMs - windowMs
        ? [i]
        : [],
    );
    const last = there.filter(
      (i) => there.findLast((j) => story[j]!.from === story[i]!.from) === i,
    );
    return last.filter(isSuch).length >= least ? [at] : [];
  });
}
