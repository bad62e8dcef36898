import fc from 'fast-check';
import { averagePrecision, f1, precisionAt, rankingFigures, tieGroups } from './ranking';

const groups = (scores: readonly number[], positives: readonly number[]) =>
  tieGroups(Float64Array.from(scores), Uint8Array.from(positives));

describe('averagePrecision', () => {
  it('is the mean of the precisions at each find', () => {
    // Found at places 1 and 3: (1/1 + 2/3) / 2.
    expect(averagePrecision(groups([9, 8, 7, 6], [1, 0, 1, 0]))).toBeCloseTo(5 / 6, 12);
    expect(averagePrecision(groups([1, 2, 3], [1, 1, 1]))).toBe(1);
    expect(averagePrecision(groups([1, 2, 3], [0, 0, 0]))).toBeNull();
    expect(averagePrecision([])).toBeNull();
  });

  it('gives one score for everything the share of positives, wherever they stand in the feed', () => {
    const flat = Array<number>(100).fill(1);
    const first = flat.map((_, i) => (i < 10 ? 1 : 0));
    expect(averagePrecision(groups(flat, first))).toBeCloseTo(0.1, 12);
    expect(averagePrecision(groups(flat, first.toReversed()))).toBeCloseTo(0.1, 12);
  });

  it('does not depend on the order of the rows, and ties never gain', () => {
    const row = fc.record({ score: fc.integer({ min: 0, max: 5 }), positive: fc.boolean() });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(), (rows, turn) => {
        const of = (list: typeof rows) =>
          averagePrecision(
            groups(
              list.map(({ score }) => score),
              list.map(({ positive }) => (positive ? 1 : 0)),
            ),
          );
        const at = turn % rows.length;
        expect(of([...rows.slice(at), ...rows.slice(0, at)])).toBe(of(rows));
        // The kindest way to break the ties is never worse.
        const kind = rows.map(({ score, positive }) => ({
          score: score + (positive ? 0.5 : 0),
          positive,
        }));
        expect(of(rows) ?? 0).toBeLessThanOrEqual((of(kind) ?? 0) + 1e-12);
      }),
    );
  });
});

describe('precisionAt', () => {
  it('counts the highest scores', () => {
    expect(precisionAt(groups([5, 4, 3, 2], [1, 0, 1, 1]), 3)).toBeCloseTo(2 / 3, 12);
  });

  it('shares the last places out among ties', () => {
    // One certain find, then two places among four of which one launders.
    expect(precisionAt(groups([9, 1, 1, 1, 1], [1, 1, 0, 0, 0]), 3)).toBeCloseTo(1.5 / 3, 12);
  });

  it('does not apply to fewer transfers than places', () => {
    expect(precisionAt(groups([1, 2], [1, 1]), 3)).toBeNull();
    expect(precisionAt(groups([1, 2, 3], [1, 1, 1]), 3)).toBe(1);
  });
});

describe('f1', () => {
  const of = (scores: readonly number[], positives: readonly number[]) =>
    f1(Float64Array.from(scores), Uint8Array.from(positives));

  it('measures on the last 40 % what was chosen on the first 60 %', () => {
    // The first six teach that 7 and above launders; of the rest that flags one right, one wrong, and misses one.
    const scores = [9, 7, 1, 1, 1, 1, 8, 7, 5, 1];
    const positives = [1, 1, 0, 0, 0, 0, 1, 0, 1, 0];
    expect(of(scores, positives)).toBeCloseTo(2 / 4, 12);
  });

  it('does not learn the threshold from what it is measured on', () => {
    // Any threshold from 2 to 5 would be perfect on the rest; the first part only teaches 9.
    const scores = [9, 5, 1, 1, 1, 1, 5, 5, 1, 1];
    const positives = [1, 0, 0, 0, 0, 0, 1, 1, 0, 0];
    expect(of(scores, positives)).toBe(0);
  });

  it('takes the higher of two thresholds that are as good', () => {
    // Of the first six, 9 and above has precision 1 and recall 1/2; 5 and above has 1/2 and 1.
    const scores = [9, 5, 5, 5, 1, 1, 9, 5, 5, 5];
    const positives = [1, 1, 0, 0, 0, 0, 1, 0, 0, 0];
    expect(of(scores, positives)).toBe(1);
  });

  it('does not apply where either part has nothing to find', () => {
    expect(of([1, 2, 3, 4, 5], [1, 0, 0, 0, 0])).toBeNull();
    expect(of([1, 2, 3, 4, 5], [0, 0, 0, 0, 1])).toBeNull();
  });

  it('leaves nothing to fail on where there are no rows at all', () => {
    expect(rankingFigures(new Float64Array(), new Uint8Array())).toEqual({
      averagePrecision: null,
      precisionAt100: null,
      precisionAt500: null,
      f1: null,
    });
  });
});
