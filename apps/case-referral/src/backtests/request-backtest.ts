import { Injectable } from '@nestjs/common';
import { v7 as uuidV7 } from 'uuid';
import { audit } from '#audit';
import { AppError, type EventTimeMs, formatEventTime, invariant, parseEventTime } from '#domain';
import { type Staff } from '#identity';
import { auditActor } from '../audit/audit-actor';
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
    const learns = learn === true;
    if ((pack == null) !== learns) throw refused('', 'give either pack or learn');
    const [fromMs, untilMs] = [readInstant('/from', from), readInstant('/until', until)];
    if (fromMs !== null && untilMs !== null && fromMs >= untilMs) {
      throw refused('/until', 'must be after from');
    }
    return this.backtests.inTurn(async (manager) => {
      const { backtests } = this;
      const present = await backtests.present(manager);
      invariant(present !== null, 'a pack is in force from the first start on');
      if (pack != null && (pack.includes('\0') || !(await backtests.isKnownPack(manager, pack)))) {
        throw notFound('rule pack');
      }
      const asked: NewBacktest = {
        ...{ id: uuidV7(), present, candidate: pack ?? null },
        from: fromMs === null ? null : formatEventTime(fromMs),
        until: untilMs === null ? null : formatEventTime(untilMs),
        requestedBy: actor.id,
        officers: officers ?? Math.max(1, await backtests.analysts(manager)),
      };
      const open = await backtests.open(manager, asked);
      if (open !== null) return { created: false, backtest: open };
      if (learns) {
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
      const backtest = await backtests.add(manager, asked);
      await audit(manager, {
        ...{ act: 'run backtests', outcome: 'done', actor: auditActor(actor) },
        object: { type: 'backtest', id: asked.id },
        before: null,
        after: {
          candidate: asked.candidate,
          present: asked.present,
          from: asked.from,
          until: asked.until,
        },
      });
      return { created: true, backtest };
    });
  }
}

/** @throws AppError INVALID_INPUT */
function readInstant(path: string, text: string | null | undefined): EventTimeMs | null {
  if (text == null) return null;
  try {
    return parseEventTime(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw refused(path, error.message);
  }
}

const refused = (path: string, detail: string): AppError =>
  new AppError('INVALID_INPUT', 'the request is not what this route takes', [
    { code: 'INVALID_INPUT', path, detail },
  ]);
