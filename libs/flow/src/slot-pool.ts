import { NONE } from './accounts';
import { Columns } from './column';

const ROWS_AT_FIRST = 1024;

/** Rows that are taken and given back, and chained meanwhile. What was given back is taken first. */
export abstract class SlotPool {
  /** The next row of the same account; of a free row the next free one. */
  next!: Int32Array;
  protected readonly columns = new Columns(ROWS_AT_FIRST);
  private used = 0;
  private freeHead = NONE;

  constructor() {
    this.columns.int32((a) => (this.next = a));
  }

  take(): number {
    if (this.freeHead !== NONE) {
      const slot = this.freeHead;
      this.freeHead = this.next[slot]!;
      return slot;
    }
    this.columns.reserve(this.used + 1);
    this.used += 1;
    return this.used - 1;
  }

  release(slot: number): void {
    this.next[slot] = this.freeHead;
    this.freeHead = slot;
  }
}
