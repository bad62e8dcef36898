import { createHmac, hash } from 'node:crypto';
import { invariant } from '#domain';

/** SHA-256 works on blocks of 64 bytes and gives 32. */
const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
/** Longer texts go another way. */
const TEXT_BYTES_MAX = 512;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/**
 * HMAC-SHA-256 (RFC 2104) of many short texts with one key. Made of Node's one-shot hash: `createHmac` sets up two objects
 * for each text, and takes more than twice as long.
 */
export class ShortMac {
  /** Each begins with the key, padded; the text and the inner hash are written behind it. */
  private readonly inner = Buffer.alloc(BLOCK_BYTES + TEXT_BYTES_MAX, INNER_PAD);
  private readonly outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES, OUTER_PAD);
  private readonly mac = Buffer.alloc(HASH_BYTES);

  /** @param key of at most 64 bytes */
  constructor(private readonly key: Buffer) {
    invariant(key.length <= BLOCK_BYTES, 'a longer key would have to be hashed first');
    for (const [i, byte] of key.entries()) {
      this.inner[i] = byte ^ INNER_PAD;
      this.outer[i] = byte ^ OUTER_PAD;
    }
  }

  /** The first so many bytes of the text's code, in base64url. */
  base64url(text: string, bytes: number): string {
    if (Buffer.byteLength(text) > TEXT_BYTES_MAX) {
      const mac = createHmac('sha256', this.key).update(text).digest();
      return mac.toString('base64url', 0, bytes);
    }
    this.code(BLOCK_BYTES + this.inner.write(text, BLOCK_BYTES));
    return this.mac.toString('base64url', 0, bytes);
  }

  /** The whole code of some bytes, to be used at once: the next code is written over it. @param text of at most 512 bytes */
  bytes(text: Uint8Array): Buffer {
    invariant(text.length <= TEXT_BYTES_MAX, 'what is longer goes another way');
    this.inner.set(text, BLOCK_BYTES);
    this.code(BLOCK_BYTES + text.length);
    return this.mac;
  }

  /** @param end of what was written behind the key */
  private code(end: number): void {
    // A string of bytes (latin1), which costs less than a buffer of its own.
    const inner = hash('sha256', this.inner.subarray(0, end), 'binary');
    this.outer.write(inner, BLOCK_BYTES, 'latin1');
    this.mac.write(hash('sha256', this.outer, 'binary'), 'latin1');
  }
}
