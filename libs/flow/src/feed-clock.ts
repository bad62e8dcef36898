import { DAY_MS, type EventTimeMs, HOUR_MS } from '#domain';

/** One row moves the clock on by at most this. */
const STEP_MAX_MS = HOUR_MS;
/** So far behind the clock, a row is not just late… */
const FAR_BEHIND_MS = DAY_MS;
/** …and so many of them in a row mean that the clock itself was set wrong. */
const FAR_BEHIND_MAX = 100;

/**
 * What time it is in the feed. It follows the rows' own times, but takes no single row's word for it: one that claims to come
 * from another century moves it by an hour, and what is learnt by it of all the others stays as it was.
 */
export class FeedClock {
  private at: EventTimeMs | null = null;
  private farBehind = 0;

  /** Hears a row's time. @returns the feed's time now */
  hear(atMs: EventTimeMs): EventTimeMs {
    if (this.at === null) return (this.at = atMs);
    this.farBehind = atMs < this.at - FAR_BEHIND_MS ? this.farBehind + 1 : 0;
    if (this.farBehind >= FAR_BEHIND_MAX) {
      this.farBehind = 0;
      this.at = atMs;
    } else if (atMs > this.at) {
      this.at = Math.min(atMs, this.at + STEP_MAX_MS);
    }
    return this.at;
  }
}
