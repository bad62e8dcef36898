import { NO_SLOT, type Slot } from './slot-table';

/**
 * A map in the order of last news, so that what is longest without any is found and forgotten at once.
 *
 * A `Map` whose keys are taken out and put in again has that order too, but it remembers where each was taken out, and
 * passes over all those places whenever it is asked for its first key. The list is one of numbers: an object for each of a
 * million keys would cost every collection of garbage.
 */
export class RecentMap<K extends string | number, V> {
  private readonly slots = new Map<K, Slot>();
  /** By the slot, as what follows. */
  private readonly keys: K[] = [];
  private readonly values: (V | undefined)[] = [];
  private readonly older: Slot[] = [];
  private readonly newer: Slot[] = [];
  private readonly freed: Slot[] = [];
  private first = NO_SLOT;
  private last = NO_SLOT;

  get size(): number {
    return this.slots.size;
  }

  /** The one longest without news; NO_SLOT where there is none. */
  get oldest(): Slot {
    return this.first;
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
    const slot = this.freed.pop() ?? this.keys.length;
    this.keys[slot] = key;
    this.slots.set(key, slot);
    this.append(slot);
    return slot;
  }

  /** There is news of a key. */
  renew(slot: Slot): void {
    if (slot === this.last) return;
    this.unlink(slot);
    this.append(slot);
  }

  forget(slot: Slot): void {
    this.slots.delete(this.keys[slot]!);
    this.unlink(slot);
    this.values[slot] = undefined;
    this.freed.push(slot);
  }

  /** From the one longest without news. */
  *entries(): Iterable<[K, V]> {
    for (let slot = this.first; slot !== NO_SLOT; slot = this.newer[slot]!) {
      yield [this.keys[slot]!, this.values[slot]!];
    }
  }

  private append(slot: Slot): void {
    this.older[slot] = this.last;
    this.newer[slot] = NO_SLOT;
    if (this.last === NO_SLOT) this.first = slot;
    else this.newer[this.last] = slot;
    this.last = slot;
  }

  private unlink(slot: Slot): void {
    const [older, newer] = [this.older[slot]!, this.newer[slot]!];
    if (older === NO_SLOT) this.first = newer;
    else this.newer[older] = newer;
    if (newer === NO_SLOT) this.last = older;
    else this.older[newer] = older;
  }
}
