import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError, type IdentifierType, normaliseIdentifier } from '#domain';
import { ShortMac } from './short-mac';

/** The only version yet. It is stored beside what was sealed with it, so that a later key can take over row by row. */
const KEY_VERSION = 1;
const MASTER_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Random bytes are drawn for so many nonces at once: one by one they cost more than the sealing. */
const NONCES_DRAWN = 512;
/** 128 bits: at 10^12 identities a collision has a chance below 10^-14. */
const TOKEN_BYTES = 16;

/** An identifier made safe to store. */
export interface SealedIdentity {
  readonly token: string;
  readonly type: IdentifierType;
  readonly sealed: Buffer;
  readonly keyVersion: number;
}

/**
 * Turns identifiers into tokens to match on, and seals the value itself.
 *
 * National ids and phone numbers have so few values that a plain hash can be undone by trying them all, so the token is a
 * keyed HMAC-SHA-256 over type and canonical spelling. The value is sealed with AES-256-GCM, the token as associated
 * data: a sealed value moved to another row does not open. Both keys derive (HKDF) from one master key.
 */
export class IdentityVault {
  private readonly mac: ShortMac;
  private readonly sealKey: Buffer;
  private nonces = Buffer.alloc(0);

  /** @param master 32 random bytes */
  constructor(master: Buffer) {
    if (master.length !== MASTER_BYTES) {
      throw new AppError(
        'INVALID_INPUT',
        `the identity key must be ${MASTER_BYTES} bytes in base64`,
      );
    }
    const derive = (purpose: string): Buffer =>
      Buffer.from(
        hkdfSync('sha256', master, '', `layerwatch.identity.${purpose}.v1`, MASTER_BYTES),
      );
    this.mac = new ShortMac(derive('token'));
    this.sealKey = derive('seal');
  }

  /** @throws AppError INVALID_INPUT where the file cannot be read or holds no key */
  static fromFile(file: string): IdentityVault {
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (cause) {
      throw new AppError('INVALID_INPUT', 'the identity key file cannot be read', [], { cause });
    }
    return new IdentityVault(Buffer.from(text.trim(), 'base64'));
  }

  /** A new master key, as the key file holds it. */
  static newKey(): string {
    return randomBytes(MASTER_BYTES).toString('base64');
  }

  /**
   * @param token of this identifier, where the caller has it already
   * @throws AppError INVALID_INPUT where the text cannot be an identifier of that type
   */
  seal(type: IdentifierType, text: string, token = this.token(type, text)): SealedIdentity {
    const nonce = this.nextNonce();
    const cipher = createCipheriv('aes-256-gcm', this.sealKey, nonce).setAAD(Buffer.from(token));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    const sealed = Buffer.concat([nonce, cipher.getAuthTag(), body]);
    return { token, type, sealed, keyVersion: KEY_VERSION };
  }

  /** Each is used once. */
  private nextNonce(): Buffer {
    if (this.nonces.length === 0) this.nonces = randomBytes(NONCE_BYTES * NONCES_DRAWN);
    const nonce = this.nonces.subarray(0, NONCE_BYTES);
    this.nonces = this.nonces.subarray(NONCE_BYTES);
    return nonce;
  }

  /** @throws AppError INVALID_INPUT where the text cannot be an identifier of that type */
  token(type: IdentifierType, text: string): string {
    const canonical = normaliseIdentifier(type, text);
    return `${type}:${this.mac.base64url(`${type}\n${canonical}`, TOKEN_BYTES)}`;
  }

  /** The identifier as it was reported. Throws where it was sealed with another key or for another token. */
  open(token: string, sealed: Buffer): string {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.sealKey, nonce, {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(token)).setAuthTag(tag);
    const body = sealed.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  }
}
