import * as fc from 'fast-check';
import { DueQueue } from './due-queue';

describe('what is due', () => {
  it('comes out in the order of its instants, whatever the order it went in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(null)), { maxLength: 200 }),
        (steps) => {
          const queue = new DueQueue<{ readonly atMs: number }>(1_000);
          let waiting: number[] = [];
          for (const step of steps) {
            if (step !== null) {
              queue.add({ atMs: step });
              waiting = [...waiting, step].sort((a, b) => a - b);
            } else expect(queue.take()?.atMs).toBe(waiting.shift());
            expect(queue.nextAtMs).toBe(waiting[0] ?? Number.POSITIVE_INFINITY);
            expect(queue.size).toBe(waiting.length);
          }
        },
      ),
    );
  });

  it('takes no more than its limit', () => {
    const queue = new DueQueue<{ readonly atMs: number }>(2);
    expect([5, 3, 1].map((atMs) => queue.add({ atMs }))).toEqual([true, true, false]);
    expect([queue.take()?.atMs, queue.take()?.atMs, queue.take()]).toEqual([3, 5, undefined]);
  });
});
