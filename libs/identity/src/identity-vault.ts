import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { AppError, type IdentifierType, normaliseIdentifier } from '#domain';
import { KeySet } from './key-set';
import { openBytes, sealBytes, sealedVersion } from './sealed-bytes';
import { ShortMac } from './short-mac';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Random bytes are drawn for so many identities at once: one by one they cost more than the sealing. */
const DRAWN_AT_ONCE = 512;
/** 128 bits: at 10^12 identities a collision has a chance below 10^-14. */
const TOKEN_BYTES = 16;
/** So old what is known of the key file is at most. */
const LOOK_AGAIN_MS = 5_000;

/**
 * What is stored of an identity: magic (4), version of the master key (2), a random secret of its own (16), then tag (16) and text. It is
 * sealed with a key of its own, which follows from the master key and that secret (HMAC-SHA-256); used once, so its nonce is nought. To
 * wrap a random key with a second cipher instead would take twice the time, at three identities a transfer.
 */
const ENVELOPE = Buffer.from('LWE1', 'latin1');
/** The same without the secret, which is destroyed: magic, tag and text, which no key opens. */
const ERASED = Buffer.from('LWE0', 'latin1');
const VERSION_AT = ENVELOPE.length;
const SECRET_AT = VERSION_AT + 2;
const SECRET_BYTES = 16;
const SEALED_AT = SECRET_AT + SECRET_BYTES;
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
 * keyed HMAC-SHA-256 over type and canonical spelling. The value is sealed with AES-256-GCM under a key of its own, made of a master key
 * and a secret that is stored beside it: another master takes over row by row, and to destroy one secret is to forget one identity. The
 * token is associated data: a sealed value moved to another row does not open.
 */
export class IdentityVault {
  private readonly mac: ShortMac;
  /** Makes keys of secrets, by version. */
  private readonly makers = new Map<number, ShortMac>();
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

  /**
   * From the text of the keys where there is one, else from the file that holds it.
   *
   * @throws AppError INVALID_INPUT where there is neither, or it is none
   */
  static fromSettings(settings: {
    IDENTITY_KEY?: string;
    IDENTITY_KEY_FILE?: string;
  }): IdentityVault {
    const { IDENTITY_KEY: text, IDENTITY_KEY_FILE: file } = settings;
    if (text !== undefined) return new IdentityVault(KeySet.parse(text));
    if (file !== undefined) return IdentityVault.fromFile(file);
    throw new AppError('INVALID_INPUT', 'set IDENTITY_KEY_FILE or IDENTITY_KEY');
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
    const keyVersion = this.keys.current;
    const secret = this.draw();
    const cipher = createCipheriv(CIPHER, this.keyOf(keyVersion, secret), NO_NONCE);
    const body = cipher.setAAD(Buffer.from(token)).update(text, 'utf8');
    cipher.final();
    const sealed = Buffer.allocUnsafe(SEALED_AT + TAG_BYTES + body.length);
    ENVELOPE.copy(sealed);
    sealed.writeUInt16BE(keyVersion, VERSION_AT);
    secret.copy(sealed, SECRET_AT);
    cipher.getAuthTag().copy(sealed, SEALED_AT);
    body.copy(sealed, SEALED_AT + TAG_BYTES);
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
    const secret = sealed.subarray(SECRET_AT, SEALED_AT);
    const key = this.keyOf(sealed.readUInt16BE(VERSION_AT), secret);
    return openWith(key, NO_NONCE, token, sealed.subarray(SEALED_AT)).toString('utf8');
  }

  /** The same under the master key in use; null where it is already, or its own key was destroyed. */
  reseal(token: string, sealed: Buffer): Pick<SealedIdentity, 'sealed' | 'keyVersion'> | null {
    if (begins(sealed, ERASED)) return null;
    const isCurrent =
      begins(sealed, ENVELOPE) && sealed.readUInt16BE(VERSION_AT) === this.keys.current;
    if (isCurrent) return null;
    const [type] = token.split(':', 1) as [IdentifierType];
    return this.seal(type, this.open(token, sealed), token);
  }

  /** What the same text is known again by, to whoever has the key: 128 bits of a keyed hash. */
  mark(text: string): string {
    return this.mac.base64url(`mark\n${text}`, TOKEN_BYTES);
  }

  /**
   * Seals bytes that are no identity, such as a piece of a file.
   *
   * @param label what they are and where they belong: elsewhere they do not open
   */
  sealBytes(label: string, bytes: Buffer): { sealed: Buffer; keyVersion: number } {
    this.look();
    const keyVersion = this.keys.current;
    const key = this.bytesKeyOf(keyVersion);
    return { sealed: sealBytes(key, keyVersion, label, bytes), keyVersion };
  }

  /** Throws where they were sealed for another place. @throws AppError PRECONDITION_FAILED where their key is not known */
  openBytes(label: string, sealed: Buffer): Buffer {
    return openBytes(this.bytesKeyOf(sealedVersion(sealed)), label, sealed);
  }

  private bytesKeyOf(version: number): Buffer {
    const key = this.keys.bytesKey(version) ?? this.reload().bytesKey(version);
    if (key === null) throw unknownVersion(version);
    return key;
  }

  /** What is left of a sealed identity when its key is destroyed. */
  static erased(sealed: Buffer): Buffer {
    const text = begins(sealed, ENVELOPE) ? sealed.subarray(SEALED_AT) : Buffer.alloc(0);
    return begins(sealed, ERASED) ? sealed : Buffer.concat([ERASED, text]);
  }

  /** As identities were sealed before each had a key of its own: nonce, tag and text. */
  private openFirst(token: string, sealed: Buffer): string {
    const key = this.keys.firstSealKey;
    if (key === null) throw unknownVersion(1);
    const nonce = sealed.subarray(0, NONCE_BYTES);
    return openWith(key, nonce, token, sealed.subarray(NONCE_BYTES)).toString('utf8');
  }

  /** The key of one identity, to be used at once. */
  private keyOf(version: number, secret: Buffer): Buffer {
    let maker = this.makers.get(version);
    if (maker === undefined) {
      // It may have come since the file was read.
      const key = this.keys.identityKey(version) ?? this.reload().identityKey(version);
      if (key === null) throw unknownVersion(version);
      maker = new ShortMac(key);
      this.makers.set(version, maker);
    }
    return maker.bytes(secret);
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

  /** A new secret: random bytes, each handed out once. */
  private draw(): Buffer {
    if (this.drawn.length === 0) this.drawn = randomBytes(SECRET_BYTES * DRAWN_AT_ONCE);
    const secret = this.drawn.subarray(0, SECRET_BYTES);
    this.drawn = this.drawn.subarray(SECRET_BYTES);
    return secret;
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
