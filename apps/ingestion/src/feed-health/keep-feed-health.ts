import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Cron, CronExpression } from '@nestjs/schedule';
import { InjectPinoLogger, PinoLogger } from 'nestjs-pino';
import { Gauge, Registry } from 'prom-client';
import { DAY_MS, SECOND_MS } from '#domain';
import { RefusedRowRepository } from '../refusals/refused-row.repository';
import { FeedHealthRepository, type FeedHour } from './feed-health.repository';
import { FeedTally, type Tally } from './feed-tally';
import { lagWithin } from './lag-within';
import { SequenceRepository } from './sequence.repository';
import { silenceOf } from './silence';
import { StatementRepository } from './statement.repository';

const FLUSH_MS = 5 * SECOND_MS;

/** Adds what was counted here to what is known of each feed, and looks whether any has gone silent. */
@Injectable()
export class KeepFeedHealth implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> | null = null;
  /** What could not be added; as many as there are providers, and lost with the process. */
  private left: readonly Tally[] = [];
  private readonly gauges: Readonly<
    Record<'silent' | 'skew' | 'lag' | 'missing', Gauge<'provider'>>
  >;

  constructor(
    private readonly tally: FeedTally,
    private readonly health: FeedHealthRepository,
    private readonly statements: StatementRepository,
    private readonly sequences: SequenceRepository,
    private readonly refusals: RefusedRowRepository,
    registry: Registry,
    @InjectPinoLogger(KeepFeedHealth.name) private readonly logger: PinoLogger,
  ) {
    const gauge = (name: string, help: string): Gauge<'provider'> =>
      new Gauge({ name, help, labelNames: ['provider'], registers: [registry] });
    this.gauges = {
      silent: gauge(
        'layerwatch_feed_silent',
        '1 where a provider sends nothing at hours at which it usually sends, else 0.',
      ),
      skew: gauge(
        'layerwatch_feed_skew_seconds',
        'By which the time that it is in a feed is behind the time when it was last heard of; below 0 where it is ahead.',
      ),
      lag: gauge(
        'layerwatch_feed_event_to_stored_seconds',
        'Within which nineteen of twenty rows of the last day were stored after what they tell of, as a power of two.',
      ),
      missing: gauge(
        'layerwatch_feed_missing_numbers',
        'Running numbers of a provider between its lowest and its highest that never came.',
      ),
    };
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      void this.flush();
    }, FLUSH_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.flushing;
    await this.flushOnce();
  }

  /** Adds what was counted since the last time. Never fails: what could not be added is, the next time. */
  flush(): Promise<void> {
    this.flushing ??= this.flushOnce().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  private async flushOnce(): Promise<void> {
    // One of a provider at a time: a statement must not add to a row twice.
    if (this.left.length === 0) this.left = this.tally.hand();
    try {
      await this.health.add(this.left);
      this.left = [];
    } catch {
      // A database that does not answer is said by everything else.
    }
  }

  /** Never fails: it is tried again a minute later. */
  @Cron(CronExpression.EVERY_MINUTE)
  async look(): Promise<void> {
    try {
      await this.statements.addUp();
      this.tell(await this.health.hours(null), await this.sequences.missing(), Date.now());
    } catch (error) {
      this.logger.error({ err: error }, 'how the feeds are could not be looked at; tried again');
    }
  }

  @Cron(CronExpression.EVERY_HOUR)
  async forget(): Promise<void> {
    try {
      await this.health.forgetOld();
      await this.statements.forgetOld();
      await this.refusals.forgetOld();
    } catch (error) {
      this.logger.error({ err: error }, 'old counts of feeds stay; tried again in an hour');
    }
  }

  private tell(
    hours: readonly FeedHour[],
    missing: readonly { readonly provider: string; readonly missing: number }[],
    nowMs: number,
  ): void {
    const byProvider = new Map<string, FeedHour[]>();
    for (const hour of hours) {
      byProvider.set(hour.provider, [...(byProvider.get(hour.provider) ?? []), hour]);
    }
    const { silent, skew, lag, missing: numbers } = this.gauges;
    // Who is gone is not told of for good.
    for (const gauge of [silent, skew, lag, numbers]) gauge.reset();
    for (const [provider, own] of byProvider) {
      silent.set({ provider }, silenceIn(own, nowMs).isSilent ? 1 : 0);
      const behind = skewSeconds(own);
      if (behind !== null) skew.set({ provider }, behind);
      const day = own.filter(({ hour }) => hour.getTime() > nowMs - DAY_MS);
      const within = lagWithin(
        day.map(({ lags }) => lags),
        0.95,
      );
      if (within !== null) lag.set({ provider }, within);
    }
    for (const { provider, missing: count } of missing) numbers.set({ provider }, count);
  }
}

/** By how much the time of a feed is behind the time when it was last heard of. @param hours of one provider, oldest first */
export function skewSeconds(hours: readonly FeedHour[]): number | null {
  const last = hours.at(-1);
  if (last === undefined || last.feedClock === null) return null;
  return Math.round((last.receivedAt.getTime() - last.feedClock.getTime()) / SECOND_MS);
}

/** How the silence of a provider stands to its habit. @param hours of one provider, oldest first, at least one */
export const silenceIn = (hours: readonly FeedHour[], nowMs: number) =>
  silenceOf(
    hours.map(({ hour, accepted }) => ({ hourMs: hour.getTime(), rows: accepted })),
    hours.at(-1)!.receivedAt.getTime(),
    nowMs,
  );
