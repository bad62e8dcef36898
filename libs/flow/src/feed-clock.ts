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
  /** Not null before anything was heard: a field that is always a number is one, and costs nothing to set. */
  private at: EventTimeMs = Number.NaN;
  private farBehind = 0;
  private began: EventTimeMs = 0;

  /** What time it is; NaN before anything was heard. */
  get now(): EventTimeMs {
    return this.at;
  }

  /** When the feed began. */
  get startedAt(): EventTimeMs {
    return this.began;
  }

  /** Hears a row's time. @returns the feed's time now */
  hear(atMs: EventTimeMs): EventTimeMs {
    if (Number.isNaN(this.at)) return (this.at = this.began = atMs);
    this.farBehind = atMs < this.at - FAR_BEHIND_MS ? this.farBehind + 1 : 0;
    if (this.farBehind >= FAR_BEHIND_MAX) {
      this.farBehind = 0;
      this.at = atMs;
    } else if (atMs > this.at) {
      this.at = Math.min(atMs, this.at + STEP_MAX_MS);
    }
    return this.at;
  }

  save(): FeedClockState {
    return {
      at: Number.isNaN(this.at) ? null : this.at,
      began: this.began,
      farBehind: this.farBehind,
    };
  }

  load({ at, began, farBehind }: FeedClockState): void {
    this.at = at ?? Number.NaN;
    this.began = began;
    this.farBehind = farBehind;
  }
}
