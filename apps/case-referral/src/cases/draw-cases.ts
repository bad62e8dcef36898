import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { setTimeout as sleep } from 'node:timers/promises';
import { WakeUp } from '#messaging';
import { CaseReferralConfig } from '../case-referral-config';
import { CaseRepository } from './case.repository';
import { RefreshCases } from './refresh-cases';

/** Drawn in one transaction. Whoever reads events waits for it where it needs one of them. */
const CASES_AT_ONCE_MAX = 20;
/** A case is drawn a twentieth of the time at most: one of 5,000 transfers takes a tenth of a second. */
const REST_PER_DRAWING = 20;
const REST_MIN_MS = 250;
const REST_MAX_MS = 60_000;
/** All of them together a twentieth while events come, which must be read meanwhile… */
const PAUSE_PER_DRAWING_WITH_EVENTS = 19;
/** …and a quarter when none has come for so long: what they left is caught up with, and people are still answered. */
const PAUSE_PER_DRAWING = 3;
const QUIET_AFTER_MS = 1_000;
/** One that cannot be drawn is tried again after this long. */
const PUT_OFF_MS = 5_000;
const RETRY_MS = 1_000;

/**
 * Keeps what the list shows of cases up to date with what was told of them: at once where little is told, and each case a
 * share of the time where much is. Every instance draws; none of them the same case.
 */
@Injectable()
export class DrawCases implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly wakeUp: WakeUp;
  private running: Promise<void> | null = null;
  private readonly stop = new AbortController();
  private atOnceMax = CASES_AT_ONCE_MAX;
  private eventsAtMs = -Infinity;

  constructor(
    config: CaseReferralConfig,
    private readonly cases: CaseRepository,
    private readonly refreshCases: RefreshCases,
    @InjectPinoLogger(DrawCases.name) private readonly logger: PinoLogger,
  ) {
    this.wakeUp = new WakeUp(config.DATABASE_URL, 'cases');
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.wakeUp.open();
    this.running = this.run();
  }

  /** Ends after those in hand. */
  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.wakeUp.close();
    await this.running;
  }

  /** Events were read just now. */
  eventsCame(): void {
    this.eventsAtMs = performance.now();
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      try {
        const fromMs = performance.now();
        if ((await this.drawSome()) === 0) await this.wakeUp.wait();
        else await this.rest(performance.now() - fromMs);
      } catch (error) {
        this.logger.error({ err: error }, 'cases cannot be drawn, and wait');
        await this.pause(RETRY_MS);
      }
    }
  }

  /** Rests as long as that drawing allows; no longer than it allows by then, where events end meanwhile. */
  private async rest(tookMs: number): Promise<void> {
    for (let restedMs = 0; !this.stop.signal.aborted;) {
      const leftMs = Math.min(tookMs * this.pausePerDrawing(), REST_MAX_MS) - restedMs;
      if (leftMs <= 0) return;
      const ms = Math.min(leftMs, QUIET_AFTER_MS);
      await this.pause(ms);
      restedMs += ms;
    }
  }

  private pausePerDrawing(): number {
    const isQuiet = performance.now() - this.eventsAtMs > QUIET_AFTER_MS;
    return isQuiet ? PAUSE_PER_DRAWING : PAUSE_PER_DRAWING_WITH_EVENTS;
  }

  /** Ends at once when this is to stop: a service has only so long for that. */
  private async pause(ms: number): Promise<void> {
    const { signal } = this.stop;
    await sleep(ms, undefined, { signal }).catch(() => undefined);
  }

  /** @returns how many were due */
  private async drawSome(): Promise<number> {
    let due: string[] = [];
    try {
      await this.cases.transaction(async (manager) => {
        due = await this.cases.lockDue(manager, this.atOnceMax);
        if (due.length === 0) return;
        const fromMs = performance.now();
        await this.refreshCases.run(manager, due);
        const restMs = ((performance.now() - fromMs) / due.length) * REST_PER_DRAWING;
        await this.cases.drawn(manager, due, Math.min(Math.max(restMs, REST_MIN_MS), REST_MAX_MS));
      });
      this.atOnceMax = CASES_AT_ONCE_MAX;
    } catch (error) {
      if (due.length === 0) throw error;
      this.logger.error({ err: error, cases: due.length }, 'cases could not be drawn');
      // One by one, until it is known which of them it is.
      if (due.length === 1) await this.cases.putOff(due, PUT_OFF_MS);
      else this.atOnceMax = 1;
    }
    return due.length;
  }
}
