import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { AppError, type IdentifierType, normaliseIdentifier } from '#domain';
import { KeySet } from './key-set';
import { ShortMac } from './short-mac';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Random bytes are drawn for so many identities at once: one by one they cost more than the sealing. */
const DRAWN_AT_ONCE = 256;
/** 128 bits: at 10^12 identities a collision has a chance below 10^-14. */
const TOKEN_BYTES = 16;
/** So old what is known of the key file is at most. */
const LOOK_AGAIN_MS = 5_000;

/**
 * What is stored of an identity: magic (4), version of the master key (2), and its own key, wrapped with that: nonce (12), tag (16),
 * key (32); then tag (16) and text, sealed with its own key. That key is used once, so its nonce is nought.
 */
const ENVELOPE = Buffer.from('LWE1', 'latin1');
/** The same without the key, which is destroyed: magic, tag and text, which nothing opens. */
const ERASED = Buffer.from('LWE0', 'latin1');
const VERSION_AT = ENVELOPE.length;
const WRAPPED_AT = VERSION_AT + 2;
const WRAPPED_BYTES = NONCE_BYTES + TAG_BYTES + KEY_BYTES;
const TEXT_AT = WRAPPED_AT + WRAPPED_BYTES;
const NO_NONCE = Buffer.alloc(NONCE_BYTES);

/** An identifier made safe to store. */
export interface SealedIdentity {
  readonly token: string;
  readonly type: IdentifierType;
  readonly sealed: Buffer;
  readonly keyVersion: number;
}

const begins = (sealed: Buffer, magic: Buffer): boolean =>
  sealed.subarray(0, magic.length).equals(magic);

function sealWith(key: Buffer, nonce: Buffer, aad: string, text: Buffer): Buffer[] {
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(aad));
  const body = cipher.update(text);
  cipher.final();
  return [cipher.getAuthTag(), body];
}

/** @param sealed tag and text @throws Error where it was sealed with another key, or for something else */
function openWith(key: Buffer, nonce: Buffer, aad: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(aad)).setAuthTag(sealed.subarray(0, TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(TAG_BYTES)), decipher.final()]);
}

/**
 * Turns identifiers into tokens to match on, and seals the value itself.
 *
 * National ids and phone numbers have so few values that a plain hash can be undone by trying them all, so the token is a
 * keyed HMAC-SHA-256 over type and canonical spelling. The value is sealed with AES-256-GCM under a key of its own, which is wrapped with
 * a master key: another master takes over by wrapping anew, and to destroy one identity's key is to forget it. The token is associated
 * data: a sealed value moved to another row does not open.
 */
export class IdentityVault {
  private readonly mac: ShortMac;
  private readonly wrapping = new Map<number, Buffer>();
  private drawn = Buffer.alloc(0);

  /** @param keys a set of keys, or one master key of 32 bytes */
  constructor(
    keys: KeySet | Buffer,
    private readonly file: WatchedFile | null = null,
  ) {
    this.keys = keys instanceof KeySet ? keys : KeySet.ofMaster(keys);
    this.mac = new ShortMac(this.keys.tokenKey);
  }

  private keys: KeySet;

  /** Notices a new version of a key without a restart. @throws AppError INVALID_INPUT where the file cannot be read or holds no key */
  static fromFile(file: string): IdentityVault {
    const watched = new WatchedFile(file);
    return new IdentityVault(KeySet.parse(watched.read()), watched);
  }

  /** A new master key, as the key file holds it. */
  static newKey(): string {
    return randomBytes(KEY_BYTES).toString('base64');
  }

  /** What is sealed now is sealed with it. */
  get keyVersion(): number {
    return this.keys.current;
  }

  /**
   * @param token of this identifier, where the caller has it already
   * @throws AppError INVALID_INPUT where the text cannot be an identifier of that type
   */
  seal(type: IdentifierType, text: string, token = this.token(type, text)): SealedIdentity {
    this.look();
    const key = Buffer.from(this.draw(KEY_BYTES));
    const [tag, body] = sealWith(key, NO_NONCE, token, Buffer.from(text, 'utf8')) as [
      Buffer,
      Buffer,
    ];
    const keyVersion = this.keys.current;
    const sealed = Buffer.concat([...this.wrap(key, token, keyVersion), tag, body]);
    return { token, type, sealed, keyVersion };
  }

  /** @throws AppError INVALID_INPUT where the text cannot be an identifier of that type */
  token(type: IdentifierType, text: string): string {
    const canonical = normaliseIdentifier(type, text);
    return `${type}:${this.mac.base64url(`${type}\n${canonical}`, TOKEN_BYTES)}`;
  }

  /**
   * The identifier as it was reported. Throws where it was sealed for another token, or with a key that is not known.
   *
   * @throws AppError NOT_FOUND where its key was destroyed
   */
  open(token: string, sealed: Buffer): string {
    if (begins(sealed, ERASED)) throw new AppError('NOT_FOUND', 'this identity was erased');
    if (!begins(sealed, ENVELOPE)) return this.openFirst(token, sealed);
    return openWith(
      this.unwrap(token, sealed),
      NO_NONCE,
      token,
      sealed.subarray(TEXT_AT),
    ).toString();
  }

  /** The same under the master key in use; null where it is already, or its own key was destroyed. */
  rewrap(token: string, sealed: Buffer): Pick<SealedIdentity, 'sealed' | 'keyVersion'> | null {
    if (begins(sealed, ERASED)) return null;
    const keyVersion = this.keys.current;
    if (!begins(sealed, ENVELOPE)) {
      const [type] = token.split(':', 1) as [IdentifierType];
      return this.seal(type, this.openFirst(token, sealed), token);
    }
    if (sealed.readUInt16BE(VERSION_AT) === keyVersion) return null;
    const key = this.unwrap(token, sealed);
    const wrapped = this.wrap(key, token, keyVersion);
    return { sealed: Buffer.concat([...wrapped, sealed.subarray(TEXT_AT)]), keyVersion };
  }

  /** What is left of a sealed identity when its key is destroyed. */
  static erased(sealed: Buffer): Buffer {
    const text = begins(sealed, ENVELOPE) ? sealed.subarray(TEXT_AT) : Buffer.alloc(0);
    return begins(sealed, ERASED) ? sealed : Buffer.concat([ERASED, text]);
  }

  private wrap(key: Buffer, token: string, version: number): Buffer[] {
    const nonce = Buffer.from(this.draw(NONCE_BYTES));
    const [tag, body] = sealWith(this.wrappingKey(version), nonce, token, key) as [Buffer, Buffer];
    const number = Buffer.alloc(2);
    number.writeUInt16BE(version);
    return [ENVELOPE, number, nonce, tag, body];
  }

  private unwrap(token: string, sealed: Buffer): Buffer {
    const wrapping = this.wrappingKey(sealed.readUInt16BE(VERSION_AT));
    const wrapped = sealed.subarray(WRAPPED_AT, TEXT_AT);
    return openWith(
      wrapping,
      wrapped.subarray(0, NONCE_BYTES),
      token,
      wrapped.subarray(NONCE_BYTES),
    );
  }

  /** As identities were sealed before each had a key of its own: nonce, tag and text. */
  private openFirst(token: string, sealed: Buffer): string {
    const key = this.keys.firstSealKey;
    if (key === null) throw unknownVersion(1);
    const nonce = sealed.subarray(0, NONCE_BYTES);
    return openWith(key, nonce, token, sealed.subarray(NONCE_BYTES)).toString('utf8');
  }

  private wrappingKey(version: number): Buffer {
    const known = this.wrapping.get(version);
    if (known !== undefined) return known;
    // It may have come since the file was read.
    const key = this.keys.wrappingKey(version) ?? this.reload().wrappingKey(version);
    if (key === null) throw unknownVersion(version);
    this.wrapping.set(version, key);
    return key;
  }

  private look(): void {
    if (this.file?.isDue() === true) this.reload();
  }

  /** A file that holds no keys any more changes nothing: what was read before goes on. */
  private reload(): KeySet {
    if (this.file?.hasChanged() === true) {
      try {
        this.keys = KeySet.parse(this.file.read());
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
    }
    return this.keys;
  }

  /** Random bytes, each handed out once. */
  private draw(bytes: number): Buffer {
    if (this.drawn.length < bytes) {
      this.drawn = randomBytes((KEY_BYTES + NONCE_BYTES) * DRAWN_AT_ONCE);
    }
    const some = this.drawn.subarray(0, bytes);
    this.drawn = this.drawn.subarray(bytes);
    return some;
  }
}

const unknownVersion = (version: number): AppError =>
  new AppError(
    'PRECONDITION_FAILED',
    `an identity is sealed with key version ${version}, which the identity key file does not have`,
  );

/** The key file, and whether it has changed. */
class WatchedFile {
  private stamp = '';
  private lookAtMs = 0;

  constructor(private readonly path: string) {}

  isDue(): boolean {
    const now = performance.now();
    if (now < this.lookAtMs) return false;
    this.lookAtMs = now + LOOK_AGAIN_MS;
    return true;
  }

  hasChanged(): boolean {
    return this.stampNow() !== this.stamp;
  }

  /** @throws AppError INVALID_INPUT */
  read(): string {
    try {
      this.stamp = this.stampNow();
      return readFileSync(this.path, 'utf8');
    } catch (cause) {
      throw new AppError('INVALID_INPUT', 'the identity key file cannot be read', [], { cause });
    }
  }

  /** A file that is replaced is another one. Gone for a moment, it is what it was. */
  private stampNow(): string {
    const found = statSync(this.path, { throwIfNoEntry: false });
    return found === undefined ? this.stamp : `${found.ino} ${found.mtimeMs} ${found.size}`;
  }
}
