import { Injectable } from '@nestjs/common';
import { type EntityManager, DataSource } from 'typeorm';
import { type CaseReferred, EVENTS } from '#contracts';
import { formatEventTime, type ReferralStatus } from '#domain';
import { appendToOutbox } from '#messaging';
import { type Told } from '#platform';
import { type CaseReader, readerParameters } from '../access/case-reader';
import { type Dossier } from './dossier';
import { type ReferralAnswer, type ReferralSummaryAnswer } from './referral-answer';

export type Referral = Told<ReferralAnswer>;
export type ReferralSummary = Told<ReferralSummaryAnswer>;

export interface NewReferral {
  readonly id: string;
  readonly caseId: string;
  readonly caseFingerprint: string;
  readonly dossier: Dossier;
  readonly sha256: string;
  readonly contentSha256: string;
  readonly proposedBy: string;
  readonly proposedAtMs: number;
}

interface SummaryRow {
  id: string;
  status: ReferralStatus;
  sha256: string;
  proposed_by: string;
  proposed_at: Date;
  approved_by: string | null;
  approved_at: Date | null;
}

interface ReferralRow extends SummaryRow {
  case_id: string;
  sealed: boolean;
  dossier: Dossier;
  case_changed: boolean;
}

const toSummary = (row: SummaryRow): ReferralSummary => ({
  id: row.id,
  status: row.status,
  sha256: row.sha256,
  proposedBy: row.proposed_by,
  proposedAt: row.proposed_at.toISOString(),
  approvedBy: row.approved_by,
  approvedAt: row.approved_at?.toISOString() ?? null,
});

const toAnswer = (row: ReferralRow): Referral => ({
  ...toSummary(row),
  caseId: row.case_id,
  caseChangedSince: row.case_changed,
  dossier: row.dossier,
});

const SUMMARY =
  'r.id, r.status, r.sha256, r.proposed_by, r.proposed_at, r.approved_by, r.approved_at';

const REFERRAL = `
  select ${SUMMARY}, r.case_id, c.sealed, r.dossier,
         c.fingerprint <> r.case_fingerprint as case_changed
  from referral.referral r join referral.case_file c on c.id = r.case_id`;

/** Referrals and their dossiers. */
@Injectable()
export class ReferralRepository {
  constructor(private readonly dataSource: DataSource) {}

  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** @returns whether it was stored: one that says the same and is still proposed is there already otherwise */
  async propose(manager: EntityManager, referral: NewReferral): Promise<boolean> {
    const rows: unknown[] = await manager.query(
      `insert into referral.referral
         (id, case_id, case_fingerprint, status, dossier, sha256, content_sha256, proposed_by, proposed_at)
       values ($1, $2, $3, 'PROPOSED', $4::jsonb, $5, $6, $7, $8)
       on conflict (content_sha256, proposed_by) where status = 'PROPOSED' do nothing returning id`,
      [
        referral.id,
        referral.caseId,
        referral.caseFingerprint,
        JSON.stringify(referral.dossier),
        referral.sha256,
        referral.contentSha256,
        referral.proposedBy,
        formatEventTime(referral.proposedAtMs),
      ],
    );
    return rows.length === 1;
  }

  async findProposed(
    manager: EntityManager,
    contentSha256: string,
    proposedBy: string,
  ): Promise<Referral | null> {
    const rows: ReferralRow[] = await manager.query(
      `${REFERRAL} where r.content_sha256 = $1 and r.proposed_by = $2 and r.status = 'PROPOSED'`,
      [contentSha256, proposedBy],
    );
    return rows[0] ? toAnswer(rows[0]) : null;
  }

  /** Null where there is none, or its case is none of the reader's. */
  async find(
    manager: EntityManager | null,
    id: string,
    reader: CaseReader,
  ): Promise<{ referral: Referral; sealed: boolean } | null> {
    const rows: ReferralRow[] = await (manager ?? this.dataSource).query(
      `${REFERRAL} where r.id = $1 and referral.may_read(c, $2, $3, $4)`,
      [id, ...readerParameters(reader)],
    );
    const [row] = rows;
    return row ? { referral: toAnswer(row), sealed: row.sealed } : null;
  }

  /** Keeps others from approving it at the same time. */
  async lock(manager: EntityManager, id: string): Promise<void> {
    await manager.query('select from referral.referral where id = $1 for update', [id]);
  }

  /** Marks it as referred, and tells of it in the same transaction. */
  async refer(
    manager: EntityManager,
    referral: Pick<Referral, 'id' | 'caseId' | 'sha256'>,
    approvedBy: string,
    approvedAtMs: number,
  ): Promise<void> {
    await manager.query(
      `update referral.referral set status = 'REFERRED', approved_by = $2, approved_at = $3 where id = $1`,
      [referral.id, approvedBy, formatEventTime(approvedAtMs)],
    );
    const body: CaseReferred = {
      caseId: referral.caseId,
      referralId: referral.id,
      sha256: referral.sha256,
    };
    await appendToOutbox(manager, 'referral', [{ name: EVENTS.caseReferred, body }]);
  }

  /** Oldest first. */
  async ofCase(manager: EntityManager, caseId: string): Promise<ReferralSummary[]> {
    const rows: SummaryRow[] = await manager.query(
      `select ${SUMMARY} from referral.referral r where r.case_id = $1 order by r.proposed_at, r.id`,
      [caseId],
    );
    return rows.map(toSummary);
  }
}
