import fc from 'fast-check';
import { paid, shuffled, someTransfers } from '../../test/evidence';
import { inCausalOrder } from './causal-order';

const ids = (transfers: ReturnType<typeof inCausalOrder>): string[] =>
  transfers.map(({ transferId }) => transferId);

describe('the causal order', () => {
  it('is the same whoever hands the transfers in, loses none, and goes by time', () => {
    fc.assert(
      fc.property(
        someTransfers().chain((all) => fc.tuple(fc.constant(all), shuffled(all))),
        ([all, mixed]) => {
          const ordered = inCausalOrder(mixed);
          expect(ids(ordered)).toEqual(ids(inCausalOrder(all)));
          expect(ids(ordered).sort()).toEqual(ids(all).sort());
          const times = ordered.map(({ occurredAt }) => Date.parse(occurredAt));
          expect(times).toEqual([...times].sort((a, b) => a - b));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('lets money come before it goes where only the day is known', () => {
    const day = [
      paid('mule', 'agent', 90, 0, { id: 'a' }),
      paid('collector', 'mule', 95, 0, { id: 'b' }),
      paid('victim', 'collector', 100, 0, { id: 'c' }),
    ];
    expect(ids(inCausalOrder(day))).toEqual(['c', 'b', 'a']);
  });

  it('opens a circle of one instant at its first transfer by key', () => {
    const circle = [
      paid('c', 'a', 98, 0, { id: '3' }),
      paid('b', 'c', 99, 0, { id: '2' }),
      paid('a', 'b', 100, 0, { id: '1' }),
    ];
    expect(ids(inCausalOrder(circle))).toEqual(['1', '2', '3']);
  });

  it('orders 20,000 transfers of one instant without looking at each pair', () => {
    const chain = Array.from({ length: 20_000 }, (_, hop) =>
      paid(`w${String(hop)}`, `w${String(hop + 1)}`, 100, 0, { id: `x${String(99_999 - hop)}` }),
    );
    expect(ids(inCausalOrder(chain))).toEqual(ids(chain));
  }, 5_000);
});
