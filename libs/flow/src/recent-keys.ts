/** A key's number. It holds until the key is forgotten. */
export type KeySlot = number;

export const NO_SLOT = -1;

/**
 * Keys in the order of their last news, each with a small number by which its store keeps what was told of it. A list,
 * since to take a key out of a map and put it in again costs more than all else; of numbers, since an object for each of a
 * million keys costs every collection of garbage.
 */
export class RecentKeys {
  private readonly slots = new Map<string, KeySlot>();
  /** By the slot, as what follows. */
  private readonly keys: string[] = [];
  private readonly older: KeySlot[] = [];
  private readonly newer: KeySlot[] = [];
  private readonly freed: KeySlot[] = [];
  private first = NO_SLOT;
  private last = NO_SLOT;

  get size(): number {
    return this.slots.size;
  }

  /** The key longest without news; NO_SLOT where there is none. */
  get oldest(): KeySlot {
    return this.first;
  }

  /** @returns NO_SLOT where the key is not there */
  find(key: string): KeySlot {
    return this.slots.get(key) ?? NO_SLOT;
  }

  /** Takes up a key that is not there, as the one with the last news. */
  add(key: string): KeySlot {
    const slot = this.freed.pop() ?? this.keys.length;
    // A copy of its own: a string cut out of a page of the log would keep the whole page alive.
    const own = Buffer.from(key).toString();
    this.keys[slot] = own;
    this.slots.set(own, slot);
    this.append(slot);
    return slot;
  }

  /** There is news of a key. */
  renew(slot: KeySlot): void {
    if (slot === this.last) return;
    this.unlink(slot);
    this.append(slot);
  }

  forget(slot: KeySlot): void {
    this.slots.delete(this.keys[slot]!);
    this.unlink(slot);
    this.keys[slot] = '';
    this.freed.push(slot);
  }

  /** From the one longest without news. */
  *inOrder(): Iterable<readonly [slot: KeySlot, key: string]> {
    for (let slot = this.first; slot !== NO_SLOT; slot = this.newer[slot]!) {
      yield [slot, this.keys[slot]!];
    }
  }

  private append(slot: KeySlot): void {
    this.older[slot] = this.last;
    this.newer[slot] = NO_SLOT;
    if (this.last === NO_SLOT) this.first = slot;
    else this.newer[this.last] = slot;
    this.last = slot;
  }

  private unlink(slot: KeySlot): void {
    const [older, newer] = [this.older[slot]!, this.newer[slot]!];
    if (older === NO_SLOT) this.first = newer;
    else this.newer[older] = newer;
    if (newer === NO_SLOT) this.last = older;
    else this.older[newer] = older;
  }
}
