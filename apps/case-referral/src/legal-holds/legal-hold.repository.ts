import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type IdentifierType } from '#domain';
import { type Told } from '#platform';
import { type CaseReader, readerParameters } from '../access/case-reader';
import { type LegalHoldAnswer } from './legal-hold-answer';

export type LegalHold = Told<LegalHoldAnswer>;

/** Of an identity, or of a case. */
export interface NewHold {
  readonly id: string;
  readonly token: string | null;
  readonly type: IdentifierType | null;
  readonly caseId: string | null;
  readonly authority: string;
  readonly reason: string;
  readonly placedBy: string;
  /** Whose office it is of. */
  readonly unit: string | null;
}

interface HoldRow {
  readonly id: string;
  readonly token: string | null;
  readonly type: IdentifierType | null;
  readonly case_id: string | null;
  readonly authority: string;
  readonly reason: string;
  readonly placed_by: string;
  readonly placed_at: Date;
  readonly release_reason: string | null;
  readonly release_proposed_by: string | null;
  readonly released_by: string | null;
  readonly released_at: Date | null;
}

function statusOf({ released_by, release_proposed_by }: HoldRow): LegalHold['status'] {
  if (released_by !== null) return 'RELEASED';
  return release_proposed_by === null ? 'HELD' : 'RELEASE_PROPOSED';
}

const toHold = (row: HoldRow): LegalHold => ({
  ...{ id: row.id, status: statusOf(row), token: row.token, type: row.type, caseId: row.case_id },
  ...{ authority: row.authority, reason: row.reason },
  ...{ placedBy: row.placed_by, placedAt: row.placed_at.toISOString() },
  ...{ releaseReason: row.release_reason, releaseProposedBy: row.release_proposed_by },
  releasedBy: row.released_by,
  releasedAt: row.released_at?.toISOString() ?? null,
});

/** A hold on a case is there for whoever reads that case, one on an identity for the office that placed it. */
const READABLE = (
  from: number,
): string => `(h.case_id is null and (h.unit is null or h.unit = $${from + 1} or $${from + 2}) or exists (
  select from referral.case_file asked join referral.case_file c on c.id = coalesce(asked.merged_into, asked.id)
  where asked.id = h.case_id and referral.may_read(c, $${from}, $${from + 1}, $${from + 2})))`;

/** What is kept whatever its age, because somebody ordered it. */
@Injectable()
export class LegalHoldRepository {
  constructor(private readonly dataSource: DataSource) {}

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** @returns the hold, and whether it is new: the same authority holds the same once */
  async place(
    manager: EntityManager,
    hold: NewHold,
  ): Promise<{ created: boolean; hold: LegalHold }> {
    const created: HoldRow[] = await manager.query(
      `insert into referral.legal_hold (id, token, type, case_id, authority, reason, placed_by, unit)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning *`,
      [
        ...[
          hold.id,
          hold.token,
          hold.type,
          hold.caseId,
          hold.authority,
          hold.reason,
          hold.placedBy,
        ],
        hold.unit,
      ],
    );
    if (created[0] !== undefined) return { created: true, hold: toHold(created[0]) };
    const rows: HoldRow[] = await manager.query(
      `select * from referral.legal_hold
       where (token, case_id, authority, unit) is not distinct from ($1::text, $2::uuid, $3::text, $4::text) and released_by is null`,
      [hold.token, hold.caseId, hold.authority, hold.unit],
    );
    return { created: false, hold: toHold(rows[0]!) };
  }

  /** @returns null where there is none that the reader may see */
  async lock(manager: EntityManager, id: string, reader: CaseReader): Promise<LegalHold | null> {
    const rows: HoldRow[] = await manager.query(
      `select h.* from referral.legal_hold h where id = $1 and ${READABLE(2)} for update of h`,
      [id, ...readerParameters(reader)],
    );
    return rows[0] === undefined ? null : toHold(rows[0]);
  }

  async proposeRelease(
    manager: EntityManager,
    id: string,
    reason: string,
    proposedBy: string,
  ): Promise<LegalHold> {
    const [rows]: [HoldRow[], number] = await manager.query(
      `update referral.legal_hold set release_reason = $2, release_proposed_by = $3, release_proposed_at = now()
       where id = $1 returning *`,
      [id, reason, proposedBy],
    );
    return toHold(rows[0]!);
  }

  async release(manager: EntityManager, id: string, releasedBy: string): Promise<LegalHold> {
    const [rows]: [HoldRow[], number] = await manager.query(
      'update referral.legal_hold set released_by = $2, released_at = now() where id = $1 returning *',
      [id, releasedBy],
    );
    return toHold(rows[0]!);
  }

  /** Those in force, oldest first; up to `rowsMax`, after the place given. */
  async list(after: string | null, reader: CaseReader, rowsMax: number): Promise<LegalHold[]> {
    // Their ids are in the order of time (UUIDv7).
    const rows: HoldRow[] = await this.dataSource.query(
      `select h.* from referral.legal_hold h
       where released_by is null and ($1::uuid is null or id > $1) and ${READABLE(3)} order by id limit $2`,
      [after, rowsMax, ...readerParameters(reader)],
    );
    return rows.map(toHold);
  }
}
