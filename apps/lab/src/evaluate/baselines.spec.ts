import { OneHopRules, scoreAmountTimesNovelty, withinBudget } from './baselines';
import { handMadeKey, handMadeLog, type HandMadeRow, pay } from './hand-made-log-spec';
import { TransferScores } from './transfer-scores';

/** How well the scores put these rows first. */
function averagePrecision(
  rows: readonly HandMadeRow[],
  score: (log: ReturnType<typeof handMadeLog>, scores: TransferScores) => void,
  positives: readonly number[],
): number | null {
  const log = handMadeLog(rows);
  const scores = new TransferScores(log);
  score(log, scores);
  return scores.figures(handMadeKey({ pattern1: positives })).averagePrecision;
}

const rules = (rows: readonly HandMadeRow[]) => {
  const log = handMadeLog(rows);
  return new OneHopRules(log, new TransferScores(log)).run();
};

describe('amount × pair novelty', () => {
  it('ranks a large first payment highest, and the same payment less each time', () => {
    const rows = [
      pay('a', 'b', 100, 0),
      pay('a', 'b', 100, 1),
      pay('c', 'd', 60, 2),
      pay('a', 'b', 150, 3),
    ];
    // 100, 50, 60, 50.
    expect(averagePrecision(rows, scoreAmountTimesNovelty, [0, 2])).toBe(1);
    expect(averagePrecision(rows, scoreAmountTimesNovelty, [1, 3])).toBeCloseTo(0.5, 12);
    // The way back is another pair.
    const back = [pay('a', 'b', 10, 0), pay('b', 'a', 9, 1), pay('a', 'b', 10, 2)];
    expect(averagePrecision(back, scoreAmountTimesNovelty, [0, 1])).toBe(1);
  });

  it('does not take a later status for another payment', () => {
    const rows = [
      pay('a', 'b', 10, 0, { status: 'PENDING' }),
      pay('a', 'b', 10, 1, { first: 0 }),
      pay('a', 'b', 16, 2),
      pay('c', 'd', 7, 3),
    ];
    // 10, (none), 8, 7.
    expect(averagePrecision(rows, scoreAmountTimesNovelty, [0, 2])).toBe(1);
  });
});

describe('one-hop rules', () => {
  const LN_101 = Math.log1p(100);

  it('count distinct partners beyond two in a day', () => {
    const into = (count: number) =>
      rules(Array.from({ length: count }, (_, n) => pay(`p${n}`, 'x', 100, n)));
    expect(into(2)).toEqual([]);
    expect(into(3)).toEqual([expect.objectContaining({ score: LN_101, rows: [0, 1, 2], at: 2 })]);
    const outOf = rules(Array.from({ length: 4 }, (_, n) => pay('x', `p${n}`, 100, n)));
    expect(outOf[0]).toMatchObject({ score: 2 * LN_101, rows: [0, 1, 2, 3] });
    expect(rules(Array.from({ length: 9 }, (_, n) => pay('p', 'x', 100, n)))).toEqual([]);
    const slow = Array.from({ length: 9 }, (_, n) => pay(`p${n}`, 'x', 100, n * 721));
    expect(rules(slow)).toEqual([]);
  });

  it('see money passed on, and not paid back', () => {
    const passed = rules([pay('a', 'b', 100, 0), pay('b', 'c', 80, 1)]);
    expect(passed).toEqual([
      expect.objectContaining({ score: 3 * Math.log1p(80), rows: [1, 0], at: 1 }),
    ]);
    expect(rules([pay('a', 'b', 100, 0), pay('b', 'c', 79.99, 1)])).toEqual([]);
    expect(rules([pay('a', 'b', 100, 0), pay('b', 'c', 105.01, 1)])).toEqual([]);
    expect(rules([pay('a', 'b', 100, 0), pay('b', 'a', 90, 1)])).toEqual([]);
    expect(rules([pay('a', 'b', 100, 0), pay('b', 'c', 90, 24 * 60)])).toEqual([]);
  });

  it('leave purchases, declared hubs and what did not settle alone', () => {
    const many = (more: Partial<HandMadeRow>) =>
      rules(Array.from({ length: 5 }, (_, n) => pay(`p${n}`, 'x', 100, n, more)));
    expect(many({ type: 'MERCHANT_PAYMENT' })).toEqual([]);
    expect(many({ kinds: [null, 'AGENT'] })).toEqual([]);
    expect(many({ status: 'FAILED' })).toEqual([]);
    expect(many({ type: 'CASH_OUT' })).toHaveLength(1);
  });

  it('make one alert of a wallet’s day, its best', () => {
    const day = 24 * 60;
    const rows = [0, 1, 2, 3].flatMap((n) => [pay(`p${n}`, 'x', 100, n)]);
    const next = [0, 1, 2].map((n) => pay(`q${n}`, 'x', 100, day + 60 + n));
    const alerts = [...rules([...rows, ...next])].sort((a, b) => a.at - b.at);
    expect(alerts.map(({ at }) => at)).toEqual([3, 6]);
  });

  it('keep the best of the whole feed within a budget, in the order they fired', () => {
    const alerts = [3, 1, 2, 3].map((score, at) => ({ score, rows: [at], at }));
    expect(withinBudget(alerts, 3).map(({ at }) => at)).toEqual([0, 2, 3]);
    expect(withinBudget(alerts, 1).map(({ at }) => at)).toEqual([0]);
    expect(withinBudget(alerts, 0)).toEqual([]);
  });
});
