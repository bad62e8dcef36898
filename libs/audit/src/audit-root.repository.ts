import { Inject, Injectable } from '@nestjs/common';
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { AppError, invariant } from '#domain';
import { merkleRoot } from './merkle';

/** What a chain had come to: number, length, hash in hex. */
export type ChainHead = readonly [number: number, length: number, hash: string];

/** What all chains had come to, signed: whoever keeps it elsewhere can show whether anything before was changed. */
export interface SignedRoot {
  readonly root: number;
  readonly at: string;
  readonly heads: readonly ChainHead[];
  readonly merkle: string;
  readonly signature: string;
}

interface RootRow {
  number: number;
  at: Date;
  heads: ChainHead[];
  merkle: Buffer;
  signature: Buffer;
}

const toRoot = ({ number, at, heads, merkle, signature }: RootRow): SignedRoot => ({
  root: number,
  at: at.toISOString(),
  heads,
  merkle: merkle.toString('hex'),
  signature: signature.toString('base64'),
});

/** Any number will do, as long as every instance takes the same. */
const ROOTS_LOCK = 4_711_000_005;

/** The key that roots are signed with. */
export class AuditKey {
  readonly publicPem: string;

  private constructor(private readonly key: KeyObject) {
    this.publicPem = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  }

  /** @throws AppError INVALID_INPUT where the file cannot be read, or holds no Ed25519 key */
  static fromFile(file: string): AuditKey {
    try {
      const key = createPrivateKey(readFileSync(file));
      if (key.asymmetricKeyType === 'ed25519') return new AuditKey(key);
    } catch (cause) {
      throw new AppError('INVALID_INPUT', 'AUDIT_KEY_FILE cannot be read, or holds no key', [], {
        cause,
      });
    }
    throw new AppError('INVALID_INPUT', 'AUDIT_KEY_FILE holds a key, but none of Ed25519');
  }

  sign(text: string): Buffer {
    return sign(null, Buffer.from(text), this.key);
  }
}

/** Injects the key; null where none is set. */
export const AUDIT_KEY = Symbol('the key that roots of the audit trail are signed with');

/** The signed roots of the trail. */
@Injectable()
export class AuditRoots {
  constructor(
    private readonly dataSource: DataSource,
    /** Null: nothing is signed. */
    @Inject(AUDIT_KEY) private readonly key: AuditKey | null,
  ) {}

  get canSign(): boolean {
    return this.key !== null;
  }

  /**
   * Signs what the chains have come to, unless nothing was written since the last root, or another is at it.
   *
   * @returns null where there was nothing to sign
   */
  async sign(at: Date): Promise<SignedRoot | null> {
    const { key } = this;
    invariant(key !== null, 'only who has a key signs');
    return this.dataSource.transaction(async (manager) => {
      const taken: { taken: boolean }[] = await manager.query(
        'select pg_try_advisory_xact_lock($1) as taken',
        [ROOTS_LOCK],
      );
      if (!taken[0]!.taken) return null;
      // One statement: the heads are of one moment, and of what is committed.
      const chains: { number: number; length: number; hash: Buffer }[] = await manager.query(
        'select number, length, hash from audit.chain order by number',
      );
      const heads = chains.map(({ number, length, hash }): ChainHead => [
        number,
        length,
        hash.toString('hex'),
      ]);
      const merkle = merkleRoot(heads.map((head) => head.join(' ')));
      const last: { merkle: Buffer }[] = await manager.query(
        'select merkle from audit.root order by number desc limit 1',
      );
      if (last[0]?.merkle.equals(merkle)) return null;
      const signature = key.sign(`${at.toISOString()} ${merkle.toString('hex')}`);
      const rows: RootRow[] = await manager.query(
        // Numbers run from 1 on without a gap, whatever failed meanwhile: one that is missing was taken out.
        `insert into audit.root (number, at, heads, merkle, signature) overriding system value
         select coalesce(max(number), 0) + 1, $1, $2::jsonb, $3, $4 from audit.root
         returning number, at, heads, merkle, signature`,
        [at, JSON.stringify(heads), merkle, signature],
      );
      return toRoot(rows[0]!);
    });
  }

  /** Oldest first, up to `rowsMax`, after the number given. */
  async list(after: number, rowsMax: number): Promise<SignedRoot[]> {
    const rows: RootRow[] = await this.dataSource.query(
      'select number, at, heads, merkle, signature from audit.root where number > $1 order by number limit $2',
      [after, rowsMax],
    );
    return rows.map(toRoot);
  }
}
