import { Injectable } from '@nestjs/common';
import { audit } from '#audit';
import { type Staff } from '#identity';
import { caseReader } from '../access/case-reader';
import { type Purpose, requirePurpose } from '../access/purpose';
import { auditActor } from '../audit/audit-actor';
import { notFound } from '../page/known-id';
import { type DispositionInput } from './disposition-answer';
import { type Disposition, DispositionRepository } from './disposition.repository';

/** Keeps what was found of an alert, and tells detection. */
@Injectable()
export class DisposeAlert {
  constructor(private readonly dispositions: DispositionRepository) {}

  /**
   * Of several findings the last holds. The same person finding the same again changes nothing.
   *
   * @throws AppError NOT_FOUND
   */
  async run(
    alertId: string,
    { outcome, reason }: DispositionInput,
    actor: Staff,
    purpose: Purpose | null,
  ): Promise<{ created: boolean; disposition: Disposition }> {
    return this.dispositions.transaction(async (manager) => {
      const reader = caseReader(actor);
      const found = await this.dispositions.lockAlert(manager, alertId, reader);
      if (found === null) throw notFound('alert');
      requirePurpose(found.sealed, purpose);
      const [last] = await this.dispositions.ofAlert(manager, alertId, 1);
      if (last?.outcome === outcome && last.decidedBy === actor.id) {
        return { created: false, disposition: last };
      }
      const by = { reason, actor: actor.id };
      const disposition = await this.dispositions.add(manager, { alertId, outcome }, by);
      await audit(manager, {
        ...{ act: 'find on alerts', outcome: 'done', actor: auditActor(actor), reason },
        object: { type: 'alert', id: alertId },
        before: last === undefined ? null : { outcome: last.outcome },
        after: { outcome },
        ...(purpose === null ? {} : { details: { purpose } }),
      });
      return { created: true, disposition };
    });
  }
}
