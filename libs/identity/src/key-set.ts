import { hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '#domain';

const KEY_BYTES = 32;
const VERSIONS_MAX = 100;
/** Of the field that names it in an envelope. */
const VERSION_MAX = 65_535;

const derive = (master: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', master, '', `layerwatch.identity.${purpose}.v1`, KEY_BYTES));

const noKeys = (): AppError =>
  new AppError(
    'INVALID_INPUT',
    'the identity key must be 32 bytes in base64, or a set of such keys',
  );

/** A key in base64, exactly. */
function readKey(text: unknown): Buffer {
  const key = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (key.length !== KEY_BYTES || key.toString('base64') !== text) throw noKeys();
  return key;
}

/**
 * The keys that identifiers are tokenised and sealed with.
 *
 * Tokens have one key for good: all that was ever matched goes by them. What is sealed has a version of its master key beside it, so a
 * new one takes over row by row. A file with one key in base64 is a set of version 1.
 */
export class KeySet {
  private constructor(
    readonly tokenKey: Buffer,
    private readonly masters: ReadonlyMap<number, Buffer>,
    /** What is sealed from now on is sealed with it. */
    readonly current: number,
  ) {}

  /** @throws AppError INVALID_INPUT where the text holds no keys; it is never repeated */
  static parse(text: string): KeySet {
    const trimmed = text.trim();
    if (!trimmed.startsWith('{')) return KeySet.ofMaster(readKey(trimmed));
    let content: { token?: unknown; current?: unknown; keys?: unknown };
    try {
      content = JSON.parse(trimmed) as typeof content;
    } catch {
      throw noKeys();
    }
    const { token, current, keys } = content;
    if (typeof keys !== 'object' || keys === null) throw noKeys();
    const entries = Object.entries(keys);
    const masters = new Map(entries.map(([version, key]) => [Number(version), readKey(key)]));
    const areVersions = [...masters.keys()].every(
      (version) => Number.isInteger(version) && version >= 1 && version <= VERSION_MAX,
    );
    if (!areVersions || masters.size > VERSIONS_MAX || masters.size !== entries.length)
      throw noKeys();
    if (typeof current !== 'number' || !masters.has(current)) throw noKeys();
    return new KeySet(readKey(token), masters, current);
  }

  /** @param master 32 random bytes */
  static ofMaster(master: Buffer): KeySet {
    if (master.length !== KEY_BYTES) throw noKeys();
    return new KeySet(derive(master, 'token'), new Map([[1, master]]), 1);
  }

  get versions(): number[] {
    return [...this.masters.keys()].sort((a, b) => a - b);
  }

  /** What the keys of single identities follow from; null where the version is not in the set. */
  identityKey(version: number): Buffer | null {
    const master = this.masters.get(version);
    return master === undefined ? null : derive(master, 'identity');
  }

  /** What whole bytes are sealed with, such as a file that is uploaded; null where the version is not in the set. */
  bytesKey(version: number): Buffer | null {
    const master = this.masters.get(version);
    return master === undefined ? null : derive(master, 'bytes');
  }

  /** What identities were sealed with directly, before each had a key of its own; null where version 1 is gone. */
  get firstSealKey(): Buffer | null {
    const master = this.masters.get(1);
    return master === undefined ? null : derive(master, 'seal');
  }

  /** With a new version, which nothing is sealed with yet: every service has to know it first. */
  withNew(): KeySet {
    const version = Math.max(...this.versions) + 1;
    return new KeySet(
      this.tokenKey,
      new Map([...this.masters, [version, randomBytes(KEY_BYTES)]]),
      this.current,
    );
  }

  /** @throws AppError NOT_FOUND */
  using(version: number): KeySet {
    this.check(version);
    return new KeySet(this.tokenKey, this.masters, version);
  }

  /** @throws AppError NOT_FOUND; CONFLICT for the one in use */
  without(version: number): KeySet {
    this.check(version);
    if (version === this.current) {
      throw new AppError('CONFLICT', `version ${version} is the one in use`);
    }
    const others = [...this.masters].filter(([one]) => one !== version);
    return new KeySet(this.tokenKey, new Map(others), this.current);
  }

  /** As the key file holds it. */
  toText(): string {
    const keys = Object.fromEntries(
      [...this.masters].map(([version, key]) => [version, key.toString('base64')]),
    );
    const token = this.tokenKey.toString('base64');
    return `${JSON.stringify({ token, current: this.current, keys }, null, 2)}\n`;
  }

  private check(version: number): void {
    if (!this.masters.has(version)) {
      throw new AppError('NOT_FOUND', `there is no key of version ${version}`);
    }
  }
}
