import { comparePacks } from './compare-packs';
import { type DataSetReport } from './report';

const report = (pack: string, found: readonly string[], alerts: readonly [number, number]) =>
  ({
    ...{ name: 'set', pack, patterns: 10 },
    budgets: [{ alertsPerPattern: 1, found, trueAlerts: alerts[0], alerts: alerts[1] }],
  }) as unknown as DataSetReport;

describe('a pack beside another', () => {
  it('gains and loses patterns, and says how sure that is', () => {
    const { packs, budgets } = comparePacks(
      report('a', ['p1', 'p2', 'p3'], [3, 6]),
      report('b', ['p3', 'p4', 'p5', 'p6'], [4, 10]),
    );
    expect(packs).toEqual(['a', 'b']);
    expect(budgets[0]).toMatchObject({ gained: ['p4', 'p5', 'p6'], lost: ['p1', 'p2'] });
    const { patternRecall, alertPrecision } = budgets[0]!;
    expect(patternRecall!.value).toBeCloseTo(0.1);
    expect(patternRecall!.low).toBeLessThan(0);
    expect(alertPrecision.map((interval) => interval!.value)).toEqual([0.5, 0.4]);
  });

  it('is of one data set', () => {
    const other = { ...report('b', [], [0, 0]), name: 'another' };
    expect(() => comparePacks(report('a', [], [0, 0]), other)).toThrow('one data set');
    expect(comparePacks(report('a', [], [0, 0]), report('b', [], [0, 0])).budgets[0]).toMatchObject(
      {
        ...{ gained: [], lost: [], alertPrecision: [null, null] },
      },
    );
  });
});
