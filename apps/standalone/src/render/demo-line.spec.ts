import { type DemoProgress } from '../demo-messages';
import { demoLine } from './demo-line';

const progress: DemoProgress = {
  type: 'progress',
  rows: 18_279,
  rowsTotal: 45_627,
  accepted: 18_279,
  duplicates: 0,
  rejected: 0,
  feedClock: '2026-10-31T06:06:44.000Z',
};

describe('the demo’s progress line', () => {
  it('says how far, how fast, the feed’s own clock and what was found', () => {
    expect(demoLine({ progress, rowsPerSecond: 2_028.4, alerts: 7 })).toBe(
      '████░░░░░░░░  40 %  18,279 rows  2,028/s  2026-10-31 06:06  7 alerts',
    );
  });

  it('leaves out what is not known', () => {
    const unknown = { ...progress, rowsTotal: null, feedClock: null };
    expect(demoLine({ progress: unknown, rowsPerSecond: null, alerts: 1 })).toBe(
      '18,279 rows  1 alert',
    );
  });

  it('is full only when every row is answered', () => {
    const almost = { ...progress, rows: 45_626 };
    expect(demoLine({ progress: almost, rowsPerSecond: null, alerts: 0 })).toContain('░  99 %');
    expect(
      demoLine({
        progress: { ...progress, rows: 0, rowsTotal: 0 },
        rowsPerSecond: null,
        alerts: 0,
      }),
    ).toContain('100 %');
  });

  it('fits an 80-column terminal without wrapping, for a feed of a hundred million', () => {
    const huge = { ...progress, rows: 99_999_999, rowsTotal: 100_000_000 };
    expect(demoLine({ progress: huge, rowsPerSecond: 99_999, alerts: 99_999 }).length).toBeLessThan(
      80,
    );
  });
});
