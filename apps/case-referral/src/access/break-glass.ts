import { Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { audit } from '#audit';
import { AppError } from '#domain';
import { requireFourEyes, type Staff } from '#identity';
import { auditActor } from '../audit/audit-actor';
import { notFound } from '../page/known-id';
import { AccessRepository, type BrokenGlass, type ReviewOutcome } from './access.repository';
import { type Purpose } from './purpose';

/** So long a case can be read by whoever broke the glass. */
const OPEN_MINUTES = 60;

/** Opens a case to somebody whose case it is not, for an hour: at once, and for others to look at afterwards. */
@Injectable()
export class BreakGlass {
  constructor(private readonly access: AccessRepository) {}

  /** @throws AppError NOT_FOUND where there is no such case; FORBIDDEN for whom it was found unjustified before */
  async run(caseId: string, purpose: Purpose, reason: string, actor: Staff): Promise<BrokenGlass> {
    return this.access.transaction(async (manager) => {
      const found = await this.access.lock(manager, caseId, null);
      if (found === null) throw notFound('case');
      if (await this.access.wasUnjustified(manager, found.caseId, actor.id)) {
        throw new AppError('FORBIDDEN', 'your last look at this case was found unjustified');
      }
      const asked = { id: uuidV7(), caseId: found.caseId, staffId: actor.id, purpose, reason };
      const glass = await this.access.breakGlass(manager, asked, OPEN_MINUTES);
      await audit(manager, {
        ...{ act: 'break the glass', outcome: 'done', actor: auditActor(actor), reason },
        object: { type: 'case', id: found.caseId },
        details: { purpose, expiresAt: glass.expiresAt.toISOString() },
      });
      return glass;
    });
  }

  /**
   * Says whether it was right to. Reviewing again as before changes nothing.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN for who broke it; CONFLICT where it was reviewed otherwise
   */
  async review(
    id: string,
    outcome: ReviewOutcome,
    reason: string,
    actor: Staff,
  ): Promise<BrokenGlass> {
    return this.access.transaction(async (manager) => {
      const glass = await this.access.lockGlass(manager, id);
      if (glass === null) throw notFound('broken glass');
      requireFourEyes(glass.staffId, actor.id, 'who broke the glass');
      if (glass.outcome !== null) {
        if (glass.outcome === outcome && glass.reviewedBy === actor.id) return glass;
        throw new AppError('CONFLICT', 'somebody has reviewed this already');
      }
      const reviewed = await this.access.review(manager, id, outcome, reason, actor.id);
      await audit(manager, {
        ...{ act: 'review broken glass', outcome: 'done', actor: auditActor(actor), reason },
        object: { type: 'break-glass', id },
        before: { outcome: null },
        after: { outcome, caseId: glass.caseId, of: glass.staffId },
      });
      return reviewed;
    });
  }
}
