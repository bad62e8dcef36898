import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Registry } from 'prom-client';
import { AppError } from '#domain';
import { ATTEMPTS_MAX, BacktestRepository, type TakenUp } from './backtest.repository';
import { type StageProgress, TryPacks } from './try-packs';

/** How often it is looked whether one waits. */
const LOOK_MS = 1_000;
/** After a failure of everything, say of the database, it is looked less often. */
const LOOK_AFTER_FAILURE_MS = 5_000;
/** One that is not heard of for so long is taken up by another… */
const LEASE_SECONDS = 60;
/** …and it is heard of so often. */
const BEAT_MS = 1_000;

/** It was cancelled, another has it, or this process is to end. */
class GoesNoFurther extends Error {}

/** Takes up backtests and runs them, one at a time. */
@Injectable()
export class RunBacktests implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stop = new AbortController();
  private running: Promise<void> | null = null;
  private readonly ended: Counter<'how'>;

  constructor(
    private readonly backtests: BacktestRepository,
    private readonly tryPacks: TryPacks,
    registry: Registry,
    @InjectPinoLogger(RunBacktests.name) private readonly logger: PinoLogger,
  ) {
    this.ended = new Counter({
      name: 'layerwatch_backtests_total',
      help: 'Backtests that were taken up, by how that ended.',
      labelNames: ['how'],
      registers: [registry],
    });
  }

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      let waitMs = LOOK_MS;
      try {
        const taken = await this.backtests.takeUp(LEASE_SECONDS);
        if (taken !== null) {
          await this.run(taken);
          continue;
        }
      } catch (error) {
        this.logger.error({ err: error }, 'backtests cannot be taken up');
        waitMs = LOOK_AFTER_FAILURE_MS;
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async run(taken: TakenUp): Promise<void> {
    const { id, attempt } = taken;
    this.logger.info({ id, attempt }, 'backtest taken up');
    try {
      const report = await this.tryPacks.run(taken, this.progressOf(taken));
      await this.backtests.done(taken, report);
      this.ended.inc({ how: 'done' });
      this.logger.info({ id }, 'backtest done');
    } catch (error) {
      if (error instanceof GoesNoFurther) {
        // Where it was cancelled, or is another's, this changes nothing.
        await this.backtests.release(taken, false);
        this.ended.inc({ how: 'left' });
        return;
      }
      this.logger.error({ err: error, id, attempt }, 'backtest failed');
      this.ended.inc({ how: 'failed' });
      if (error instanceof AppError) await this.backtests.failed(taken, error.message);
      else if (attempt < ATTEMPTS_MAX) await this.backtests.release(taken, true);
      else await this.backtests.failed(taken, 'it failed; the log of the service tells why');
    }
  }

  private progressOf(taken: TakenUp): StageProgress {
    let beatenMs = -Infinity;
    let stageTold = '';
    return async (stage, entries, isEnd = false) => {
      if (this.stop.signal.aborted) throw new GoesNoFurther();
      const nowMs = performance.now();
      if (!isEnd && stage === stageTold && nowMs - beatenMs < BEAT_MS) return;
      beatenMs = nowMs;
      stageTold = stage;
      if (!(await this.backtests.beat(taken, LEASE_SECONDS, stage, entries))) {
        throw new GoesNoFurther();
      }
    };
  }
}
