/** Where a key's value lies. It holds until the key is forgotten. */
export type Slot = number;

export const NO_SLOT = -1;

/** Words of a place: the key's hash, and its slot and one more; 0 where the place is free. */
const WORDS = 2;
const PLACES_MIN = 16;
/** Beyond that, looking for a key takes long. */
const FULL_SHARE = 0.6;

/**
 * Slots by 32 bits of the hash of their keys, in one typed array: no object for any of millions of keys, so the collector of
 * garbage has nothing to look at. Whether a slot's key is the one that is meant, its owner knows: several may have the same
 * hash.
 */
export class SlotTable {
  private words = new Uint32Array(PLACES_MIN * WORDS);
  private mask = PLACES_MIN - 1;
  private size = 0;

  /** The first place to look at. */
  home(hash: number): number {
    return this.next(hash, hash & this.mask);
  }

  /** The next place to look at. @param place where another key of that hash was found */
  after(hash: number, place: number): number {
    return this.next(hash, (place + 1) & this.mask);
  }

  /** Of a place to look at; NO_SLOT where there is no more key of that hash. */
  slot(place: number): Slot {
    return this.words[place * WORDS + 1]! - 1;
  }

  enter(hash: number, slot: Slot): void {
    this.size += 1;
    if (this.size > (this.mask + 1) * FULL_SHARE) this.enlarge();
    this.write(hash, slot);
  }

  /** Takes a slot out that was entered with that hash. */
  leave(hash: number, slot: Slot): void {
    const { words, mask } = this;
    let free = hash & mask;
    while (this.slot(free) !== slot) free = (free + 1) & mask;
    // Those behind it move up that would not be found any more.
    for (let next = (free + 1) & mask; this.slot(next) !== NO_SLOT; next = (next + 1) & mask) {
      const home = words[next * WORDS]! & mask;
      if (((next - home) & mask) < ((next - free) & mask)) continue;
      words.copyWithin(free * WORDS, next * WORDS, (next + 1) * WORDS);
      free = next;
    }
    words.fill(0, free * WORDS, (free + 1) * WORDS);
    this.size -= 1;
  }

  private next(hash: number, from: number): number {
    const { words, mask } = this;
    let place = from;
    while (words[place * WORDS + 1] !== 0 && words[place * WORDS] !== hash) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private write(hash: number, slot: Slot): void {
    const { words, mask } = this;
    let place = hash & mask;
    while (words[place * WORDS + 1] !== 0) place = (place + 1) & mask;
    words[place * WORDS] = hash;
    words[place * WORDS + 1] = slot + 1;
  }

  private enlarge(): void {
    const known = this.words;
    this.words = new Uint32Array(2 * known.length);
    this.mask = 2 * this.mask + 1;
    for (let at = 0; at < known.length; at += WORDS) {
      if (known[at + 1] !== 0) this.write(known[at]!, known[at + 1]! - 1);
    }
  }
}
