import { BlockRows, classFor } from './block-rows';

/** More than there are rows of one key, and a power of two. */
const COUNTS = 128;

/** Where a key's rows lie, and how many there are: one number, so that a map or an array holds it without an object. */
export type Place = number;

/** @param count less than COUNTS */
export const placeOf = (block: number, count: number): Place => block * COUNTS + count;
/** The first of the key's rows; the others follow it. */
export const blockOf = (place: Place): number => Math.floor(place / COUNTS);
export const countOf = (place: Place): number => place % COUNTS;

/** The rows of each of many keys. Nearly all have one or two, and room for no more. */
export class KeyedRows extends BlockRows {
  /** Of a key that has none yet. */
  begin(): Place {
    return placeOf(this.take(0), 0);
  }

  /** @returns the place with one row more at its end, whose numbers are whatever was there before */
  lengthened(place: Place): Place {
    const [block, count] = [blockOf(place), countOf(place)];
    if (count === 0 || classFor(count + 1) === classFor(count)) return place + 1;
    const larger = this.take(classFor(count + 1));
    const from = this.offset(block);
    const rows = this.page(block).subarray(from, from + count * this.stride);
    this.page(larger).set(rows, this.offset(larger));
    this.release(block, classFor(count));
    return placeOf(larger, count + 1);
  }

  /** Gives the rows of a key back that has some. */
  drop(place: Place): void {
    this.release(blockOf(place), classFor(countOf(place)));
  }
}
