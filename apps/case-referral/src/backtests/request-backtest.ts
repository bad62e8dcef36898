import { Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { AppError, invariant } from '#domain';
import { type Staff } from '#identity';
import { notFound } from '../page/known-id';
import { type BacktestInput } from './backtest-input';
import { type Backtest, BacktestRepository, type NewBacktest } from './backtest.repository';

/** Backtests that wait; each goes over the whole log. */
const WAITING_MAX = 20;
/** A scorecard is learnt from no fewer alerts of each kind: from fewer it says what chance says. */
export const LEARNT_FROM_MIN = 10;

/** Asks for a backtest. Some process takes it up. */
@Injectable()
export class RequestBacktest {
  constructor(private readonly backtests: BacktestRepository) {}

  /**
   * Asking for what is under way already changes nothing.
   *
   * @throws AppError INVALID_INPUT; NOT_FOUND for no such pack; CONFLICT where too many wait;
   *   PRECONDITION_FAILED where there is too little to learn from
   */
  async run(
    { pack, learn, from, until, officers }: BacktestInput,
    actor: Staff,
  ): Promise<{ created: boolean; backtest: Backtest }> {
    if ((pack === undefined) === (learn === undefined)) {
      throw refused('', 'give either pack or learn');
    }
    if (from !== undefined && until !== undefined && Date.parse(from) >= Date.parse(until)) {
      throw refused('/until', 'must be after from');
    }
    return this.backtests.inTurn(async (manager) => {
      const { backtests } = this;
      const present = await backtests.present(manager);
      invariant(present !== null, 'a pack is in force from the first start on');
      if (
        pack !== undefined &&
        (pack.includes('\0') || !(await backtests.isKnownPack(manager, pack)))
      ) {
        throw notFound('rule pack');
      }
      const asked: NewBacktest = {
        ...{ id: uuidV7(), present, candidate: pack ?? null },
        ...{ from: from ?? null, until: until ?? null, requestedBy: actor.id },
        officers: officers ?? Math.max(1, await backtests.analysts(manager)),
      };
      const open = await backtests.open(manager, asked);
      if (open !== null) return { created: false, backtest: open };
      if (learn) {
        const { confirmed, refuted } = await backtests.disposed(manager);
        if (Math.min(confirmed, refuted) < LEARNT_FROM_MIN) {
          throw new AppError(
            'PRECONDITION_FAILED',
            `${confirmed} alerts are confirmed and ${refuted} refuted: learning needs ${LEARNT_FROM_MIN} of each`,
          );
        }
      }
      if ((await backtests.waiting(manager)) >= WAITING_MAX) {
        throw new AppError(
          'CONFLICT',
          `${WAITING_MAX} backtests wait already: cancel one, or wait`,
        );
      }
      return { created: true, backtest: await backtests.add(manager, asked) };
    });
  }
}

const refused = (path: string, detail: string): AppError =>
  new AppError('INVALID_INPUT', 'the request is not what this route takes', [
    { code: 'INVALID_INPUT', path, detail },
  ]);
