import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { FLOW_LIMITS } from '#flow';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

type Pay = Extract<Happening, { do: 'pay' }>;

const pay = (from: string, to: string, rupees: number, atMs: number): Pay => ({
  ...{ do: 'pay', from, to, rupees, atMs },
});

/** Payments a day. Fewer than one an hour would leave the feed’s clock behind. */
const A_DAY = 30;

/** People who get small sums from people new to them: much is what none of them ever gets. */
const life = (days: number): Pay[] =>
  Array.from({ length: days * A_DAY }, (_, i) => {
    return pay(`from${i % 700}`, `to${(i * 7) % 900}`, 300 + (i % 900), (i * DAY_MS) / A_DAY);
  });

interface Case {
  readonly name: 'FAST_FIRST_USE' | 'DORMANT_WAKE';
  readonly window: 'ageMaxMs' | 'windowMs';
  /** What there is before the wallet is used, and when it is. */
  readonly before: readonly Pay[];
  readonly atMs: number;
}

const FAST: Case = {
  ...{ name: 'FAST_FIRST_USE', window: 'ageMaxMs', before: life(60), atMs: 60 * DAY_MS },
};
const OLD_USE_MS = 30 * DAY_MS;
const DORMANT: Case = {
  ...{ name: 'DORMANT_WAKE', window: 'windowMs', atMs: OLD_USE_MS + FLOW_LIMITS.dormantAfterMs },
  before: [...life(120), pay('friend', 'mule', 500, OLD_USE_MS)].sort((a, b) => a.atMs - b.atMs),
};

const run = (
  { name, before }: Pick<Case, 'name' | 'before'>,
  story: readonly Happening[],
  values: Readonly<Record<string, number>> = {},
) =>
  signalsOf(logOfHappenings([...before, ...story]), name, { pack: packWith(name, values) })
    .filter(({ at }) => at >= before.length)
    .map((signal) => ({ ...signal, evidence: signal.evidence.map((i) => i - before.length) }));

describe.each([FAST, DORMANT])('$name', (one) => {
  const { name, window, atMs } = one;
  const values = DEFAULT_PACK.typologies[name];
  const drain = (rupees: number, afterMs: number): Pay[] => [
    pay('victim', 'mule', 100_000, atMs),
    pay('mule', 'next', rupees, atMs + afterMs),
  ];

  it('names what came in and what left', () => {
    expect(run(one, drain(95_000, HOUR_MS))).toMatchObject([
      { at: one.before.length + 1, evidence: [0, 1] },
    ]);
  });

  it.each([
    [79_999.99, 0],
    [80_000, 1],
    [80_000.01, 1],
  ])('of PKR 100,000, where %d left', (rupees, signals) => {
    expect(run(one, drain(rupees, HOUR_MS))).toHaveLength(signals);
  });

  it.each([
    [-1, 1],
    [0, 1],
    [1, 0],
  ])('%d ms from the end of its window', (offMs, signals) => {
    expect(run(one, drain(95_000, values[window]! + offMs))).toHaveLength(signals);
  });

  it('weighs more the more it is, up to its limit', () => {
    const weighs = (rupees: number): number => {
      const story = [pay('victim', 'mule', rupees, atMs), pay('mule', 'next', rupees, atMs + 1)];
      return run(one, story)[0]?.logOdds ?? 0;
    };
    expect(weighs(300)).toBeLessThan(weighs(1_100));
    expect(weighs(10_000_000)).toBeLessThanOrEqual(values.weight! * values.natsMax!);
  });

  it('does not ask what is bought in shops', () => {
    const [got, paid] = drain(95_000, HOUR_MS) as [Pay, Pay];
    expect(run(one, [got, { ...paid, type: 'MERCHANT_PAYMENT' }])).toEqual([]);
  });

  it('is what its definition says, on random payments of one wallet', () => {
    const row = fc.record({
      isIn: fc.boolean(),
      rupees: fc.constantFrom(50_000, 80_000, 100_000),
      gapMs: fc.constantFrom(MINUTE_MS, MINUTE_MS, HOUR_MS, HOUR_MS, 20 * HOUR_MS, 3 * DAY_MS),
    });
    let seen = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 4, maxLength: 8 }), (rows) => {
        let nowMs = atMs;
        const story = rows.map(({ isIn, rupees, gapMs }, i): Pay => {
          nowMs += i === 0 ? 0 : gapMs;
          // It begins with what comes in, or there would mostly be nothing to see.
          return isIn || i === 0
            ? pay(`p${i}`, 'mule', rupees, nowMs)
            : pay('mule', `q${i}`, rupees, nowMs);
        });
        const found = run(one, story).map(({ at, evidence }) => [at - one.before.length, evidence]);
        seen += found.length;
        expect(found).toEqual(reference(story, values[window]!, values.drainedMin!, one));
      }),
      { numRuns: 25 },
    );
    expect(seen).toBeGreaterThan(8);
  });
});

/** The definition once more: the wallet spends what it got, the rest of what it pays was never seen. */
function reference(
  story: readonly Pay[],
  windowMs: number,
  drainedMin: number,
  { atMs: firstMs }: Case,
): unknown[] {
  // What was left of the old life is spent first only where it fits; it is next to nothing.
  let leftMinor = 0;
  let inMinor = 0;
  return story.flatMap(({ to, rupees, atMs }, i) => {
    if (to === 'mule') {
      inMinor += rupees * 100;
      leftMinor += rupees * 100;
      return [];
    }
    leftMinor = Math.max(0, leftMinor - rupees * 100);
    const isSeen =
      atMs - firstMs <= windowMs && inMinor > 0 && inMinor - leftMinor >= inMinor * drainedMin;
    return isSeen ? [[i, Array.from({ length: i + 1 }, (_, n) => n)]] : [];
  });
}

describe('a first use', () => {
  const { feedAgeMinMs } = DEFAULT_PACK.typologies.FAST_FIRST_USE as Record<string, number>;

  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
  ])('is one where the feed had run long enough before: %d ms beyond', (offMs, signals) => {
    const before = life(60).filter(({ atMs }) => atMs < feedAgeMinMs!);
    const atMs = feedAgeMinMs! + offMs;
    const story = [pay('victim', 'mule', 100_000, atMs), pay('mule', 'next', 95_000, atMs + 1)];
    // So few payments teach nothing of what is rare; what is asked is whether it is looked at.
    const full = [...before, ...dense(feedAgeMinMs! - DAY_MS)].sort((a, b) => a.atMs - b.atMs);
    expect(run({ name: 'FAST_FIRST_USE', before: full }, story)).toHaveLength(signals);
  });
});

describe('a waking', () => {
  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
  ])('follows a silence of 90 days: %d ms beyond', (offMs, signals) => {
    const atMs = DORMANT.atMs + offMs;
    const story = [pay('victim', 'mule', 100_000, atMs), pay('mule', 'next', 95_000, atMs + 1)];
    expect(run(DORMANT, story)).toHaveLength(signals);
  });
});

/** A thousand payments in one minute each, so that there is something usual. */
function dense(untilMs: number): Pay[] {
  return Array.from({ length: 1_000 }, (_, i) =>
    pay(`d${i}`, `e${i}`, 300 + (i % 900), untilMs + i * 1_000),
  );
}
