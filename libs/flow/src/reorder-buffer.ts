import { type EventTimeMs } from '#domain';
import { FeedClock, type FeedClockState } from './feed-clock';
import { StateMismatch } from './state-parts';

/** How far out of order rows are put right. */
export interface ReorderLimits {
  /** A row waits until its provider's clock is this far past it. */
  readonly reorderMs: number;
  /** Rows of one provider that wait; one more, and the oldest go on although their time has not come. */
  readonly reorderRowsMax: number;
  /** The same over all providers. */
  readonly reorderRowsTotalMax: number;
}

export const REORDER_LIMITS: ReorderLimits = {
  reorderMs: 2_000,
  reorderRowsMax: 1_024,
  reorderRowsTotalMax: 16_384,
};

/** What the buffer asks of a row. */
export interface RowOrder<T> {
  /** Whose clock the row goes by. */
  provider(row: T): string;
  atMs(row: T): EventTimeMs;
  /** Orders rows of one provider and one time, whatever the order they came in. Rows with the same key keep theirs. */
  key(row: T): string;
}

const RING_AT_FIRST = 16;

/** First in, first out, in an array that is used round and round: no allocation once it is as large as it gets. */
class Ring<T> {
  private slots: (T | undefined)[] = new Array<T | undefined>(RING_AT_FIRST);
  private head = 0;
  length = 0;

  get(index: number): T {
    return this.slots[(this.head + index) & (this.slots.length - 1)]!;
  }

  set(index: number, item: T): void {
    this.slots[(this.head + index) & (this.slots.length - 1)] = item;
  }

  push(item: T): void {
    if (this.length === this.slots.length) this.grow();
    this.set(this.length, item);
    this.length += 1;
  }

  shift(): T {
    const item = this.get(0);
    // A row that has gone on must not be kept alive by the place it stood in.
    this.slots[this.head] = undefined;
    this.head = (this.head + 1) & (this.slots.length - 1);
    this.length -= 1;
    return item;
  }

  toArray(): T[] {
    return Array.from({ length: this.length }, (_, index) => this.get(index));
  }

  private grow(): void {
    const items = this.toArray();
    this.slots = [...items, ...new Array<T | undefined>(items.length)];
    this.head = 0;
  }
}

/** The rows of one provider that wait, oldest first, and what time it is there. */
class ProviderQueue<T> {
  readonly clock = new FeedClock();
  readonly rows = new Ring<T>();
  nowMs: EventTimeMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly order: RowOrder<T>) {}

  add(row: T): void {
    const { rows, order } = this;
    const atMs = order.atMs(row);
    this.nowMs = this.clock.hear(atMs);
    rows.push(row);
    // A row that comes in order stays where it is; another one moves up past those it should have come before.
    for (let i = rows.length - 1; i > 0; i -= 1) {
      const before = rows.get(i - 1);
      const beforeMs = order.atMs(before);
      if (beforeMs < atMs || (beforeMs === atMs && order.key(before) <= order.key(row))) return;
      rows.set(i, before);
      rows.set(i - 1, row);
    }
  }
}

interface SavedQueue {
  readonly provider: string;
  readonly clock: FeedClockState;
  readonly nowMs: EventTimeMs | null;
  readonly rows: readonly unknown[];
}

/** What a snapshot keeps: plain JSON, with at most `reorderRowsTotalMax` rows. */
export interface SavedReorderBuffer {
  readonly queues: readonly SavedQueue[];
  /** Whose turn it is, as places in `queues`. */
  readonly turns: readonly number[];
}

/**
 * Puts small reordering inside a provider's clock right: a row waits until the clock of its provider is `reorderMs` past it,
 * and goes on before the rows that are younger than it.
 *
 * Only rows of the same provider change places. Each provider keeps its turns in the order of the log and its rows take
 * them sorted, so a feed that is in order comes out exactly as it went in, however the providers are mixed: what one
 * provider tells of a wallet is never moved before what another told of it first. The price is that a row may wait for
 * another provider's to be ready, up to the limits here and until the next {@link flush}.
 *
 * A row older than what went on already is late, and goes on as soon as it has its turn. In-order rows cost O(1).
 */
export class ReorderBuffer<T> {
  private readonly queues = new Map<string, ProviderQueue<T>>();
  private readonly turns = new Ring<ProviderQueue<T>>();

  constructor(
    private readonly order: RowOrder<T>,
    private readonly limits: ReorderLimits = REORDER_LIMITS,
  ) {}

  /** Rows that wait. */
  get size(): number {
    return this.turns.length;
  }

  /** Takes the next row of the log. @param release gets every row that may go on now, in order */
  push(row: T, release: (row: T) => void): void {
    const queue = this.queueOf(this.order.provider(row));
    queue.add(row);
    this.turns.push(queue);
    const { reorderRowsMax, reorderRowsTotalMax } = this.limits;
    while (
      this.turns.length > 0 &&
      (this.isReady(this.turns.get(0)) ||
        queue.rows.length > reorderRowsMax ||
        this.turns.length > reorderRowsTotalMax)
    ) {
      release(this.turns.shift().rows.shift());
    }
  }

  /** Lets everything go on that waits, in order. Called again, it does nothing. */
  flush(release: (row: T) => void): void {
    while (this.turns.length > 0) release(this.turns.shift().rows.shift());
  }

  /** What waits, and the clocks. Rows are given as they are: they have to be plain JSON. */
  save(): SavedReorderBuffer {
    const places = new Map<ProviderQueue<T>, number>();
    const queues = [...this.queues].map(([provider, queue], place): SavedQueue => {
      places.set(queue, place);
      const nowMs = Number.isFinite(queue.nowMs) ? queue.nowMs : null;
      return { provider, clock: queue.clock.save(), nowMs, rows: queue.rows.toArray() };
    });
    return { queues, turns: this.turns.toArray().map((queue) => places.get(queue)!) };
  }

  /**
   * Goes on where {@link save} was.
   *
   * @param rowOf checks a saved row
   * @throws StateMismatch where that is none; the buffer is then to be thrown away
   */
  load(saved: unknown, rowOf: (value: unknown) => T): void {
    const { queues, turns } = parseSaved(saved);
    const loaded = queues.map(({ provider, clock, nowMs, rows }) => {
      const queue = this.queueOf(provider);
      queue.clock.load(clock);
      queue.nowMs = nowMs ?? Number.NEGATIVE_INFINITY;
      for (const row of rows) queue.rows.push(rowOf(row));
      return queue;
    });
    const left = queues.map(({ rows }) => rows.length);
    for (const place of turns) {
      if (!((left[place] ?? 0) > 0))
        throw new StateMismatch('a turn in the reorder buffer is void');
      left[place]! -= 1;
      this.turns.push(loaded[place]!);
    }
    if (left.some((rows) => rows > 0)) {
      throw new StateMismatch('a row in the reorder buffer would never have its turn');
    }
  }

  private isReady(queue: ProviderQueue<T>): boolean {
    return queue.nowMs >= this.order.atMs(queue.rows.get(0)) + this.limits.reorderMs;
  }

  private queueOf(provider: string): ProviderQueue<T> {
    let queue = this.queues.get(provider);
    if (queue === undefined) {
      queue = new ProviderQueue(this.order);
      this.queues.set(provider, queue);
    }
    return queue;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function parseSaved(saved: unknown): SavedReorderBuffer {
  const isQueue = (value: unknown): boolean =>
    isObject(value) &&
    typeof value.provider === 'string' &&
    isObject(value.clock) &&
    (value.nowMs === null || typeof value.nowMs === 'number') &&
    Array.isArray(value.rows);
  if (
    !isObject(saved) ||
    !Array.isArray(saved.queues) ||
    !Array.isArray(saved.turns) ||
    !saved.queues.every(isQueue)
  ) {
    throw new StateMismatch('the reorder buffer was not saved as one');
  }
  return saved as unknown as SavedReorderBuffer;
}
