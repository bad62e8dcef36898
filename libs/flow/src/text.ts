const FNV_START = 0x811c9dc5;
/** Any other: two hashes of one text. */
const OTHER_START = 0x2f0b4c47;

/** FNV-1a, 32 bits: a name's hash must be the same in every process. */
export function hash32(text: string, start = FNV_START): number {
  let hash = start;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/** Of a hash, one in whose every bit the last characters count (the finalizer of MurmurHash3). */
export function spread(hash: number): number {
  let spread = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  spread = Math.imul(spread ^ (spread >>> 13), 0xc2b2ae35);
  return (spread ^ (spread >>> 16)) >>> 0;
}

/** Above 0, and below 2^53. */
export const hash53 = (text: string): number =>
  hash32(text) * 2 ** 21 + (hash32(text, OTHER_START) >>> 11) || 1;

/** A copy of its own: a string cut out of a page of the log would keep the whole page alive. */
export const ownText = (text: string): string => Buffer.from(text).toString();
