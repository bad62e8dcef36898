import { type PagedRows } from './paged-rows';
import { NO_SLOT, type Slot } from './slot-table';

/**
 * Slots in the order of last news: a list that goes through two numbers of their rows. A list of objects would cost every
 * collection of garbage, for millions of them.
 */
export class NewsOrder {
  /** The one longest without news; NO_SLOT where there is none. */
  first = NO_SLOT;
  last = NO_SLOT;

  /** @param older and newer: where in a row its neighbours stand */
  constructor(
    private readonly rows: PagedRows,
    private readonly older: number,
    private readonly newer: number,
  ) {}

  /** As the one with the last news. */
  append(slot: Slot): void {
    const { rows, older, newer, last } = this;
    rows.set(slot, older, last);
    rows.set(slot, newer, NO_SLOT);
    if (last === NO_SLOT) this.first = slot;
    else rows.set(last, newer, slot);
    this.last = slot;
  }

  /** There is news. */
  renew(slot: Slot): void {
    if (slot === this.last) return;
    this.remove(slot);
    this.append(slot);
  }

  remove(slot: Slot): void {
    const { rows } = this;
    const [older, newer] = [rows.get(slot, this.older), rows.get(slot, this.newer)];
    if (older === NO_SLOT) this.first = newer;
    else rows.set(older, this.newer, newer);
    if (newer === NO_SLOT) this.last = older;
    else rows.set(newer, this.older, older);
  }

  /** From the one longest without news. */
  *slots(): Iterable<Slot> {
    for (let slot = this.first; slot !== NO_SLOT; slot = this.rows.get(slot, this.newer))
      yield slot;
  }
}
