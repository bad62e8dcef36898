import { BlockRows } from './block-rows';
import { NO_SLOT, type Slot } from './recent-map';
import { type StatePart, type StateSource } from './state-parts';

/** Numbers of a text's row: 32 and 53 bits of its hash, its neighbours in the order of news, and its value. */
const ROW = { low: 0, high: 1, older: 2, newer: 3, value: 4 } as const;
const STRIDE = 5;
/** A block of one row. */
const ONE = 0;

/** Of a place in the table: the low bits of the text's hash, and its slot and one more; 0 where the place is free. */
const PLACE_WORDS = 2;
const PLACES_MIN = 16;
/** Beyond that, looking for a text takes long. */
const FULL_SHARE = 0.6;

/**
 * Texts in the order of last news, each with a number: what {@link RecentMap} is, for millions of identifiers. There is no
 * object and no text of any, so the collector of garbage has nothing to look at, finding one misses the caches twice instead of
 * four times, and a snapshot is memory as it is.
 *
 * A text is known by 85 bits of its hash. Among four million, that any two share them has a chance below 10^-12.
 */
export class RecentTexts {
  private readonly rows: BlockRows;
  private table = new Uint32Array(PLACES_MIN * PLACE_WORDS);
  private mask = PLACES_MIN - 1;
  private count = 0;
  private first = NO_SLOT;
  private last = NO_SLOT;
  /** Of the text that was looked for last. */
  private low = 0;
  private high = 0;

  constructor(private readonly name: string) {
    this.rows = new BlockRows(name, STRIDE);
  }

  get size(): number {
    return this.count;
  }

  /** The one longest without news; NO_SLOT where there is none. */
  get oldest(): Slot {
    return this.first;
  }

  /** @returns where its number lies, which holds until it is forgotten; NO_SLOT where it is not there */
  find(text: string): Slot {
    this.hash(text);
    return this.slotAt(this.sought());
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
    this.append(slot);
    this.count += 1;
    if (this.count > (this.mask + 1) * FULL_SHARE) this.enlarge();
    this.enter(this.low, slot);
    return slot;
  }

  /** There is news of a text. */
  renew(slot: Slot): void {
    if (slot === this.last) return;
    this.unlink(slot);
    this.append(slot);
  }

  forget(slot: Slot): void {
    this.leave(slot);
    this.unlink(slot);
    this.rows.release(slot, ONE);
    this.count -= 1;
  }

  /** From the one longest without news. */
  *slots(): Iterable<Slot> {
    for (let slot = this.first; slot !== NO_SLOT; slot = this.rows.get(slot, ROW.newer)) yield slot;
  }

  private slotAt(place: number): Slot {
    return this.table[place * PLACE_WORDS + 1]! - 1;
  }

  /** Where the text of the hash is, or a free place. */
  private sought(): number {
    const { table, mask, rows, low, high } = this;
    for (let place = low & mask; ; place = (place + 1) & mask) {
      const slot = table[place * PLACE_WORDS + 1]! - 1;
      if (slot === NO_SLOT) return place;
      if (table[place * PLACE_WORDS] === low && rows.get(slot, ROW.high) === high) return place;
    }
  }

  private enter(low: number, slot: Slot): void {
    const { table, mask } = this;
    let place = low & mask;
    while (table[place * PLACE_WORDS + 1] !== 0) place = (place + 1) & mask;
    table[place * PLACE_WORDS] = low;
    table[place * PLACE_WORDS + 1] = slot + 1;
  }

  /** Frees the place of a slot, and moves those behind it up that would not be found any more. */
  private leave(slot: Slot): void {
    const { table, mask } = this;
    let free = this.rows.get(slot, ROW.low) & mask;
    while (this.slotAt(free) !== slot) free = (free + 1) & mask;
    for (let next = (free + 1) & mask; this.slotAt(next) !== NO_SLOT; next = (next + 1) & mask) {
      const home = table[next * PLACE_WORDS]! & mask;
      if (((next - home) & mask) < ((next - free) & mask)) continue;
      table.copyWithin(free * PLACE_WORDS, next * PLACE_WORDS, (next + 1) * PLACE_WORDS);
      free = next;
    }
    table.fill(0, free * PLACE_WORDS, (free + 1) * PLACE_WORDS);
  }

  private enlarge(): void {
    const known = this.table;
    this.table = new Uint32Array(2 * known.length);
    this.mask = 2 * this.mask + 1;
    for (let at = 0; at < known.length; at += PLACE_WORDS) {
      if (known[at + 1] !== 0) this.enter(known[at]!, known[at + 1]! - 1);
    }
  }

  private append(slot: Slot): void {
    this.rows.set(slot, ROW.older, this.last);
    this.rows.set(slot, ROW.newer, NO_SLOT);
    if (this.last === NO_SLOT) this.first = slot;
    else this.rows.set(this.last, ROW.newer, slot);
    this.last = slot;
  }

  private unlink(slot: Slot): void {
    const { rows } = this;
    const [older, newer] = [rows.get(slot, ROW.older), rows.get(slot, ROW.newer)];
    if (older === NO_SLOT) this.first = newer;
    else rows.set(older, ROW.newer, newer);
    if (newer === NO_SLOT) this.last = older;
    else rows.set(newer, ROW.older, older);
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
    this.low = finished(a);
    this.high = finished(b) * 2 ** 21 + (finished(c) >>> 11);
  }

  *save(): Iterable<StatePart> {
    const { count, first, last } = this;
    yield { name: `${this.name}.order`, value: { count, first, last } };
    yield* this.rows.save();
  }

  load(source: StateSource): void {
    const saved = source.value(`${this.name}.order`) as { count: number; first: Slot; last: Slot };
    this.rows.load(source);
    ({ count: this.count, first: this.first, last: this.last } = saved);
    while (this.count > (this.mask + 1) * FULL_SHARE) this.mask = 2 * this.mask + 1;
    this.table = new Uint32Array((this.mask + 1) * PLACE_WORDS);
    for (const slot of this.slots()) this.enter(this.rows.get(slot, ROW.low), slot);
  }
}

/** Spreads what the last characters did over all bits (the finalizer of MurmurHash3). */
function finished(lane: number): number {
  let hash = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
