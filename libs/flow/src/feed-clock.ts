import { DAY_MS, type EventTimeMs, HOUR_MS } from '#domain';

/** One row moves the clock on by at most this. */
const STEP_MAX_MS = HOUR_MS;
/** So far behind the clock, a row is not just late… */
const FAR_BEHIND_MS = DAY_MS;
/** …and so many of them in a row mean that the clock itself was set wrong. */
const FAR_BEHIND_MAX = 100;

/** What a snapshot keeps of a clock. */
export interface FeedClockState {
  readonly at: EventTimeMs | null;
  readonly began: EventTimeMs;
  readonly farBehind: number;
}

/**
 * What time it is in the feed. It follows the rows' own times, but takes no single row's word for it: one that claims to come
 * from another century moves it by an hour, and what is learnt by it of all the others stays as it was.
 */
export class FeedClock {
  /** One number: a field that is set with every row would be a new object each time. */
  private readonly time = new Float64Array(1).fill(Number.NaN);
  private farBehind = 0;
  private began: EventTimeMs = 0;

  /** What time it is; NaN before anything was heard. */
  get now(): EventTimeMs {
    return this.time[0]!;
  }

  /** When the feed began. */
  get startedAt(): EventTimeMs {
    return this.began;
  }

  /** Hears a row's time. @returns the feed's time now */
  hear(atMs: EventTimeMs): EventTimeMs {
    const { time } = this;
    const nowMs = time[0]!;
    if (Number.isNaN(nowMs)) {
      this.began = atMs;
      return (time[0] = atMs);
    }
    this.farBehind = atMs < nowMs - FAR_BEHIND_MS ? this.farBehind + 1 : 0;
    if (this.farBehind >= FAR_BEHIND_MAX) {
      this.farBehind = 0;
      time[0] = atMs;
    } else if (atMs > nowMs) {
      time[0] = Math.min(atMs, nowMs + STEP_MAX_MS);
    }
    return time[0]!;
  }

  save(): FeedClockState {
    return {
      at: Number.isNaN(this.now) ? null : this.now,
      began: this.began,
      farBehind: this.farBehind,
    };
  }

  load({ at, began, farBehind }: FeedClockState): void {
    this.time[0] = at ?? Number.NaN;
    this.began = began;
    this.farBehind = farBehind;
  }
}
