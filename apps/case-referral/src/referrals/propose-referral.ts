import { Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { audit } from '#audit';
import { invariant } from '#domain';
import { type Staff } from '#identity';
import { type CaseReader, caseReader } from '../access/case-reader';
import { type Purpose, requirePurpose } from '../access/purpose';
import { AlertRepository } from '../alerts/alert.repository';
import { auditActor } from '../audit/audit-actor';
import { sha256OfCanonical } from '../canonical-hash';
import { CaseMaterialRepository } from '../cases/case-material.repository';
import { drawCase } from '../cases/case-picture';
import { RefreshCases } from '../cases/refresh-cases';
import { type CaseFile, CaseRepository } from '../cases/case.repository';
import { Clock } from '../clock';
import { notFound } from '../page/known-id';
import { contentHash, drawUpDossier } from './dossier';
import { type Referral, ReferralRepository } from './referral.repository';
import { type EntityManager } from 'typeorm';

/** Draws up the dossier of a case as it stands, for somebody else to approve. */
@Injectable()
export class ProposeReferral {
  constructor(
    private readonly cases: CaseRepository,
    private readonly materials: CaseMaterialRepository,
    private readonly alerts: AlertRepository,
    private readonly referrals: ReferralRepository,
    private readonly refreshCases: RefreshCases,
    private readonly clock: Clock,
  ) {}

  /**
   * A referral that says the same, was proposed by the same person and waits for approval already is given back instead.
   * Another person may propose the same: else one proposed by the only approver could never be approved.
   *
   * @throws AppError NOT_FOUND; PRECONDITION_FAILED where the case is sealed and nobody says why; TOO_LARGE where it does not fit one dossier
   */
  async run(
    caseId: string,
    actor: Staff,
    purpose: Purpose | null,
  ): Promise<{ created: boolean; referral: Referral }> {
    return this.cases.transaction(async (manager) => {
      // The lock keeps the case as it is while it is drawn: its parts are several reads.
      const { id: goesOn, sealed } = await this.lockCase(manager, caseId, caseReader(actor));
      requirePurpose(sealed, purpose);
      // What it says now is what the proposal is later compared with.
      await this.refreshCases.run(manager, [goesOn]);
      const file = await this.lockCase(manager, goesOn, caseReader(actor));
      const picture = drawCase(await this.materials.load(manager, file.id));
      const alerts = await this.alerts.ofCase(manager, file.id);
      const proposedAtMs = this.clock.nowMs();
      const dossier = drawUpDossier(
        { picture, revision: file.revision, alerts },
        actor.id,
        proposedAtMs,
      );
      const id = uuidV7();
      const contentSha256 = contentHash(dossier);
      const created = await this.referrals.propose(manager, {
        id,
        caseId: file.id,
        caseFingerprint: file.fingerprint,
        dossier,
        sha256: sha256OfCanonical(dossier),
        contentSha256,
        proposedBy: actor.id,
        proposedAtMs,
      });
      const referral = await this.referrals.findProposed(manager, contentSha256, actor.id);
      invariant(referral !== null, 'a referral that says this is proposed');
      // Drawing it up showed the case, also where it was proposed before.
      await audit(manager, {
        ...{ act: 'propose referrals', outcome: 'done', actor: auditActor(actor) },
        object: { type: 'referral', id: referral.id },
        before: created ? null : { status: referral.status },
        after: { status: referral.status, caseId: file.id, sha256: referral.sha256 },
        ...(purpose === null ? {} : { details: { purpose } }),
      });
      return { created, referral };
    });
  }

  private async lockCase(
    manager: EntityManager,
    id: string,
    reader: CaseReader,
  ): Promise<CaseFile> {
    const found = await this.cases.resolve(manager, id, reader);
    if (found === null) throw notFound('case');
    const [locked] = await this.cases.lock(manager, [found.id]);
    if (locked !== undefined) return locked;
    // It was merged while we waited for it. A case is merged into one that goes on, so this ends.
    return this.lockCase(manager, found.id, reader);
  }
}
