import fc from 'fast-check';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { gatherScatterReference } from '../test/gather-scatter-reference';
import { type Happening, logOfHappenings, packWith, signalsOf } from '../test/happenings';
import { DEFAULT_PACK } from './rule-pack';

const VALUES = DEFAULT_PACK.typologies.GATHER_SCATTER as Parameters<
  typeof gatherScatterReference
>[1];
const { windowMs } = VALUES;

const pay = (from: string, to: string, rupees: number, atMs: number): Happening => ({
  ...{ do: 'pay', from, to, rupees, atMs },
});

interface Shape {
  readonly payers?: number;
  readonly payees?: number;
  readonly share?: number;
  /** From the first in to the last out. */
  readonly spanMs?: number;
}

/** So many pay 10,000 each, and of that a share goes out in equal parts. */
function shape({ payers = 4, payees = 4, share = 1, spanMs = 4 * HOUR_MS }: Shape): Happening[] {
  const out = (payers * 10_000 * share) / payees;
  const half = spanMs / 2;
  return [
    ...Array.from({ length: payers }, (_, i) => pay(`p${i}`, 'hub', 10_000, (half * i) / payers)),
    ...Array.from({ length: payees }, (_, i) =>
      pay('hub', `q${i}`, out, i === payees - 1 ? spanMs : half + (half * i) / payees),
    ),
  ];
}

/** Six hundred who pay once, before anything happens: nobody gathers. */
const life = Array.from({ length: 600 }, (_, i) =>
  pay(`from${i}`, `to${i}`, 900, (i - 600) * MINUTE_MS),
);

const seen = (story: readonly Happening[], values: Readonly<Record<string, number>> = {}) =>
  signalsOf(logOfHappenings([...life, ...story]), 'GATHER_SCATTER', {
    pack: packWith('GATHER_SCATTER', values),
  })
    .filter(({ at }) => at >= life.length)
    .map(({ at, evidence }) => ({
      at: at - life.length,
      evidence: evidence.map((index) => index - life.length),
    }));

describe('gather-scatter', () => {
  it('names both sides', () => {
    expect(seen(shape({})).at(-1)).toMatchObject({ at: 7, evidence: [0, 1, 2, 3, 4, 5, 6, 7] });
  });

  it.each([
    [2, false],
    [3, true],
    [4, true],
  ])('of %i payers: %s', (payers, held) => {
    expect(seen(shape({ payers })).length > 0).toBe(held);
  });

  it.each([
    [2, false],
    [3, true],
    [4, true],
  ])('of %i payees: %s', (payees, held) => {
    expect(seen(shape({ payees })).length > 0).toBe(held);
  });

  it.each([
    [0.59, false],
    [0.6, true],
    [0.61, true],
  ])('of which a share of %d goes out again: %s', (share, held) => {
    expect(seen(shape({ share })).length > 0).toBe(held);
  });

  it.each([
    [windowMs - 1, true],
    [windowMs, true],
    [windowMs + 1, false],
  ])('within %i ms: %s', (spanMs, held) => {
    // One payment in less is one payer too few.
    expect(seen(shape({ payers: 3, payees: 3, spanMs })).length > 0).toBe(held);
  });

  it('is not a wallet that pays out first and collects afterwards', () => {
    const back = shape({})
      .map((one) => ('atMs' in one ? { ...one, atMs: 4 * HOUR_MS - one.atMs } : one))
      .reverse();
    expect(seen(back)).toEqual([]);
  });

  it.each([
    [999, false],
    [1_000, true],
  ])('leaves dust out: a third payer of PKR %d beside 10,000 and 10,000', (rupees, held) => {
    const story = shape({ payers: 3, payees: 3 }).map((one, i) =>
      i === 2 && one.do === 'pay' ? { ...one, rupees } : one,
    );
    // The mean, weighed by amount, of 10,000, 10,000 and 1,000 is 9,571.
    const mean = (2 * 10_000 ** 2 + 1_000 ** 2) / 21_000;
    // A hair below, since a share is rounded.
    const values = { dustShareMax: (1_000 / mean) * (1 - 1e-9) };
    expect(seen(story, values).length > 0).toBe(held);
  });
});

const atOf = (one: Happening): number => ('atMs' in one ? one.atMs : 0);

describe('gather-scatter and its reference', () => {
  it('see the same on random feeds', () => {
    let signals = 0;
    const payment = (ways: readonly ('in' | 'out' | 'beside')[]) =>
      fc.record({
        way: fc.constantFrom(...ways),
        other: fc.integer({ min: 1, max: 12 }),
        rupees: fc.constantFrom(50, 900, 1_000, 1_100, 5_000),
        gapMs: fc.constantFrom(MINUTE_MS, MINUTE_MS, HOUR_MS, 12 * HOUR_MS),
      });
    const payments = fc
      .tuple(
        fc.array(payment(['in', 'in', 'in', 'out', 'beside']), { minLength: 4, maxLength: 10 }),
        fc.array(payment(['out', 'out', 'out', 'in', 'beside']), { minLength: 4, maxLength: 10 }),
      )
      .map((both) => both.flat());
    fc.assert(
      fc.property(payments, (drawn) => {
        let atMs = 0;
        const story = drawn.map(({ way, other, rupees, gapMs }): Happening => {
          atMs += gapMs;
          const from = way === 'in' ? `w${other}` : way === 'out' ? 'hub' : `x${other}`;
          const to = way === 'in' ? 'hub' : way === 'out' ? `w${other}` : `y${other}`;
          return pay(from, to, rupees, atMs);
        });
        const found = seen(story);
        const defined = gatherScatterReference(story, VALUES);
        signals += found.length;
        for (const one of found) expect(defined).toContainEqual(one);
        // A wallet that has not been there for a day has no habit: it is seen whenever the definition holds.
        for (const one of defined) {
          if (atOf(story[one.at]!) - atOf(story[0]!) < DAY_MS) expect(found).toContainEqual(one);
        }
      }),
      { numRuns: 200 },
    );
    // Otherwise nothing was compared.
    expect(signals).toBeGreaterThan(25);
  });
});
