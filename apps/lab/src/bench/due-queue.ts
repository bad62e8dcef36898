import { type EventTimeMs } from '#domain';

/** What is to happen at an instant. */
export interface Due {
  readonly atMs: EventTimeMs;
}

/** What is still to happen, the earliest first: a binary heap. Of equal instants, any may come first, but always the same. */
export class DueQueue<T extends Due> {
  private readonly heap: T[] = [];

  /** @param itemsMax what comes beyond is not taken */
  constructor(private readonly itemsMax: number) {}

  get size(): number {
    return this.heap.length;
  }

  /** When the earliest is due; infinity where there is none. */
  get nextAtMs(): number {
    return this.heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  /** @returns false where the queue is full */
  add(item: T): boolean {
    const { heap } = this;
    if (heap.length >= this.itemsMax) return false;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (heap[above]!.atMs <= item.atMs) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = item;
    return true;
  }

  /** Takes the earliest out; undefined where there is none. */
  take(): T | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && heap[below + 1]!.atMs < heap[below]!.atMs) below += 1;
      if (heap[below]!.atMs >= last.atMs) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
