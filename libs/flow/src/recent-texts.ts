import { BlockRows } from './block-rows';
import { NewsOrder } from './news-order';
import { NO_SLOT, type Slot, SlotTable } from './slot-table';
import { type StatePart, type StateSource } from './state-parts';
import { spread } from './text';

/** Numbers of a text's row: 32 and 53 bits of its hash, its neighbours in the order of news, and its value. */
const ROW = { low: 0, high: 1, older: 2, newer: 3, value: 4 } as const;
const STRIDE = 5;
/** A block of one row. */
const ONE = 0;

/**
 * Texts in the order of last news, each with a number: what {@link RecentMap} is, for millions of identifiers. There is no
 * object and no text of any, so the collector of garbage has nothing to look at, finding one misses the caches twice instead of
 * four times, and a snapshot is memory as it is.
 *
 * A text is known by 85 bits of its hash. Among four million, that any two share them has a chance below 10^-12.
 */
export class RecentTexts {
  private readonly rows: BlockRows;
  private readonly table = new SlotTable();
  private count = 0;
  private readonly order: NewsOrder;
  /** Of the text that was looked for last. */
  private low = 0;
  private high = 0;

  constructor(private readonly name: string) {
    this.rows = new BlockRows(name, STRIDE);
    this.order = new NewsOrder(this.rows, ROW.older, ROW.newer);
  }

  get size(): number {
    return this.count;
  }

  /** The one longest without news; NO_SLOT where there is none. */
  get oldest(): Slot {
    return this.order.first;
  }

  /** @returns where its number lies, which holds until it is forgotten; NO_SLOT where it is not there */
  find(text: string): Slot {
    this.hash(text);
    const { table, rows, low, high } = this;
    for (let place = table.home(low); ; place = table.after(low, place)) {
      const slot = table.slot(place);
      if (slot === NO_SLOT || rows.get(slot, ROW.high) === high) return slot;
    }
  }

  at(slot: Slot): number {
    return this.rows.get(slot, ROW.value);
  }

  /** Is no news: the order stays. */
  put(slot: Slot, value: number): void {
    this.rows.set(slot, ROW.value, value);
  }

  /** Adds a text that is not there, as the one with the last news. */
  add(text: string, value: number): Slot {
    this.hash(text);
    const slot = this.rows.take(ONE);
    const page = this.rows.page(slot);
    const at = this.rows.offset(slot);
    page[at + ROW.low] = this.low;
    page[at + ROW.high] = this.high;
    page[at + ROW.value] = value;
    this.order.append(slot);
    this.count += 1;
    this.table.enter(this.low, slot);
    return slot;
  }

  /** There is news of a text. */
  renew(slot: Slot): void {
    this.order.renew(slot);
  }

  forget(slot: Slot): void {
    this.table.leave(this.rows.get(slot, ROW.low), slot);
    this.order.remove(slot);
    this.rows.release(slot, ONE);
    this.count -= 1;
  }

  /** From the one longest without news. */
  slots(): Iterable<Slot> {
    return this.order.slots();
  }

  /** Three lanes of FNV-1a that mix with one another, in one pass: a hash must be the same in every process. */
  private hash(text: string): void {
    let [a, b, c] = [0x811c9dc5, 0x2f0b4c47, 0x6b43a9b5];
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 0x01000193) ^ (b >>> 15);
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (c >>> 13);
      c = Math.imul(c ^ code, 0xc2b2ae35) ^ (a >>> 16);
    }
    this.low = spread(a);
    this.high = spread(b) * 2 ** 21 + (spread(c) >>> 11);
  }

  *save(): Iterable<StatePart> {
    const {
      count,
      order: { first, last },
    } = this;
    yield { name: `${this.name}.order`, value: { count, first, last } };
    yield* this.rows.save();
  }

  load(source: StateSource): void {
    const saved = source.value(`${this.name}.order`) as { count: number; first: Slot; last: Slot };
    this.rows.load(source);
    this.count = saved.count;
    this.order.first = saved.first;
    this.order.last = saved.last;
    for (const slot of this.slots()) this.table.enter(this.rows.get(slot, ROW.low), slot);
  }
}
