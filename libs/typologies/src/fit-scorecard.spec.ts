import fc from 'fast-check';
import { fitScorecard, neverFalling } from './fit-scorecard';
import { parseRulePack } from './parse-rule-pack';
import { withScorecard } from './propose-scorecard';
import { type Example, reliabilityOf } from './reliability';
import { DEFAULT_PACK } from './rule-pack';
import { scored, type Scorecard } from './scorecard';

const BASE = -8;
const FROM = { source: 'a test', until: '2026-01-01T00:00:00Z' };
const fit = (examples: readonly Example[], base = BASE): Scorecard =>
  fitScorecard(examples, base, FROM).scorecard;

const SPEAKING = ['CYCLE', 'FAN_IN', 'PAYEE_COLLECTS', 'SELDOM_PAYS'] as const;
const strength = fc.double({ min: 0, max: 20, noNaN: true });
const terms = fc
  .record({
    ...Object.fromEntries(SPEAKING.map((name) => [name, fc.option(strength, { nil: null })])),
    KNOWN_PARTIES: fc.option(
      strength.map((value) => -value / 4),
      { nil: null },
    ),
  })
  .map((byName) =>
    Object.entries(byName).flatMap(([name, logOdds]) =>
      logOdds === null ? [] : [{ name, logOdds }],
    ),
  );
const example: fc.Arbitrary<Example> = fc.record({ terms, positive: fc.boolean() });
const examples = fc.array(example, { maxLength: 300, size: 'max' });
// What fails is told as it is: hundreds of examples take minutes to shrink.
fc.configureGlobal({ endOnFailure: true });

/** Examples by their strength: CYCLE of so much, and what became of it. */
const cycles = (count: number, logOdds: number, positive: boolean): Example[] =>
  Array.from({ length: count }, () => ({
    terms: logOdds === 0 ? [] : [{ name: 'CYCLE', logOdds }],
    positive,
  }));

const oddsOf = (card: Scorecard, name: string, logOdds: number): number =>
  scored([{ name, logOdds }], card)[0]!.logOdds;

describe('a fitted scorecard', () => {
  it('is a pack’s: ascending, never falling, 0 where a term is absent, whatever it was learnt from', () => {
    fc.assert(
      fc.property(examples, (from) => {
        const pack = withScorecard(DEFAULT_PACK, fit(from));
        const document: unknown = JSON.parse(JSON.stringify(pack));
        expect(parseRulePack(document)).toEqual(pack);
      }),
      { numRuns: 60 },
    );
  });

  it('lets more strength never speak less', () => {
    fc.assert(
      fc.property(examples, strength, strength, (from, one, other) => {
        const card = fit(from);
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        for (const name of SPEAKING) {
          expect(oddsOf(card, name, more)).toBeGreaterThanOrEqual(oddsOf(card, name, less));
          expect(oddsOf(card, name, less)).toBeGreaterThanOrEqual(0);
        }
        expect(oddsOf(card, 'KNOWN_PARTIES', -more)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same whatever order the examples, and the terms in them, come in', () => {
    const inTwoOrders = examples.chain((from) =>
      fc.tuple(
        fc.constant(from),
        fc.shuffledSubarray(from, { minLength: from.length, maxLength: from.length }),
      ),
    );
    fc.assert(
      fc.property(inTwoOrders, ([from, shuffled]) => {
        const turned = shuffled.map((one) => ({ ...one, terms: [...one.terms].reverse() }));
        expect(fitScorecard(turned, BASE, FROM)).toEqual(fitScorecard(from, BASE, FROM));
      }),
      { numRuns: 40 },
    );
  });

  it('says what the pack says where there are no labels, and little else where there are few', () => {
    expect(fit([])).toMatchObject({ base: BASE, terms: {} });
    // Nothing is surprising about these: the pack gives them an even chance, and half came true.
    const even = [...cycles(50, 3, true), ...cycles(50, 3, false)];
    const card = fit(even, -3);
    expect(card.base).toBeCloseTo(-3, 2);
    expect(oddsOf(card, 'CYCLE', 3)).toBeCloseTo(3, 2);
    // Sixty innocent days of a wallet move it by a little, sixty thousand by much.
    const moved = (count: number): number => 3 - oddsOf(fit(cycles(count, 3, false)), 'CYCLE', 3);
    expect(moved(60)).toBeGreaterThan(0);
    expect(moved(60)).toBeLessThan(0.2);
    expect(moved(60_000)).toBeGreaterThan(1);
  });

  it('finds a term that tells, and drops one that tells nothing', () => {
    const found: Example[] = Array.from({ length: 4_000 }, (_, i) => {
      const positive = i % 20 === 0;
      const telling = positive && i % 40 === 0 ? 2 : 0.2;
      return {
        positive,
        terms: [
          { name: 'FAN_IN', logOdds: telling },
          { name: 'SELDOM_PAYS', logOdds: i % 2 === 0 ? 1 : 2 },
        ],
      };
    });
    const card = fit(found);
    expect(oddsOf(card, 'FAN_IN', 2)).toBeGreaterThan(oddsOf(card, 'FAN_IN', 0.2) + 3);
    expect(oddsOf(card, 'SELDOM_PAYS', 2) - oddsOf(card, 'SELDOM_PAYS', 1)).toBeLessThan(0.5);
    const base = (chance: number): number => Math.log(chance / (1 - chance));
    const whole = card.base + oddsOf(card, 'FAN_IN', 0.2) + oddsOf(card, 'SELDOM_PAYS', 1);
    expect(whole).toBeCloseTo(base(0.025), 0);
  });

  it('stays finite where the classes can be told apart without error', () => {
    for (const [positives, negatives] of [
      [5_000, 5_000],
      [60, 0],
      [0, 50_000],
      [1, 200_000],
    ] as const) {
      const card = fit([...cycles(positives, 5, true), ...cycles(negatives, 0.1, false)]);
      const numbers = [card.base, ...Object.values(card.terms).flatMap((table) => table!.logOdds)];
      for (const number of numbers) expect(Math.abs(number)).toBeLessThanOrEqual(20);
      expect(oddsOf(card, 'CYCLE', 5)).toBeGreaterThanOrEqual(oddsOf(card, 'CYCLE', 0.1));
    }
  });

  it('leaves alone a term that was hardly seen: its steps would be chance', () => {
    expect(fit(cycles(49, 3, true)).terms).toEqual({});
    expect(Object.keys(fit(cycles(50, 3, true)).terms)).toEqual(['CYCLE']);
  });

  it('tells how many it was learnt from, and nothing of them', () => {
    const { learntFrom } = fit([...cycles(3, 1, true), ...cycles(5, 0, false)]);
    expect(learntFrom).toEqual({ ...FROM, positives: 3, negatives: 5 });
  });

  it('takes a second for tens of thousands of examples', () => {
    const many: Example[] = Array.from({ length: 40_000 }, (_, i) => ({
      positive: i % 200 === 0,
      terms: SPEAKING.map((name, t) => ({ name, logOdds: ((i * (t + 7)) % 997) / 100 + 0.001 })),
    }));
    const started = performance.now();
    fit(many);
    // Generous: machines that test are busy.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('values that never fall', () => {
  it('are the nearest ones, by weighted squares', () => {
    const near = (values: number[], weights: number[]): number[] =>
      neverFalling(Float64Array.from(values), Float64Array.from(weights));
    expect(near([1, 2, 3], [1, 1, 1])).toEqual([1, 2, 3]);
    expect(near([3, 1], [1, 3])).toEqual([1.5, 1.5]);
    expect(near([1, 5, 3, 2, 9], [1, 1, 1, 2, 1])).toEqual([1, 3, 3, 3, 9]);
    expect(near([], [])).toEqual([]);
  });
});

describe('a reliability table', () => {
  it('puts beside each chance that was given how often it came true, every example once', () => {
    fc.assert(
      fc.property(examples, fc.double({ min: -10, max: 10, noNaN: true }), (given, base) => {
        const bands = reliabilityOf(base, given);
        expect(bands).toHaveLength(10);
        const sum = (of: (band: (typeof bands)[number]) => number): number =>
          bands.reduce((all, band) => all + of(band), 0);
        expect(sum((band) => band.examples)).toBe(given.length);
        expect(sum((band) => band.positives)).toBe(given.filter((one) => one.positive).length);
        for (const { from, to, examples: count, predicted, observed } of bands) {
          expect([predicted === null, observed === null]).toEqual([count === 0, count === 0]);
          if (predicted === null) continue;
          expect(predicted).toBeGreaterThanOrEqual(from);
          expect(predicted).toBeLessThanOrEqual(to);
        }
      }),
    );
  });

  it('of what was learnt comes near: what is given one chance in so many comes true so often', () => {
    const learnt: Example[] = Array.from({ length: 10_000 }, (_, i) => {
      const logOdds = 1 + (i % 4);
      // One in 256, 64, 16 and 4.
      return { terms: [{ name: 'FAN_IN', logOdds }], positive: i % 4 ** (6 - logOdds) === i % 4 };
    });
    for (const { examples: count, predicted, observed } of fitScorecard(learnt, -6, FROM)
      .reliability) {
      if (count > 0) expect(predicted! / observed!).toBeCloseTo(1, 0);
    }
  });
});
