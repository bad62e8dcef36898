import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { AppError, SECOND_MS } from '#domain';
import { type Reporter } from '#identity';
import { IngestionMetrics } from './ingestion-metrics';

/** Rows are counted over so long: a feed comes in bursts. */
const WINDOW_S = 10;
/** A stream that is ahead of its quota waits no longer than this between two batches. */
const STREAM_WAIT_MAX_MS = 60_000;
/** So often a stream that waits looks whether the process is ending. */
const LOOK_MS = 250;

/**
 * Keeps providers to the rows a second that were agreed with them, where anything was agreed; of this instance.
 *
 * A batch is taken whole or not at all, before anything of it is stored: it is taken while the rows of the last ten seconds are
 * below the quota, and what it brings above it is waited for afterwards, so in the long run nobody has more than the quota.
 * Duplicates and refused rows count, since they cost as much.
 */
@Injectable()
export class RowQuota {
  // What is allowed differs from provider to provider, so it only counts here; it is compared below.
  private readonly rows = new RateLimiterMemory({ points: 1, duration: WINDOW_S });

  constructor(private readonly metrics: IngestionMetrics) {}

  /**
   * Takes the rows of one request's first batch.
   *
   * @throws AppError OVERLOADED, with how long to wait, where the quota is used up
   */
  async take({ provider, rowsPerSecondMax: quota }: Reporter, rows: number): Promise<void> {
    if (quota === null) return;
    const waitMs = await this.waitMs(provider, quota);
    if (waitMs > 0) throw this.refusal(waitMs);
    await this.count(provider, quota, rows);
  }

  /**
   * Takes a later batch of a stream, once there is room for it. Refused in the middle, a stream would be sent again from its
   * beginning, meet the quota at the same place, and never get any further; its sender is slowed down instead, since what is
   * not read stays with it.
   *
   * @param whileWaiting called several times a second; what it throws ends the waiting
   * @throws AppError OVERLOADED where that would take longer than a stream waits
   */
  async takeLater(reporter: Reporter, rows: number, whileWaiting: () => void): Promise<void> {
    const { provider, rowsPerSecondMax: quota } = reporter;
    if (quota === null) return;
    for (let waitedMs = 0; ;) {
      const waitMs = await this.waitMs(provider, quota);
      if (waitMs <= 0) break;
      if (waitedMs + waitMs > STREAM_WAIT_MAX_MS) throw this.refusal(waitMs);
      const pauseMs = Math.min(waitMs, LOOK_MS);
      await sleep(pauseMs);
      waitedMs += pauseMs;
      whileWaiting();
    }
    await this.count(provider, quota, rows);
  }

  /** How long until a row is taken again; 0 where one is taken now. */
  private async waitMs(provider: string, quota: number): Promise<number> {
    const counted = await this.rows.get(provider);
    if (counted === null || counted.consumedPoints < quota * WINDOW_S) return 0;
    return Math.max(0, counted.msBeforeNext);
  }

  private async count(provider: string, quota: number, rows: number): Promise<void> {
    const { consumedPoints, msBeforeNext } = await this.rows.penalty(provider, rows);
    const above = consumedPoints - quota * WINDOW_S;
    if (above <= 0) return;
    await this.rows.set(provider, quota * WINDOW_S, msBeforeNext / SECOND_MS + above / quota);
  }

  private refusal(waitMs: number): AppError {
    this.metrics.toldToWait.inc({ because: 'quota' });
    return new AppError(
      'OVERLOADED',
      'this provider has sent the rows that its quota allows; send the request again later',
      [],
      { retryAfterSeconds: Math.ceil(waitMs / SECOND_MS) },
    );
  }
}
