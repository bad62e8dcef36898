import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { audit } from '#audit';
import { AppError, invariant } from '#domain';
import { requireFourEyes, type Staff } from '#identity';
import { caseReader } from '../access/case-reader';
import { type Purpose, requirePurpose } from '../access/purpose';
import { auditActor } from '../audit/audit-actor';
import { sha256OfCanonical } from '../canonical-hash';
import { Clock } from '../clock';
import { notFound } from '../page/known-id';
import { type Referral, ReferralRepository } from './referral.repository';

/** Approves a referral: by another person than its author. */
@Injectable()
export class ApproveReferral {
  constructor(
    private readonly referrals: ReferralRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * What is approved is the very dossier that was proposed, known by its hash, even where the case has changed since:
   * the approver has read that one. `caseChangedSince` tells whether to propose anew.
   *
   * @throws AppError FORBIDDEN for the author; NOT_FOUND; CONFLICT where somebody else has approved it;
   *   PRECONDITION_FAILED where the stored dossier is no longer what was proposed, or the case is sealed and nobody says why
   */
  async run(id: string, actor: Staff, purpose: Purpose | null): Promise<Referral> {
    return this.referrals.transaction(async (manager) => {
      await this.referrals.lock(manager, id);
      const reader = caseReader(actor);
      const found = await this.referrals.find(manager, id, reader);
      if (found === null) throw notFound('referral');
      requirePurpose(found.sealed, purpose);
      const { referral } = found;
      requireFourEyes(referral.proposedBy, actor.id, 'a referral');
      if (referral.status === 'REFERRED') {
        if (referral.approvedBy === actor.id) {
          await this.note(manager, referral, referral, actor, purpose);
          return referral;
        }
        throw new AppError('CONFLICT', 'somebody else has approved this referral');
      }
      if (sha256OfCanonical(referral.dossier) !== referral.sha256) {
        throw new AppError(
          'PRECONDITION_FAILED',
          'the stored dossier does not match its hash any more; propose the case anew',
        );
      }
      await this.referrals.refer(manager, referral, actor.id, this.clock.nowMs());
      const stored = await this.referrals.find(manager, id, reader);
      invariant(stored !== null, 'what was stored is there');
      const { referral: referred } = stored;
      await this.note(manager, referral, referred, actor, purpose);
      return referred;
    });
  }

  /** Also where it was approved before: its dossier is shown again. */
  private async note(
    manager: EntityManager,
    before: Referral,
    { id, status, caseId, sha256 }: Referral,
    actor: Staff,
    purpose: Purpose | null,
  ): Promise<void> {
    await audit(manager, {
      ...{ act: 'approve referrals', outcome: 'done', actor: auditActor(actor) },
      object: { type: 'referral', id },
      before: { status: before.status },
      after: { status, caseId, sha256 },
      ...(purpose === null ? {} : { details: { purpose } }),
    });
  }
}
