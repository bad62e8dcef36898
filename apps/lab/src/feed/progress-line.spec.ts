import { progressLine } from './progress-line';

const STATE = {
  rows: 195_000,
  rowsTotal: 514_150,
  accepted: 195_000,
  duplicates: 0,
  rejected: 0,
  feedClockMs: Date.UTC(2024, 0, 12, 9, 41, 59),
  rowsPerSecond: 41_200,
};

describe('progressLine', () => {
  it('says how far, how fast, what time it is in the feed, and how long it takes yet', () => {
    expect(progressLine(STATE, 200)).toBe(
      '[#########---------------]  37 %  195,000 of 514,150  41,200/s  feed time 2024-01-12 09:41  0:08 left',
    );
  });

  it('speaks of refused rows where there are any, and of no time left at the end', () => {
    const line = progressLine({ ...STATE, rows: 514_150, rejected: 12 }, 200);
    expect(line).toContain('100 %');
    expect(line).toContain('12 rejected');
    expect(line).not.toContain('left');
  });

  it('never fills the last column, where a terminal would wrap', () => {
    expect(progressLine(STATE, 40)).toHaveLength(39);
  });
});
