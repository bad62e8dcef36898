import { invariant } from '#domain';

/** Characters that tell a token from others, before its last, which holds two bits only: 96 of its 128 bits. */
const CHARACTERS = 16;
const AFTER = 1;
const BITS_PER_CHARACTER = 6;
/** Beyond that, looking for a free place takes long. */
const FULL_SHARE = 0.7;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUE_OF = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i += 1) VALUE_OF[ALPHABET.charCodeAt(i)] = i;

/**
 * A set of tokens in 18 bytes each, which the garbage collector never looks at. It keeps 96 bits of each: among a hundred
 * million tokens, that any two share them has a chance below 10^-12.
 *
 * @see IdentityVault for what a token is
 */
export class TokenSet {
  /** Three words a place; a place of zeros is free. */
  private readonly words: Uint32Array;
  private readonly mask: number;
  private readonly tokensMax: number;
  private size = 0;
  private readonly sought = new Uint32Array(3);

  /** @param places a power of two */
  constructor(places: number) {
    invariant(places > 1 && (places & (places - 1)) === 0, 'the places are a power of two');
    this.words = new Uint32Array(3 * places);
    this.mask = places - 1;
    this.tokensMax = Math.floor(places * FULL_SHARE);
  }

  get isFull(): boolean {
    return this.size >= this.tokensMax;
  }

  has(token: string): boolean {
    return this.words[this.placeOf(token)] !== 0;
  }

  /** Nothing is added to a full set. */
  add(token: string): void {
    const place = this.placeOf(token);
    if (this.words[place] !== 0 || this.isFull) return;
    this.words.set(this.sought, place);
    this.size += 1;
  }

  clear(): void {
    this.words.fill(0);
    this.size = 0;
  }

  /** Where the token is, or would be. */
  private placeOf(token: string): number {
    const { words, mask, sought } = this;
    this.read(token);
    const [first, second, third] = sought as unknown as [number, number, number];
    for (let slot = second & mask; ; slot = (slot + 1) & mask) {
      const place = 3 * slot;
      if (words[place] === 0) return place;
      if (words[place] === first && words[place + 1] === second && words[place + 2] === third) {
        return place;
      }
    }
  }

  private read(token: string): void {
    const { sought } = this;
    sought.fill(0);
    const from = token.length - AFTER - CHARACTERS;
    for (let i = 0; i < CHARACTERS; i += 1) {
      const bits = i * BITS_PER_CHARACTER;
      const value = VALUE_OF[token.charCodeAt(from + i) & 127]!;
      const word = bits >>> 5;
      sought[word]! |= value << (bits & 31);
      // A character that lies across two words.
      if ((bits & 31) > 32 - BITS_PER_CHARACTER) sought[word + 1]! |= value >>> (32 - (bits & 31));
    }
    // The first word tells a place that is taken from one that is free.
    if (sought[0] === 0) sought[0] = 1;
  }
}
