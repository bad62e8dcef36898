import { ROWS_MAX } from '#contracts';
import { type EventTimeMs } from '#domain';
import { type FeedRow } from './feed-source';
import { type FeedIndicator } from './indicator-source';

/** What is done next: a batch is posted, or indicators that have become known are. */
export type FeedStep =
  | { readonly kind: 'batch'; readonly batch: RowBatch }
  | { readonly kind: 'indicators'; readonly due: readonly FeedIndicator[] };

export interface RowBatch {
  /** The body of the request. */
  readonly body: string;
  readonly rows: number;
  /** The latest event time among the rows; null where none can be read. */
  readonly clockMs: EventTimeMs | null;
}

/** A batch stays below this, far under what ingestion takes at once. */
const BATCH_BYTES_MAX = 900_000;

export interface StepLimits {
  /** Rows already answered in an earlier run: they are passed over, their indicators are not. */
  readonly rowsSkipped: number;
  /** At most {@link ROWS_MAX}. */
  readonly batchRowsMax: number;
}

/** Gathers rows until a batch is full. */
class OpenBatch {
  private rows: string[] = [];
  private bytes = 0;
  private clockMs: EventTimeMs | null = null;

  constructor(private readonly rowsMax: number) {}

  get empty(): boolean {
    return this.rows.length === 0;
  }

  hasRoomFor(row: FeedRow): boolean {
    return (
      this.rows.length < this.rowsMax && this.bytes + Buffer.byteLength(row.json) < BATCH_BYTES_MAX
    );
  }

  add(row: FeedRow): void {
    this.rows.push(row.json);
    this.bytes += Buffer.byteLength(row.json) + 1;
    if (row.occurredAtMs !== null && row.occurredAtMs > (this.clockMs ?? 0)) {
      this.clockMs = row.occurredAtMs;
    }
  }

  take(): FeedStep {
    const body = `{"transfers":[${this.rows.join(',')}]}`;
    const batch = { body, rows: this.rows.length, clockMs: this.clockMs };
    this.rows = [];
    this.bytes = 0;
    return { kind: 'batch', batch };
  }
}

/**
 * Lays out a feed as steps in file order. An indicator comes right before the first row that occurred at or after its
 * `knownFrom`, also where that cuts a batch: the feed must not know earlier, or later, than the investigators did.
 *
 * @param indicators in the order they become known; none that was registered before
 */
export async function* feedSteps(
  rows: AsyncIterable<FeedRow>,
  indicators: readonly FeedIndicator[],
  limits: StepLimits,
): AsyncGenerator<FeedStep> {
  const batch = new OpenBatch(Math.min(limits.batchRowsMax, ROWS_MAX));
  let next = 0;
  let read = 0;
  for await (const row of rows) {
    read += 1;
    const from = next;
    while (next < indicators.length && indicators[next]!.knownFromMs <= (row.occurredAtMs ?? 0)) {
      next += 1;
    }
    if (!batch.empty && (next > from || !batch.hasRoomFor(row))) yield batch.take();
    if (next > from) yield { kind: 'indicators', due: indicators.slice(from, next) };
    if (read > limits.rowsSkipped) batch.add(row);
  }
  if (!batch.empty) yield batch.take();
}

/** Prepares the next item while the one before is being used. One ahead is enough: sending is the slower half. */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]();
  const request = (): Promise<IteratorResult<T>> => {
    const coming = items.next();
    // Its failure is told when its turn comes, after what was read before it.
    coming.catch(() => undefined);
    return coming;
  };
  let coming = request();
  try {
    for (;;) {
      const item = await coming;
      if (item.done) return;
      coming = request();
      yield item.value;
    }
  } finally {
    await items.return?.();
  }
}
