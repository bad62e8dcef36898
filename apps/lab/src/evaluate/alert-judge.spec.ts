import { AlertJudge } from './alert-judge';
import { type AnswerKey } from './answer-key';
import { type FeedLog, type RowIndex } from './feed-log';
import { allOf, handMadeKey, handMadeLog, pay, strangers } from './hand-made-log-spec';

type Alert = readonly [id: string, rows: readonly RowIndex[], at: RowIndex];

const judged = (log: FeedLog, key: AnswerKey, alerts: readonly Alert[], places = 100) => {
  const judge = new AlertJudge(log, key, places);
  for (const [alertId, rows, at] of alerts) judge.emit({ alertId, rows, at });
  return judge.figures(allOf(key));
};

/** Rows 0-9; a pattern in 2, 4, 6 and 8, everything worth the same. */
const LOG = handMadeLog(strangers(10));
const KEY = handMadeKey({ chain1: [2, 4, 6, 8] });

describe('a true alert', () => {
  it('names two transfers of which half belong to one pattern', () => {
    expect(judged(LOG, KEY, [['a', [2, 3], 4]]).alertPrecision).toBe(1);
    expect(judged(LOG, KEY, [['a', [2, 3, 5], 6]]).alertPrecision).toBe(0);
    expect(judged(LOG, KEY, [['a', [2, 3, 4], 6]]).alertPrecision).toBe(1);
  });

  it('is never one of a single transfer, however right', () => {
    const figures = judged(LOG, KEY, [
      ['a', [2], 2],
      ['b', [4], 4],
      ['c', [6], 6],
      ['d', [8], 8],
    ]);
    expect(figures).toMatchObject({ alerts: 4, alertPrecision: 0, patternRecall: 0 });
    expect(figures.evidencePrecision).toBeNull();
  });

  it('has half of the value too: a payment of pennies excuses no fortune', () => {
    const log = handMadeLog([
      pay('a', 'b', 1, 0),
      pay('b', 'c', 1, 1),
      pay('x', 'y', 2, 2),
      pay('x', 'z', 2.01, 3),
    ]);
    const key = handMadeKey({ chain1: [0, 1] });
    expect(judged(log, key, [['a', [0, 1, 2], 2]]).alertPrecision).toBe(1);
    expect(judged(log, key, [['a', [0, 1, 3], 3]]).alertPrecision).toBe(0);
  });

  it('has half of the transfers too: a fortune excuses no heap of strangers', () => {
    const log = handMadeLog([
      pay('a', 'b', 900, 0),
      pay('b', 'c', 900, 1),
      ...[2, 3, 4].map((n) => pay(`x${n}`, `y${n}`, 1, n)),
    ]);
    const key = handMadeKey({ chain1: [0, 1] });
    expect(judged(log, key, [['a', [0, 1, 2, 3], 4]]).alertPrecision).toBe(1);
    expect(judged(log, key, [['a', [0, 1, 2, 3, 4], 4]]).alertPrecision).toBe(0);
  });

  it('is about one pattern: half of two patterns together is not enough', () => {
    const key = handMadeKey({ chain1: [0, 1], chain2: [2, 3], chain3: [4, 5] });
    expect(judged(LOG, key, [['a', [0, 2, 4], 9]]).alertPrecision).toBe(0);
  });

  it('is not the one that names everything', () => {
    const rows = Array.from({ length: 10 }, (_, row) => row);
    const figures = judged(LOG, KEY, [['a', rows, 9]]);
    expect(figures).toMatchObject({ alertPrecision: 0, patternRecall: 0, interceptableShare: 0 });
  });

  it('cannot name what has not been read', () => {
    expect(() => judged(LOG, KEY, [['a', [2, 4], 3]])).toThrow('invariant');
  });
});

describe('a revision', () => {
  it('that goes on with its pattern is free and finds', () => {
    const key = handMadeKey({ chain1: [0, 1, 2, 3, 4, 5, 6, 7] });
    const figures = judged(LOG, key, [
      ['a', [0, 1], 4],
      ['a', [0, 1, 3], 4],
    ]);
    expect(figures).toMatchObject({ alerts: 1, falseRevisions: 0, alertPrecision: 1 });
    expect(figures.patternRecall).toBe(1);
    expect(judged(LOG, key, [['a', [0, 1], 4]]).patternRecall).toBe(0);
  });

  it('that is mostly foreign counts as a false alert', () => {
    const figures = judged(LOG, KEY, [
      ['a', [2, 4], 4],
      ['a', [2, 4, 5], 5],
      ['a', [2, 4, 5, 6, 7], 7],
      ['a', [2, 4, 5, 6, 7, 1, 0, 8], 8],
    ]);
    expect(figures).toMatchObject({ alerts: 3, falseRevisions: 2, alertPrecision: 1 / 3 });
    // What it swallowed is in the dossier: 2, 4, 6 and 8 of eight.
    expect(figures.evidencePrecision).toBe(0.5);
  });

  it('that swallows another pattern is foreign: one alert does not find a region', () => {
    const key = handMadeKey({ chain1: [0, 1], chain2: [2, 3], chain3: [4, 5] });
    const figures = judged(LOG, key, [
      ['a', [0, 1], 1],
      ['a', [0, 1, 2, 3], 3],
      ['a', [0, 1, 2, 3, 4, 5], 5],
    ]);
    expect(figures.patternRecall).toBe(1 / 3);
    expect(figures.alertPrecision).toBe(1 / 3);
  });

  it('does not make a false alert true, nor lets it find anything', () => {
    const figures = judged(LOG, KEY, [
      ['a', [0, 1], 1],
      ['a', [0, 1, 2, 4], 4],
      ['a', [0, 1, 2, 4, 6, 8], 8],
    ]);
    expect(figures).toMatchObject({ alerts: 1, alertPrecision: 0, patternRecall: 0 });
  });

  it('of a false alert that takes in more that is foreign counts again', () => {
    const figures = judged(LOG, KEY, [
      ['a', [0, 1], 1],
      ['a', [0, 1, 3], 3],
    ]);
    expect(figures).toMatchObject({ alerts: 2, falseRevisions: 1, alertPrecision: 0 });
  });

  it('that adds nothing is nothing', () => {
    const figures = judged(LOG, KEY, [
      ['a', [2, 4], 4],
      ['a', [2, 4], 9],
    ]);
    expect(figures).toMatchObject({ alerts: 1, falseRevisions: 0, alertPrecision: 1 });
  });
});

describe('a pattern is found', () => {
  it('by the alert that brings what is covered to half of its rows so far', () => {
    const key = handMadeKey({ chain1: [0, 1, 2, 3, 4, 5] });
    // Two of five rows when the first comes; the second covers three of six.
    const alerts: Alert[] = [
      ['a', [0, 1], 4],
      ['b', [2, 8], 8],
    ];
    expect(judged(LOG, key, alerts.slice(0, 1)).patternRecall).toBe(0);
    expect(judged(LOG, key, alerts)).toMatchObject({ patternRecall: 1, interceptableShare: 0 });
  });

  it('not on its first row: nothing of it is layered yet', () => {
    // Each is true by the letter: half of its two transfers, and of their value, belong to the pattern.
    const early = judged(LOG, KEY, [['a', [1, 2], 2]]);
    expect(early).toMatchObject({ alertPrecision: 1, patternRecall: 0, interceptableShare: 0 });
    expect(early.delayShareMedian).toBe(1);
    const second = judged(LOG, KEY, [['a', [2, 4], 4]]);
    expect(second).toMatchObject({ patternRecall: 1, interceptableShare: 0.5 });
    expect(second.delayShareMedian).toBeCloseTo(1 / 3, 12);
  });

  it('not by one row beside a small stranger, be it half of two', () => {
    const figures = judged(LOG, KEY, [['a', [3, 4], 4]]);
    expect(figures).toMatchObject({ alertPrecision: 1, patternRecall: 0 });
    expect(judged(LOG, KEY, [['a', [2, 4], 4]]).patternRecall).toBe(1);
  });

  it('and a true alert is not true again under another name', () => {
    const figures = judged(LOG, KEY, [
      ['a', [2, 4], 4],
      ['b', [2, 4], 5],
      ['c', [4, 6], 6],
    ]);
    expect(figures).toMatchObject({ alerts: 3, alertPrecision: 2 / 3, repeatedAlerts: 1 });
  });

  it('by repeating oneself no better: rows are covered once, and the repetition is told', () => {
    const key = handMadeKey({ chain1: [0, 1, 2, 3, 4, 5] });
    const figures = judged(LOG, key, [
      ['a', [0, 1], 5],
      ['b', [0, 1], 5],
      ['c', [1, 0], 5],
    ]);
    expect(figures).toMatchObject({ patternRecall: 0, repeatedAlerts: 2, alerts: 3 });
  });

  it('only where it has two rows', () => {
    const key = handMadeKey({ lone1: [3], chain1: [4, 5] });
    expect(key.counted).toEqual([1]);
    const figures = judged(LOG, key, [['a', [2, 3], 3]]);
    expect(figures).toMatchObject({ alertPrecision: 1, patternRecall: 0 });
    expect(figures.recallByType).toEqual({ chain: 0 });
  });

  it('by type, and among those that can be seen', () => {
    const key = handMadeKey({ chain1: [0, 1], chain2: [2, 3], cycle1: [4, 5], cycle2: [6, 7] });
    const judge = new AlertJudge(LOG, key, 10);
    judge.emit({ alertId: 'a', rows: [0, 1], at: 1 });
    judge.emit({ alertId: 'b', rows: [4, 5], at: 5 });
    judge.emit({ alertId: 'c', rows: [6, 7], at: 7 });
    const figures = judge.figures(new Set([0, 1]));
    expect(figures).toMatchObject({ patternRecall: 0.75, visibleRecall: 0.5 });
    expect(figures.recallByType).toEqual({ chain: 0.5, cycle: 1 });
    expect(judge.figures(new Set()).visibleRecall).toBeNull();
  });
});

describe('the budget', () => {
  const key = handMadeKey({ chain1: [2, 3], chain2: [6, 7] });
  const alerts: Alert[] = [
    ['a', [0, 1], 1],
    ['b', [2, 3], 3],
    ['c', [6, 7], 7],
  ];

  it('counts the first so many, true and false together, and tells how many were raised', () => {
    expect(judged(LOG, key, alerts, 2)).toMatchObject({
      ...{ alerts: 2, alertsRaised: 3, alertPrecision: 0.5, patternRecall: 0.5 },
    });
    expect(judged(LOG, key, alerts, 3)).toMatchObject({ alerts: 3, patternRecall: 1 });
    expect(judged(LOG, key, alerts, 0)).toMatchObject({
      ...{ alerts: 0, alertsRaised: 3, alertPrecision: null, patternRecall: 0 },
    });
  });

  it('is spent by revisions that are mostly foreign too', () => {
    const greedy: Alert[] = [
      ['b', [2, 3], 3],
      ['b', [2, 3, 4], 4],
      ['c', [6, 7], 7],
    ];
    expect(judged(LOG, key, greedy, 2)).toMatchObject({
      ...{ alerts: 2, alertsRaised: 2, patternRecall: 0.5 },
    });
  });

  it('ends the counting: what comes later counts neither for nor against', () => {
    const long = handMadeKey({ chain1: [0, 1, 2, 3, 4, 5, 6, 7] });
    const figures = judged(
      LOG,
      long,
      [
        ['a', [0, 1], 7],
        ['a', [0, 1, 2, 3], 7],
        ['a', [0, 1, 2, 3, 8], 8],
      ],
      1,
    );
    expect(figures).toMatchObject({ alerts: 1, alertPrecision: 1, patternRecall: 0 });
  });
});

describe('time and value', () => {
  it('counts a miss as the whole delay, and what was found when it was over too', () => {
    const key = handMadeKey({ chain1: [0, 1], chain2: [2, 3], chain3: [4, 6] });
    const figures = judged(LOG, key, [
      ['a', [0, 1], 1],
      ['b', [2, 3], 9],
    ]);
    expect(figures).toMatchObject({ delayShareMedian: 1, interceptableShare: 0 });
  });

  it('takes the median over patterns, the middle two where they are even', () => {
    const key = handMadeKey({ chain1: [0, 1, 5], chain2: [2, 3, 6] });
    const figures = judged(LOG, key, [
      ['a', [0, 1], 1],
      ['b', [2, 3], 3],
    ]);
    expect(figures.delayShareMedian).toBeCloseTo((1 / 5 + 1 / 4) / 2, 12);
    expect(figures.interceptableShare).toBeCloseTo(1 / 3, 12);
  });

  it('weighs by value, not by rows', () => {
    const log = handMadeLog([
      pay('a', 'b', 10, 0),
      pay('b', 'c', 10, 1),
      pay('c', 'd', 80, 2),
      pay('d', 'e', 10, 2),
    ]);
    const figures = judged(log, handMadeKey({ chain1: [0, 1, 2] }), [['a', [0, 1], 1]]);
    expect(figures.interceptableShare).toBeCloseTo(0.8, 12);
  });

  it('goes by the order of the log where a pattern took no time', () => {
    const log = handMadeLog([0, 1, 2].map((n) => pay(`a${n}`, `a${n + 1}`, 5, 0)));
    const key = handMadeKey({ chain1: [0, 1, 2] });
    expect(judged(log, key, [['a', [0, 1], 1]]).delayShareMedian).toBe(0);
    expect(judged(log, key, [['a', [0, 1], 2]]).delayShareMedian).toBe(1);
  });
});

describe('look-alikes', () => {
  it('are the share of alerts that fell for one', () => {
    const key = handMadeKey({ chain1: [0, 1] }, { kameti1: [2, 3], kameti2: [4, 5] });
    const figures = judged(LOG, key, [
      ['a', [0, 1], 1],
      ['b', [2, 4], 4],
      ['a', [0, 1, 5, 8], 8],
      ['c', [3, 6, 7], 8],
    ]);
    // b, and a's revision; c is mostly something else.
    expect(figures).toMatchObject({ alerts: 4, lookalikeShare: 0.5 });
  });

  it('do not apply where the set labels none', () => {
    expect(judged(LOG, KEY, [['a', [2, 4], 4]]).lookalikeShare).toBeNull();
  });
});

describe('typologies', () => {
  it('are counted with the alert that was raised by them, as far as it counts', () => {
    const judge = new AlertJudge(LOG, KEY, 2);
    judge.emit({ alertId: 'a', rows: [2, 4], at: 4, typologies: ['CYCLE', 'FAN_IN'] });
    judge.emit({ alertId: 'b', rows: [3, 5], at: 5, typologies: ['FAN_IN'] });
    // Seen later; and an alert beyond the budget.
    judge.emit({ alertId: 'a', rows: [2, 4, 6], at: 6, typologies: ['FAN_OUT'] });
    judge.emit({ alertId: 'c', rows: [6, 8], at: 8, typologies: ['CYCLE'] });
    expect(judge.figures(allOf(KEY)).byTypology).toEqual({
      CYCLE: { alerts: 1, falseAlerts: 0 },
      FAN_IN: { alerts: 2, falseAlerts: 1 },
    });
  });
});
