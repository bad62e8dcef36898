import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type IdentifierType } from '#domain';
import { IdentityVault } from '#identity';
import { type Told } from '#platform';
import { type ErasureAnswer } from './erasure-answer';

export type Erasure = Told<ErasureAnswer>;

interface ErasureRow {
  readonly id: string;
  readonly token: string;
  readonly type: IdentifierType;
  readonly reason: string;
  readonly proposed_by: string;
  readonly proposed_at: Date;
  readonly approved_by: string | null;
  readonly approved_at: Date | null;
}

const toErasure = (row: ErasureRow): Erasure => ({
  id: row.id,
  status: row.approved_by === null ? 'PROPOSED' : 'ERASED',
  ...{ token: row.token, type: row.type, reason: row.reason },
  proposedBy: row.proposed_by,
  proposedAt: row.proposed_at.toISOString(),
  approvedBy: row.approved_by,
  approvedAt: row.approved_at?.toISOString() ?? null,
});

/** What a sealed identity has for a version once its own key is destroyed. */
const ERASED_VERSION = 0;

/** Identities that are to be forgotten. */
@Injectable()
export class ErasureRepository {
  constructor(private readonly dataSource: DataSource) {}

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Keeps the identity as it is to the end of the transaction. @returns whether there is one, not erased */
  async lockIdentity(manager: EntityManager, token: string): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      'select from feed.identity where token = $1 and key_version <> $2 for update',
      [token, ERASED_VERSION],
    );
    return rows.length === 1;
  }

  /** Whether a case relies on a transfer that names it, an operation is known by it, or it is under legal hold. */
  async isHeld(manager: EntityManager, token: string): Promise<boolean> {
    const rows: { held: boolean }[] = await manager.query(
      `select referral.is_held($1, '-infinity') as held`,
      [token],
    );
    return rows[0]!.held;
  }

  /** Of these, locked, those that are not held, and that no case was told of since that day. Whoever is being changed is left out. */
  async lockOutlived(
    manager: EntityManager,
    tokens: readonly string[],
    since: string,
  ): Promise<string[]> {
    const rows: { token: string }[] = await manager.query(
      `select token from feed.identity
       where token = any($1::text[]) and not referral.is_held(token, $2::date) and seen_in < date_trunc('month', $2::date)
       order by token for update skip locked`,
      [tokens, since],
    );
    return rows.map(({ token }) => token);
  }

  /** @returns whether it is new: one that is proposed already is there otherwise */
  async propose(
    manager: EntityManager,
    asked: Pick<Erasure, 'id' | 'token' | 'type' | 'reason' | 'proposedBy'>,
  ): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      `insert into referral.erasure (id, token, type, reason, proposed_by) values ($1, $2, $3, $4, $5)
       on conflict (token) where approved_by is null do nothing returning id`,
      [asked.id, asked.token, asked.type, asked.reason, asked.proposedBy],
    );
    return rows.length === 1;
  }

  async findOpen(manager: EntityManager, token: string): Promise<Erasure | null> {
    const rows: ErasureRow[] = await manager.query(
      'select * from referral.erasure where token = $1 and approved_by is null',
      [token],
    );
    return rows[0] ? toErasure(rows[0]) : null;
  }

  async find(id: string): Promise<Erasure | null> {
    const rows: ErasureRow[] = await this.dataSource.query(
      'select * from referral.erasure where id = $1',
      [id],
    );
    return rows[0] ? toErasure(rows[0]) : null;
  }

  async lock(manager: EntityManager, id: string): Promise<Erasure | null> {
    const rows: ErasureRow[] = await manager.query(
      'select * from referral.erasure where id = $1 for update',
      [id],
    );
    return rows[0] ? toErasure(rows[0]) : null;
  }

  async approve(manager: EntityManager, id: string, approvedBy: string): Promise<Erasure> {
    const [rows]: [ErasureRow[], number] = await manager.query(
      `update referral.erasure set approved_by = $2, approved_at = now() where id = $1 returning *`,
      [id, approvedBy],
    );
    return toErasure(rows[0]!);
  }

  /** Destroys the keys of identities: their tokens stay, and say nothing. */
  async erase(manager: EntityManager, tokens: readonly string[]): Promise<void> {
    const rows: { token: string; sealed: Buffer }[] = await manager.query(
      'select token, sealed from feed.identity where token = any($1::text[])',
      [tokens],
    );
    await manager.query(
      `update feed.identity i set sealed = told.sealed, key_version = $3
       from unnest($1::text[], $2::bytea[]) as told(token, sealed) where i.token = told.token`,
      [
        rows.map(({ token }) => token),
        rows.map(({ sealed }) => IdentityVault.erased(sealed)),
        ERASED_VERSION,
      ],
    );
  }
}
