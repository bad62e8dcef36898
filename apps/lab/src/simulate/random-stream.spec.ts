import { RandomStream } from './random-stream';

describe('RandomStream', () => {
  it('is the same for a seed and a name, and another for another of either', () => {
    const draw = (seed: number, name: string): number[] => {
      const random = new RandomStream(seed, name);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
  });

  it('fills [0, 1) evenly', () => {
    const random = new RandomStream(7, 'even');
    const tenths = new Array<number>(10).fill(0);
    for (let n = 0; n < 100_000; n += 1) tenths[Math.floor(random.next() * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('draws whole numbers with both ends, samples without repeats', () => {
    const random = new RandomStream(7, 'whole');
    const drawn = new Set(Array.from({ length: 200 }, () => random.whole(3, 5)));
    expect([...drawn].sort()).toEqual([3, 4, 5]);
    const sample = random.sample([1, 2, 3, 4, 5, 6], 4);
    expect(new Set(sample).size).toBe(4);
    expect(random.sample([1, 2], 5)).toHaveLength(2);
  });

  it('has its median and its mean where they are said to be', () => {
    const random = new RandomStream(7, 'shapes');
    const amounts = Array.from({ length: 20_000 }, () => random.logNormal(500, 0.8));
    expect(amounts.filter((amount) => amount < 500).length).toBeGreaterThan(9_700);
    expect(amounts.filter((amount) => amount < 500).length).toBeLessThan(10_300);
    const counts = Array.from({ length: 20_000 }, () => random.poisson(1.3));
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    expect(Math.abs(mean - 1.3)).toBeLessThan(0.05);
  });
});
