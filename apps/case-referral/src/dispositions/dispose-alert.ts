import { Injectable } from '@nestjs/common';
import { type Staff } from '#identity';
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
      if (!(await this.dispositions.lockAlert(manager, alertId))) throw notFound('alert');
      const [last] = await this.dispositions.ofAlert(manager, alertId, 1);
      if (last?.outcome === outcome && last.decidedBy === actor.id) {
        return { created: false, disposition: last };
      }
      const found = { reason, actor: actor.id };
      return {
        created: true,
        disposition: await this.dispositions.add(manager, { alertId, outcome }, found),
      };
    });
  }
}
