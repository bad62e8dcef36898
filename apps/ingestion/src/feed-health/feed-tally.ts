import { Injectable } from '@nestjs/common';
import { HOUR_MS, SECOND_MS } from '#domain';
import { FeedClock } from '#flow';
import { type RowOutcome } from '../row-kind';

/** Within 1, 2, 4, … 2^14 seconds, and later: four and a half hours are late enough to tell no further. */
export const LAG_BUCKETS = 16;
/** So far behind the feed's clock a row is late, and so far ahead of it in the future. It is stored all the same. */
const FAR_MS = HOUR_MS;

/** What one provider has sent since it was last asked. */
export interface Tally {
  readonly provider: string;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly late: number;
  readonly future: number;
  readonly lags: readonly number[];
  /** What time it is in the feed; null where nothing was stored. */
  readonly clockMs: number | null;
}

class ProviderTally {
  readonly clock = new FeedClock();
  accepted = 0;
  duplicates = 0;
  rejected = 0;
  late = 0;
  future = 0;
  lags = new Array<number>(LAG_BUCKETS).fill(0);

  get isEmpty(): boolean {
    return this.accepted + this.duplicates + this.rejected === 0;
  }

  hear(atMs: number, nowMs: number): void {
    const clockMs = this.clock.now;
    if (atMs < clockMs - FAR_MS) this.late += 1;
    else if (atMs > clockMs + FAR_MS) this.future += 1;
    this.clock.hear(atMs);
    const lagS = Math.max(1, (nowMs - atMs) / SECOND_MS);
    this.lags[Math.min(LAG_BUCKETS - 1, Math.ceil(Math.log2(lagS)))]! += 1;
  }

  hand(provider: string): Tally {
    const { accepted, duplicates, rejected, late, future, lags } = this;
    const clockMs = Number.isNaN(this.clock.now) ? null : this.clock.now;
    this.accepted = this.duplicates = this.rejected = this.late = this.future = 0;
    this.lags = new Array<number>(LAG_BUCKETS).fill(0);
    return { provider, accepted, duplicates, rejected, late, future, lags, clockMs };
  }
}

/** Counts what each provider sends, until it is handed over. As many as there are providers with keys. */
@Injectable()
export class FeedTally {
  private readonly providers = new Map<string, ProviderTally>();

  /** Counts a batch that was committed. @param storedAtMs what the rows tell of that were stored now happened then */
  add(
    provider: string,
    outcomes: readonly RowOutcome[],
    storedAtMs: readonly number[],
    nowMs = Date.now(),
  ): void {
    let tally = this.providers.get(provider);
    if (tally === undefined) this.providers.set(provider, (tally = new ProviderTally()));
    for (const { kind } of outcomes) {
      if (kind === 'accepted') tally.accepted += 1;
      else if (kind === 'duplicate') tally.duplicates += 1;
      else tally.rejected += 1;
    }
    for (const atMs of storedAtMs) tally.hear(atMs, nowMs);
  }

  /** What has been counted since the last time; providers that sent nothing are left out. */
  hand(): Tally[] {
    return [...this.providers].flatMap(([provider, tally]) =>
      tally.isEmpty ? [] : [tally.hand(provider)],
    );
  }
}
