import { type BenchRow, rounded } from './bench-row';
import { benchTable } from './bench-table';

const ROW: BenchRow = {
  name: 'some feed, flow engine',
  part: 'engine',
  transfers: 514_150,
  transfersPerSecond: 151_234,
  cpuMicrosPerTransfer: 6.612,
  p50Ms: 0.0051,
  p99Ms: 0.034,
  p999Ms: null,
  p50Micros: 5.1,
  p99Micros: 34,
  bytesPerTransfer: 98.76,
  rssMiB: 512,
  seconds: 3.4,
};

describe('the table of figures', () => {
  it('has a line a row, figures under their heads, nothing for what does not apply', () => {
    const lines = benchTable([ROW, { ...ROW, name: 'x', bytesPerTransfer: -12_345 }]).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[3]).toBe('');
    expect(lines[1]!.split(/ {2,}/)).toEqual([
      ...['some feed, flow engine', '514,150', '151,234', '6.61', '–', '5.1', '34', '–'],
      ...['–', '–', '–', '–', '–', '–', '98.8', '–', '512'],
    ]);
    expect(lines[2]).toContain('-12,345');
    const ends = (line: string): number => line.indexOf('per second') + 'per second'.length;
    expect(lines[1]!.slice(0, ends(lines[0]!)).endsWith('151,234')).toBe(true);
  });

  it('rounds to what a measurement has', () => {
    expect([0, 12.345_678, 123_456, 0.000_123_456].map((value) => rounded(value))).toEqual([
      0, 12.35, 123_500, 0.000_123_5,
    ]);
  });
});
