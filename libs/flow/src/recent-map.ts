import { BlockRows } from './block-rows';
import { NewsOrder } from './news-order';
import { NO_SLOT, type Slot } from './slot-table';

/** Numbers of a slot's row: its neighbours in the order of news. */
const ROW = { older: 0, newer: 1 } as const;
const STRIDE = 2;
/** A block of one row. */
const ONE = 0;

/**
 * A map in the order of last news, so that what is longest without any is found and forgotten at once.
 *
 * A `Map` whose keys are taken out and put in again has that order too, but it remembers where each was taken out, and
 * passes over all those places whenever it is asked for its first key.
 */
export class RecentMap<K extends string | number, V> {
  private readonly slots = new Map<K, Slot>();
  /** By the slot, as what follows. */
  private readonly keys: K[] = [];
  private readonly values: (V | undefined)[] = [];
  private readonly rows = new BlockRows('order', STRIDE);
  private readonly order = new NewsOrder(this.rows, ROW.older, ROW.newer);

  get size(): number {
    return this.slots.size;
  }

  /** The one longest without news; NO_SLOT where there is none. */
  get oldest(): Slot {
    return this.order.first;
  }

  /** @returns NO_SLOT where the key is not there */
  find(key: K): Slot {
    return this.slots.get(key) ?? NO_SLOT;
  }

  get(key: K): V | undefined {
    const slot = this.slots.get(key);
    return slot === undefined ? undefined : this.values[slot];
  }

  at(slot: Slot): V {
    return this.values[slot]!;
  }

  /** Is no news: the order stays. */
  put(slot: Slot, value: V): void {
    this.values[slot] = value;
  }

  /** As the one with the last news. */
  set(key: K, value: V): Slot {
    const known = this.find(key);
    const slot = known === NO_SLOT ? this.take(key) : known;
    this.values[slot] = value;
    this.renew(slot);
    return slot;
  }

  private take(key: K): Slot {
    const slot = this.rows.take(ONE);
    this.keys[slot] = key;
    this.slots.set(key, slot);
    this.order.append(slot);
    return slot;
  }

  /** There is news of a key. */
  renew(slot: Slot): void {
    this.order.renew(slot);
  }

  forget(slot: Slot): void {
    this.slots.delete(this.keys[slot]!);
    this.order.remove(slot);
    this.values[slot] = undefined;
    this.rows.release(slot, ONE);
  }

  /** From the one longest without news. */
  *entries(): Iterable<[K, V]> {
    for (const slot of this.order.slots()) yield [this.keys[slot]!, this.values[slot]!];
  }
}
