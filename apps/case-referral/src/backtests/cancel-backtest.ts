import { Injectable } from '@nestjs/common';
import { audit } from '#audit';
import { type Staff } from '#identity';
import { auditActor } from '../audit/audit-actor';
import { BacktestRepository } from './backtest.repository';

/** Ends a backtest. Some process notices. */
@Injectable()
export class CancelBacktest {
  constructor(private readonly backtests: BacktestRepository) {}

  /** One that has ended stays as it is. */
  async run(id: string, actor: Staff): Promise<void> {
    await this.backtests.inTurn(async (manager) => {
      if (!(await this.backtests.cancel(manager, id))) return;
      await audit(manager, {
        ...{ act: 'run backtests', outcome: 'done', actor: auditActor(actor) },
        object: { type: 'backtest', id },
        after: { status: 'CANCELLED' },
      });
    });
  }
}
