import { DAY_MS } from '#domain';
import { type TrialAlert } from '#typologies';
import { backtestReport, type BacktestMaterial } from './backtest-report';

const alert = (id: string, day: number, risk: number, ...positions: number[]): TrialAlert => ({
  ...{ id, risk, typologies: ['FAN_IN'], positions },
  firstAtMs: day * DAY_MS,
});
const material = (more: Partial<BacktestMaterial>): BacktestMaterial => ({
  stretch: { transfers: 40, firstMs: 0, lastMs: 3 * DAY_MS, days: [0, 1, 3] },
  isInside: (atMs) => atMs < 4 * DAY_MS,
  officers: 2,
  disposed: [],
  present: { version: 'a', hash: 'ha', alerts: [] },
  candidate: { version: 'b', hash: 'hb', alerts: [] },
  ...more,
});

describe('a backtest report', () => {
  it('says what is gained and lost, by alert, case and what was confirmed', () => {
    const report = backtestReport(
      material({
        disposed: [
          { outcome: 'CONFIRMED', firstAtMs: 0, positions: [1, 2] },
          { outcome: 'CONFIRMED', firstAtMs: 0, positions: [9] },
          { outcome: 'CONFIRMED', firstAtMs: 0, positions: [20] },
          { outcome: 'REFUTED', firstAtMs: 0, positions: [5] },
          { outcome: null, firstAtMs: 0, positions: [7] },
          // Outside.
          { outcome: 'CONFIRMED', firstAtMs: 5 * DAY_MS, positions: [30] },
        ],
        present: {
          ...{ version: 'a', hash: 'ha' },
          alerts: [alert('x', 0, 50, 1, 3), alert('y', 1, 60, 5), alert('z', 5, 70, 30)],
        },
        candidate: {
          ...{ version: 'b', hash: 'hb' },
          alerts: [alert('u', 0, 40, 2, 9), alert('v', 3, 80, 7, 8), alert('w', 3, 90, 8, 10)],
        },
      }),
    );
    expect(report).toMatchObject({
      ...{ transfers: 40, days: 3, officers: 2, confirmed: 3, refuted: 1 },
      ...{ casesGained: 2, casesLost: 2, confirmedGained: 1, confirmedLost: 0 },
      present: { alerts: 2, cases: 2 },
      candidate: { alerts: 3, cases: 2 },
    });
    expect(report.gained.map(({ risk }) => risk)).toEqual([90, 80, 40]);
    expect(report.lost.map(({ positions }) => positions)).toEqual([[5], [1, 3]]);
    expect(report.present.confirmedReached!.value).toBeCloseTo(1 / 3);
    expect(report.candidate.confirmedReached!.value).toBeCloseTo(2 / 3);
    expect(report.present.refutedReached!.value).toBe(1);
    expect(report.present.confirmedShare!.value).toBe(0.5);
    expect(report.candidate.confirmedShare!.value).toBe(1);
    expect(report.difference.confirmedReached!.value).toBeCloseTo(1 / 3);
    expect(report.present.alertsPerOfficerAndDay!.value).toBeCloseTo(2 / 3 / 2);
    expect(report.difference.alertsPerOfficerAndDay!.value).toBeCloseTo(1 / 3 / 2);
    expect(report.perDay.map(({ day, present, candidate }) => [day, present, candidate])).toEqual([
      ['1970-01-01', 1, 1],
      ['1970-01-02', 1, 0],
      ['1970-01-04', 0, 2],
    ]);
  });

  it('of nothing has no figures where none apply', () => {
    const stretch = { transfers: 0, firstMs: null, lastMs: null, days: [] };
    const report = backtestReport(material({ stretch }));
    expect(report).toMatchObject({ from: null, until: null, days: 0, gained: [], perDay: [] });
    expect(report.present.alertsPerOfficerAndDay).toBeNull();
    expect(report.present.confirmedShare).toBeNull();
    expect(report.difference).toEqual({ alertsPerOfficerAndDay: null, confirmedReached: null });
  });
});
