import fc from 'fast-check';
import { type FeedRow } from './feed-source';
import { feedSteps, type FeedStep, readAhead } from './feed-steps';
import { type FeedIndicator } from './indicator-source';

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const row = (n: number, occurredAtMs: number | null): FeedRow => ({
  json: JSON.stringify({ n }),
  occurredAtMs,
});
const indicator = (n: number, knownFromMs: number): FeedIndicator => ({
  operationId: 'OP',
  type: 'wallet',
  value: `W${n}`,
  knownFromMs,
});
const rowsOf = (step: FeedStep): number[] =>
  step.kind === 'batch'
    ? (JSON.parse(step.batch.body) as { transfers: { n: number }[] }).transfers.map(({ n }) => n)
    : [];

describe('feedSteps', () => {
  it('cuts a batch where an indicator becomes known, right before that row', async () => {
    const rows = [row(1, 10), row(2, 20), row(3, 30), row(4, 40)];
    const steps = await collect(
      feedSteps(from(rows), [indicator(1, 21), indicator(2, 30)], {
        rowsSkipped: 0,
        batchRowsMax: 100,
      }),
    );
    expect(steps.map(({ kind }) => kind)).toEqual(['batch', 'indicators', 'batch']);
    expect(steps.map(rowsOf)).toEqual([[1, 2], [], [3, 4]]);
    expect(steps[1]).toMatchObject({ due: [{ value: 'W1' }, { value: 'W2' }] });
  });

  it('counts a row at the very instant as later, and never comes to what lies after the feed', async () => {
    const limits = { rowsSkipped: 0, batchRowsMax: 100 };
    const rows = [row(1, 29), row(2, 30), row(3, 31)];
    const known = [indicator(1, 30), indicator(2, 32)];
    const steps = await collect(feedSteps(from(rows), known, limits));
    expect(steps.map(rowsOf)).toEqual([[1], [], [2, 3]]);
  });

  it('passes over rows of an earlier run, but not over their indicators', async () => {
    const rows = [row(1, 10), row(2, 20), row(3, 30)];
    const limits = { rowsSkipped: 2, batchRowsMax: 100 };
    const steps = await collect(feedSteps(from(rows), [indicator(1, 15)], limits));
    expect(steps.map(rowsOf)).toEqual([[], [3]]);
    expect(steps[0]).toMatchObject({ kind: 'indicators' });
  });

  it('keeps a batch below the size that ingestion takes at once', async () => {
    const long = { json: JSON.stringify('x'.repeat(500_000)), occurredAtMs: 1 };
    const limits = { rowsSkipped: 0, batchRowsMax: 1_000 };
    const steps = await collect(feedSteps(from([long, long, long]), [], limits));
    expect(steps).toHaveLength(3);
  });

  it('keeps every row once and in order, in batches of the size, each indicator exactly at its time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.integer({ min: 1, max: 50 })), { maxLength: 60 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (times, known, batchRowsMax) => {
          const rows = times.map((atMs, n) => row(n, atMs));
          const indicators = [...known].sort((a, b) => a - b).map((atMs, n) => indicator(n, atMs));
          const limits = { rowsSkipped: 0, batchRowsMax };
          const steps = await collect(feedSteps(from(rows), indicators, limits));
          expect(steps.flatMap(rowsOf)).toEqual(rows.map((_, n) => n));
          let sent = 0;
          const registeredAt = new Map<string, number>();
          for (const step of steps) {
            if (step.kind === 'batch') expect(step.batch.rows).toBeLessThanOrEqual(batchRowsMax);
            if (step.kind === 'batch') sent += step.batch.rows;
            else for (const { value } of step.due) registeredAt.set(value, sent);
          }
          for (const { value, knownFromMs } of indicators) {
            const first = times.findIndex((atMs) => (atMs ?? 0) >= knownFromMs);
            expect(registeredAt.get(value)).toBe(first < 0 ? undefined : first);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('readAhead', () => {
  it('gives everything in order, a failure after what came before it, and closes its source', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number> {
      try {
        yield await Promise.resolve(1);
        yield 2;
        throw new Error('line 3');
      } finally {
        closed = true;
      }
    }
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const n of readAhead(source())) seen.push(n);
      })(),
    ).rejects.toThrow('line 3');
    expect(seen).toEqual([1, 2]);
    expect(closed).toBe(true);
  });
});
