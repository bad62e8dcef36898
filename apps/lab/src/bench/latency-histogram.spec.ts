import * as fc from 'fast-check';
import { LatencyHistogram, MICROSECOND_MS, NANOSECOND_MS } from './latency-histogram';

const histogramOf = (latenciesMs: readonly number[]): LatencyHistogram => {
  const histogram = new LatencyHistogram(NANOSECOND_MS);
  for (const ms of latenciesMs) histogram.add(ms);
  return histogram;
};

/** The same by sorting. */
const exactQuantile = (latenciesMs: readonly number[], share: number): number =>
  [...latenciesMs].sort((a, b) => a - b)[Math.ceil(share * latenciesMs.length) - 1]!;

describe('a latency histogram', () => {
  it('gives quantiles to 3 %, never too low', () => {
    const latency = fc.integer({ min: 0, max: 2_000_000_000 }).map((nanos) => nanos / 1e6);
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.001, 0.5, 0.99, 0.999, 1),
        (latencies, share) => {
          const told = histogramOf(latencies).quantileMs(share)!;
          const exact = exactQuantile(latencies, share);
          // A nanosecond is what is counted in.
          expect(told).toBeGreaterThanOrEqual(exact - 1e-6);
          expect(told).toBeLessThanOrEqual(exact * (1 + 1 / 32) + 1e-6);
        },
      ),
    );
  });

  it('finds one slow transfer among a thousand where that is asked, and not before', () => {
    const histogram = histogramOf([...Array<number>(999).fill(0.01), 50]);
    expect(histogram.quantileMs(0.5)).toBeCloseTo(0.01, 3);
    expect(histogram.quantileMs(0.999)).toBeCloseTo(0.01, 3);
    expect(histogram.quantileMs(1)).toBeGreaterThanOrEqual(50);
  });

  it('has no quantile where nothing was timed, and counts what is beyond its end as its end', () => {
    expect(histogramOf([]).quantileMs(0.5)).toBeNull();
    expect(histogramOf([1e9, -1]).size).toBe(2);
    expect(histogramOf([1e9]).quantileMs(1)).toBeCloseTo(2_147.483_647, 6);
    expect(histogramOf([-1]).quantileMs(1)).toBe(0);
  });

  it('tells what takes minutes where it counts in microseconds', () => {
    const histogram = new LatencyHistogram(MICROSECOND_MS);
    for (const ms of [0.5, 90_000]) histogram.add(ms);
    expect(histogram.quantileMs(0.5)! / 0.5).toBeCloseTo(1, 1);
    expect(histogram.quantileMs(1)! / 90_000).toBeCloseTo(1, 1);
  });
});
