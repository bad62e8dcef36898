import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { transferKey, type TransferRef } from '#domain';
import { type CaseReader, readerParameters } from './case-reader';
import { type Purpose } from './purpose';

/** Who reads a case. */
export interface CaseAccess {
  readonly caseId: string;
  readonly units: readonly string[];
  readonly sealed: boolean;
  readonly members: readonly string[];
}

/** Somebody who opened a case that was not theirs to read. */
export interface BrokenGlass {
  readonly id: string;
  readonly caseId: string;
  readonly staffId: string;
  readonly purpose: Purpose;
  readonly reason: string;
  readonly beganAt: Date;
  readonly expiresAt: Date;
  readonly outcome: ReviewOutcome | null;
  readonly review: string | null;
  readonly reviewedBy: string | null;
  readonly reviewedAt: Date | null;
}

export const REVIEW_OUTCOMES = ['JUSTIFIED', 'UNJUSTIFIED'] as const;
export type ReviewOutcome = (typeof REVIEW_OUTCOMES)[number];

const BROKEN_GLASS = `id, case_id as "caseId", staff_id as "staffId", purpose, reason, began_at as "beganAt",
  expires_at as "expiresAt", outcome, review, reviewed_by as "reviewedBy", reviewed_at as "reviewedAt"`;

/** Who reads which case. */
@Injectable()
export class AccessRepository {
  constructor(private readonly dataSource: DataSource) {}

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /**
   * Locks a case, under whatever id it was known.
   *
   * @param reader who has to be able to read it; null: anybody
   * @param isTheirs whose it has to be: whoever broke the glass reads it, and it is not theirs
   * @returns null where there is no such case, or it is none of the reader's
   */
  async lock(
    manager: EntityManager,
    caseId: string,
    reader: CaseReader | null,
    isTheirs = false,
  ): Promise<CaseAccess | null> {
    const rows: Omit<CaseAccess, 'members'>[] = await manager.query(
      `select c.id as "caseId", c.units, c.sealed from referral.case_file c
       where c.id = (select coalesce(merged_into, id) from referral.case_file where id = $1)
         and ($2 or case when $6 then referral.is_theirs(c, $3, $4, $5) else referral.may_read(c, $3, $4, $5) end) for update`,
      [
        caseId,
        reader === null,
        ...(reader === null ? [null, null, false] : readerParameters(reader)),
        isTheirs,
      ],
    );
    const [row] = rows;
    if (row === undefined) return null;
    const members: { staff_id: string }[] = await manager.query(
      'select staff_id from referral.case_member where case_id = $1 order by staff_id',
      [row.caseId],
    );
    return { ...row, members: members.map(({ staff_id }) => staff_id) };
  }

  async setSealed(manager: EntityManager, caseId: string, sealed: boolean): Promise<void> {
    await manager.query('update referral.case_file set sealed = $2 where id = $1', [
      caseId,
      sealed,
    ]);
  }

  async setUnits(manager: EntityManager, caseId: string, units: readonly string[]): Promise<void> {
    await manager.query('update referral.case_file set units = $2 where id = $1', [caseId, units]);
  }

  async addMember(
    manager: EntityManager,
    caseId: string,
    staffId: string,
    addedBy: string,
  ): Promise<void> {
    await manager.query(
      `insert into referral.case_member (case_id, staff_id, added_by) values ($1, $2, $3)
       on conflict (case_id, staff_id) do nothing`,
      [caseId, staffId, addedBy],
    );
  }

  async removeMember(manager: EntityManager, caseId: string, staffId: string): Promise<void> {
    await manager.query('delete from referral.case_member where case_id = $1 and staff_id = $2', [
      caseId,
      staffId,
    ]);
  }

  async breakGlass(
    manager: EntityManager,
    glass: Pick<BrokenGlass, 'id' | 'caseId' | 'staffId' | 'purpose' | 'reason'>,
    minutes: number,
  ): Promise<BrokenGlass> {
    const rows: BrokenGlass[] = await manager.query(
      `insert into referral.break_glass (id, case_id, staff_id, purpose, reason, expires_at)
       values ($1, $2, $3, $4, $5, now() + make_interval(mins => $6)) returning ${BROKEN_GLASS}`,
      [glass.id, glass.caseId, glass.staffId, glass.purpose, glass.reason, minutes],
    );
    return rows[0]!;
  }

  /** Whether somebody's look at a case was found unjustified. */
  async wasUnjustified(manager: EntityManager, caseId: string, staffId: string): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      `select from referral.break_glass where case_id = $1 and staff_id = $2 and outcome = 'UNJUSTIFIED' limit 1`,
      [caseId, staffId],
    );
    return rows.length > 0;
  }

  async lockGlass(manager: EntityManager, id: string): Promise<BrokenGlass | null> {
    const rows: BrokenGlass[] = await manager.query(
      `select ${BROKEN_GLASS} from referral.break_glass where id = $1 for update`,
      [id],
    );
    return rows[0] ?? null;
  }

  async review(
    manager: EntityManager,
    id: string,
    outcome: ReviewOutcome,
    review: string,
    reviewedBy: string,
  ): Promise<BrokenGlass> {
    const [rows]: [BrokenGlass[], number] = await manager.query(
      `update referral.break_glass set outcome = $2, review = $3, reviewed_by = $4, reviewed_at = now()
       where id = $1 returning ${BROKEN_GLASS}`,
      [id, outcome, review, reviewedBy],
    );
    return rows[0]!;
  }

  /** The oldest first, those that are not reviewed; up to `rowsMax`, after the place given. */
  async openGlass(after: string | null, rowsMax: number): Promise<BrokenGlass[]> {
    // Their ids are in the order of time (UUIDv7).
    return this.dataSource.query(
      `select ${BROKEN_GLASS} from referral.break_glass
       where outcome is null and ($1::uuid is null or id > $1) order by id limit $2`,
      [after, rowsMax],
    );
  }

  /** Whether a case, or the one that an alert or a referral lies in, is about one of these identifiers. @param id of any of the three */
  async isAbout(id: string, tokens: readonly string[]): Promise<boolean> {
    const rows: { about: boolean }[] = await this.dataSource.query(
      `select exists (
         select from referral.case_transfer where named && $2::text[] and case_id in (
           select coalesce(merged_into, id) from referral.case_file where id = $1
           union all select case_id from referral.alert where id = $1
           union all select case_id from referral.referral where id = $1
         )
       ) as about`,
      [id, tokens],
    );
    return rows[0]!.about;
  }

  /** Those of the transfers that lie in a case which is not the reader's to read, by their keys. */
  async hidden(reader: CaseReader, transfers: readonly TransferRef[]): Promise<Set<string>> {
    const rows: TransferRef[] = await this.dataSource.query(
      `select provider, transfer_id as "transferId"
       from unnest($1::text[], $2::text[]) as told(provider, transfer_id)
       join referral.case_transfer t using (provider, transfer_id)
       join referral.case_file c on c.id = t.case_id
       where not referral.may_read(c, $3, $4, $5)`,
      [
        transfers.map(({ provider }) => provider),
        transfers.map(({ transferId }) => transferId),
        ...readerParameters(reader),
      ],
    );
    return new Set(rows.map(transferKey));
  }
}
