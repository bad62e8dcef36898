import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import fc from 'fast-check';
import {
  type Happening,
  logOfHappenings,
  packWith,
  type SeenSignal,
  signalsOf,
} from '../test/happenings';
import { surpriseOfCount } from './population';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;
const VALUES = DEFAULT_PACK.typologies.STRUCTURING as Readonly<
  Record<
    'windowMs' | 'partsMin' | 'partShareMin' | 'habitPriorPerDay' | 'weight' | 'natsMax',
    number
  >
>;
const REPORTED = 2_000_000;

const pay = (
  from: string,
  to: string,
  rupees: number,
  atMs: number,
  type: 'P2P' | 'CASH_IN' | 'CASH_OUT',
): Pay => ({ ...{ do: 'pay', from, to, rupees, atMs, type } });
const cashIn = (rupees: number, atMs: number): Pay => pay('agent', 'mule', rupees, atMs, 'CASH_IN');
const cashOut = (rupees: number, atMs: number): Pay =>
  pay('mule', 'agent', rupees, atMs, 'CASH_OUT');

const seen = (story: readonly Happening[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings(story), 'STRUCTURING', { pack: packWith('STRUCTURING', values) });

/** Three amounts, an hour apart. */
const three = (rupees: number, make = cashIn): Pay[] =>
  [0, 1, 2].map((hour) => make(rupees, hour * HOUR_MS));

describe('structuring', () => {
  it.each([
    ['in', cashIn],
    ['out', cashOut],
  ])('names the amounts of cash paid %s that make up the threshold together', (_, make) => {
    expect(seen(three(700_000, make))).toMatchObject([{ at: 2, evidence: [0, 1, 2] }]);
  });

  it.each([
    ['together one rupee below the threshold', [666_667, 666_666, 666_666], 0],
    ['together the threshold', [666_667, 666_667, 666_666], 1],
    ['of which one is a rupee below it', [50_000 * 4, 50_000 * 4, REPORTED - 1], 1],
    ['of which one reaches it by itself', [50_000 * 4, 50_000 * 4, REPORTED], 0],
    ['of which one is a tenth of it', [200_000, 900_000, 900_000], 1],
    ['of which one is less than a tenth of it', [199_999, 900_001, 900_000], 0],
    ['only two of them', [1_000_000, 1_999_999], 0],
  ])('amounts %s', (_, amounts, signals) => {
    expect(seen(amounts.map((rupees, i) => cashIn(rupees, i * HOUR_MS)))).toHaveLength(signals);
  });

  it.each([
    [VALUES.windowMs, 1],
    [VALUES.windowMs + 1, 0],
  ])('spread over %i ms', (spanMs, signals) => {
    const story = [cashIn(700_000, 0), cashIn(700_000, MINUTE_MS), cashIn(700_000, spanMs)];
    expect(seen(story)).toHaveLength(signals);
  });

  it('does not mix what came in with what went out, nor with what was paid by people', () => {
    const story = [cashIn(900_000, 0), cashOut(900_000, 1), cashIn(900_000, 2)];
    expect(seen(story)).toEqual([]);
    const paid = three(700_000).map((one): Pay => ({ ...one, type: 'P2P' }));
    expect(seen(paid)).toEqual([]);
  });

  it('says nothing where no threshold was in force', () => {
    const pack = { ...packWith('STRUCTURING', {}), overlay: [] };
    expect(signalsOf(logOfHappenings(three(700_000)), 'STRUCTURING', { pack })).toEqual([]);
  });

  it('grows used to a trader who brings the till to the agent five times a day', () => {
    const days = Array.from({ length: 40 }, (_, i) => cashIn(500_000, (i * DAY_MS) / 5));
    const signals = seen(days);
    const [first, last] = [signals[0]!, signals.at(-1)];
    expect(
      last === undefined || last.at < days.length - 5 || last.logOdds < first.logOdds / 2,
    ).toBe(true);
  });

  it('is what its definition says, on random cash', () => {
    const amount = fc.constantFrom(150_000, 199_999, 200_000, 700_000, 1_999_999, REPORTED);
    const gap = fc.constantFrom(MINUTE_MS, HOUR_MS, 9 * HOUR_MS, DAY_MS);
    const row = fc.record({ amount, gap, isIn: fc.boolean() });
    let signals = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 20 }), (rows) => {
        let atMs = 0;
        const story = rows.map(({ amount: rupees, gap: gapMs, isIn }) =>
          (isIn ? cashIn : cashOut)(rupees, (atMs += gapMs)),
        );
        const found = seen(story).map(({ at, evidence }) => ({ at, evidence }));
        const defined = reference(story);
        signals += found.length;
        for (const one of found) expect(defined).toContainEqual(one);
        // Where there is nothing else of that side, nothing can be a habit.
        for (const one of defined) {
          const before = story
            .slice(0, one.at + 1)
            .filter(({ type }) => type === story[one.at]!.type);
          if (before.length === one.evidence.length) expect(found).toContainEqual(one);
        }
      }),
      { numRuns: 300 },
    );
    expect(signals).toBeGreaterThan(30);
  });
});

/** The definition once more, over the whole log, but for the wallet's habit. */
function reference(story: readonly Pay[]): Pick<SeenSignal, 'at' | 'evidence'>[] {
  return story.flatMap((last, at) => {
    const side = (one: Pay): boolean => one.type === last.type;
    const parts = story.slice(0, at + 1).flatMap((one, i) => {
      const isPart = one.rupees < REPORTED && one.rupees >= REPORTED * VALUES.partShareMin;
      return side(one) && isPart && last.atMs - one.atMs <= VALUES.windowMs ? [i] : [];
    });
    const sum = parts.reduce((total, i) => total + story[i]!.rupees, 0);
    const allowed = (VALUES.habitPriorPerDay * VALUES.windowMs) / DAY_MS;
    const surprises = surpriseOfCount(parts.length, allowed) > 0;
    return parts.length >= VALUES.partsMin && sum >= REPORTED && surprises
      ? [{ at, evidence: parts }]
      : [];
  });
}
