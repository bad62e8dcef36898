import { type WaySample } from './measure-way';
import { soakPicture } from './soak-picture';

const MIB = 1024 * 1024;
const sample = (seconds: number, behind: number): WaySample => ({
  seconds,
  serviceBytes: { ingestion: 100 * MIB, scoring: (100 + seconds) * MIB },
  tableBytes: {
    'feed.transfer_20260101_0': 1_024 * MIB,
    'feed.transfer_20260102_1': 1_024 * MIB,
    'feed.transfer_key': 512 * MIB,
    'referral.<odd>': MIB,
  },
  entriesBehind: behind,
});

/** The points of each line, as drawn. */
const linesOf = (svg: string): number[][] =>
  [...svg.matchAll(/points="([^"]*)"/g)].map(([, points]) =>
    points!.split(' ').map((point) => Number(point.split(',')[1])),
  );

describe('the picture of a soak', () => {
  const svg = soakPicture([sample(0, 0), sample(60, 10), sample(120, 5)]);

  it('draws a line for each service, each kind of table, and what detection is behind', () => {
    expect(linesOf(svg)).toHaveLength(2 + 3 + 1);
    for (const words of ['ingestion 100', 'scoring 220', 'transfers 2', 'transfer keys 0.5'])
      expect(svg).toContain(words);
  });

  it('draws more higher up, and nothing outside', () => {
    const [flat, growing] = linesOf(svg);
    expect(new Set(flat).size).toBe(1);
    expect(growing![0]).toBeGreaterThan(growing![2]!);
    const height = Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)![1]);
    for (const y of linesOf(svg).flat()) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(height);
    }
  });

  it('is an image of its own, with names as text', () => {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).not.toContain('<odd>');
    expect(svg).not.toContain('NaN');
  });

  it('can be drawn where nothing happened', () => {
    const still = soakPicture([{ ...sample(1, 0), serviceBytes: { scoring: 0 }, tableBytes: {} }]);
    expect(still).not.toContain('NaN');
    expect(still).not.toContain('Infinity');
  });
});
