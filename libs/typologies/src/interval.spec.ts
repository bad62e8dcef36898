import fc from 'fast-check';
import { meanInterval, pairedInterval, shareInterval } from './interval';

describe('intervals', () => {
  it('of a share are those of Wilson’s formula', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I: 81/263, 15/148, 0/20, 1/29.
    const told = ([of, all]: readonly [number, number]): number[] => {
      const { low, high } = shareInterval(of, all)!;
      return [low, high].map((bound) => Number(bound.toFixed(4)));
    };
    expect(told([81, 263])).toEqual([0.2553, 0.3662]);
    expect(told([15, 148])).toEqual([0.0624, 0.1605]);
    expect(told([0, 20])).toEqual([0, 0.1611]);
    expect(told([1, 29])).toEqual([0.0061, 0.1718]);
  });

  it('of nothing are none', () => {
    expect(shareInterval(0, 0)).toBeNull();
    expect(pairedInterval(0, 0, 0)).toBeNull();
    expect(meanInterval([])).toBeNull();
    expect(meanInterval([3])).toBeNull();
  });

  it('of a mean go by the spread of the days', () => {
    expect(meanInterval([4, 4, 4])).toEqual({ value: 4, low: 4, high: 4 });
    const { value, low, high } = meanInterval([0, 8])!;
    expect([value, low, high].map((n) => Number(n.toFixed(3)))).toEqual([4, -3.84, 11.84]);
  });

  it('of a difference speak of those that only one has', () => {
    expect(pairedInterval(0, 0, 50)).toEqual({ value: 0, low: 0, high: 0 });
    const { value, low, high } = pairedInterval(12, 4, 100)!;
    expect([value, low, high].map((n) => Number(n.toFixed(3)))).toEqual([0.08, 0.003, 0.157]);
  });

  it('hold their value, and no share leaves 0 to 1', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.nat(500), (a, b, rest) => {
        const all = a + b + rest;
        const share = shareInterval(a, all);
        const paired = pairedInterval(a, b, all);
        if (share === null || paired === null) return all === 0;
        return (
          share.low >= 0 &&
          share.high <= 1 &&
          share.low <= share.value + 1e-12 &&
          share.high >= share.value - 1e-12 &&
          paired.low <= paired.value &&
          paired.high >= paired.value
        );
      }),
    );
  });
});
