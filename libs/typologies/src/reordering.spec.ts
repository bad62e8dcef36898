import fc from 'fast-check';
import { type LogEntry } from '#contracts';
import { MINUTE_MS, SECOND_MS, walletKey } from '#domain';
import { REORDER_LIMITS } from '#flow';
import { logOf, type Move, OPEN, run, START_MS } from '../test/feed';

const RUNS = 150;
const { reorderMs } = REORDER_LIMITS;

/** A known operation: it is in the log before any transfer. */
const KNOWN: LogEntry = {
  kind: 'indicators.registered.v1',
  position: 1,
  indicators: [
    {
      operationId: 'op-1',
      type: 'wallet',
      match: walletKey({ provider: 'p', walletId: 'a' }),
      knownFromMs: START_MS,
    },
  ],
};

interface Paid extends Omit<Move, 'atMs'> {
  /** After the payment before it. */
  readonly gapMs: number;
  /** On its way, in each of two runs. */
  readonly delaysMs: readonly [number, number];
}

const delayMs = fc.oneof(fc.constant(0), fc.nat(reorderMs - 1), fc.constant(reorderMs - 1));

const paid = fc.record<Paid>({
  from: fc.constantFrom('a', 'b', 'c', 'd'),
  to: fc.constantFrom('e', 'f', 'b', 'c', 'd'),
  rupees: fc.constantFrom(900, 20_000, 19_000, 18_500, 18_000),
  gapMs: fc.constantFrom(0, 0, 1, SECOND_MS, reorderMs, reorderMs, MINUTE_MS, 90 * MINUTE_MS),
  type: fc.constantFrom('P2P', 'P2P', 'P2P', 'CASH_OUT'),
  delaysMs: fc.tuple(delayMs, delayMs),
});

/** The rows of a feed, each with its place in the log and when it came in, in two runs. */
function arrivals(feed: readonly Paid[]): { entry: LogEntry; arrivedMs: [number, number] }[] {
  let atMs = 0;
  const rows = feed
    .filter(({ from, to }) => from !== to)
    .map((row) => ({ ...row, atMs: (atMs += row.gapMs) }));
  const log = logOf(rows);
  return rows.map((row, i) => ({
    entry: log[i]!,
    arrivedMs: [row.atMs + row.delaysMs[0], row.atMs + row.delaysMs[1]],
  }));
}

describe('rows that overtake one another by less than the wait', () => {
  it('lead to the same alerts, one by one, in whatever order they came', () => {
    let overtaken = 0;
    let raised = 0;
    fc.assert(
      fc.property(fc.array(paid, { minLength: 10, maxLength: 50 }), (feed) => {
        const rows = arrivals(feed);
        const inTurn = ([0, 1] as const).map((which) =>
          [...rows]
            .sort((a, b) => a.arrivedMs[which] - b.arrivedMs[which])
            .map(({ entry }) => entry),
        );
        const [first, second] = inTurn.map((entries) => run([KNOWN, ...entries], OPEN));
        if (inTurn[0]!.some((entry, i) => entry !== inTurn[1]![i])) overtaken += 1;
        if (first!.some(({ kind }) => kind === 'alert')) raised += 1;
        expect(first).toEqual(second);
      }),
      { numRuns: RUNS },
    );
    // Otherwise nothing was compared.
    expect(overtaken).toBeGreaterThan(RUNS / 2);
    expect(raised).toBeGreaterThan(RUNS / 2);
  });

  it('is no longer so where one comes later than that', () => {
    const hops: Move[] = [
      { from: 'a', to: 'c', rupees: 20_000, atMs: 0 },
      { from: 'c', to: 'd', rupees: 19_500, atMs: reorderMs },
      { from: 'd', to: 'e', rupees: 19_000, atMs: 2 * reorderMs },
      { from: 'y', to: 'z', rupees: 1, atMs: 4 * reorderMs },
    ];
    const [first, second, third, last] = logOf(hops) as [LogEntry, LogEntry, LogEntry, LogEntry];
    // Of a known wallet, so that there is something to tell.
    const inOrder = run([KNOWN, first, second, third, last], OPEN);
    expect(run([KNOWN, second, first, third, last], OPEN)).toEqual(inOrder);
    expect(run([KNOWN, second, third, last, first], OPEN)).not.toEqual(inOrder);
  });
});
