import { Injectable } from '@nestjs/common';
import { audit } from '#audit';
import { type Staff } from '#identity';
import { caseReader } from '../access/case-reader';
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
  ): Promise<{ created: boolean; disposition: Disposition }> {
    return this.dispositions.transaction(async (manager) => {
      const reader = caseReader(actor);
      if (!(await this.dispositions.lockAlert(manager, alertId, reader))) throw notFound('alert');
      const [last] = await this.dispositions.ofAlert(manager, alertId, 1);
      if (last?.outcome === outcome && last.decidedBy === actor.id) {
        return { created: false, disposition: last };
      }
      const found = { reason, actor: actor.id };
      const disposition = await this.dispositions.add(manager, { alertId, outcome }, found);
      await audit(manager, {
        ...{ act: 'find on alerts', outcome: 'done', actor: auditActor(actor), reason },
        object: { type: 'alert', id: alertId },
        before: last === undefined ? null : { outcome: last.outcome },
        after: { outcome },
      });
      return { created: true, disposition };
    });
  }
}
