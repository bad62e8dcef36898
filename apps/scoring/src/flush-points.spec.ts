import fc from 'fast-check';
import { FlushPoints, type FlushPointStore } from './flush-points';

/** Holds sorted points, and counts how often it is asked. */
function storeOf(points: readonly number[]): FlushPointStore & { asked: number } {
  return {
    asked: 0,
    flushPoints(from, pointsMax) {
      this.asked += 1;
      return Promise.resolve(points.filter((point) => point >= from).slice(0, pointsMax));
    },
  };
}

/** Asks for every position from one to another, reading ahead in strides as a rebuild does page by page. */
async function taken(
  store: FlushPointStore,
  from: number,
  to: number,
  stride: number,
): Promise<number[]> {
  const flushPoints = new FlushPoints(store, from);
  const found: number[] = [];
  for (let page = from; page <= to; page += stride) {
    const last = Math.min(page + stride - 1, to);
    await flushPoints.load(last);
    for (let at = page; at <= last; at += 1) if (flushPoints.take(at)) found.push(at);
  }
  return found;
}

describe('flush points', () => {
  it('are all found, from where the replay begins on', async () => {
    const sorted = fc
      .uniqueArray(fc.integer({ min: 1, max: 400 }))
      .map((points) => points.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(
        sorted,
        fc.nat(300),
        fc.integer({ min: 1, max: 90 }),
        async (points, from, stride) => {
          const found = await taken(storeOf(points), from, 400, stride);
          expect(found).toEqual(points.filter((point) => point >= from));
        },
      ),
    );
  });

  it('are read in pages, each once', async () => {
    const points = Array.from({ length: 25_000 }, (_, i) => 2 * i + 1);
    const store = storeOf(points);
    expect(await taken(store, 0, 50_000, 700)).toEqual(points);
    expect(store.asked).toBe(3);
  });

  it('are passed over where nobody asks for them', async () => {
    const flushPoints = new FlushPoints(storeOf([3, 5, 9]), 0);
    await flushPoints.load(9);
    expect([4, 5, 8, 9].map((at) => flushPoints.take(at))).toEqual([false, true, false, true]);
  });
});
