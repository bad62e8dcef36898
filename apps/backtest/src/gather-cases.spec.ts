import fc from 'fast-check';
import { gatherCases } from './gather-cases';

const alert = (...positions: number[]) => ({ positions });
const sorted = (cases: readonly number[][]): number[][] =>
  cases.map((one) => [...one].sort((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!);

describe('cases', () => {
  it('are alerts that share a transfer, also where a later one joins two', () => {
    expect(sorted(gatherCases([alert(1, 2), alert(4, 5), alert(7), alert(2, 5)]))).toEqual([
      [1, 2, 4, 5],
      [7],
    ]);
    expect(gatherCases([])).toEqual([]);
  });

  it('hold each transfer once, and nothing joins two of them', () => {
    const alerts = fc.array(fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(alerts, (drawn) => {
        const cases = gatherCases(drawn.map((positions) => alert(...positions)));
        const all = cases.flat();
        expect(new Set(all)).toEqual(new Set(drawn.flat()));
        expect(all).toHaveLength(new Set(all).size);
        for (const positions of drawn) {
          const touched = cases.filter((one) => positions.some((at) => one.includes(at)));
          expect(touched).toHaveLength(1);
        }
      }),
    );
  });
});
