export interface RestartLimits {
  /** So many restarts in the window; the next end is the last. */
  readonly restartsMax: number;
  readonly windowMs: number;
  /** The pause before the first restart in a window; each further one is twice as long. */
  readonly pauseFirstMs: number;
  readonly pauseMaxMs: number;
}

export const RESTART_LIMITS: RestartLimits = {
  restartsMax: 5,
  windowMs: 60_000,
  pauseFirstMs: 250,
  pauseMaxMs: 5_000,
};

/**
 * Decides whether a program that ended is started again, and when. One that ends again and again has a cause that no
 * restart removes: then someone must be told, and the rest must not go on as if nothing were.
 */
export class RestartPolicy {
  private readonly restartsAtMs: number[] = [];

  constructor(private readonly limits: RestartLimits = RESTART_LIMITS) {}

  /**
   * The program has ended.
   *
   * @param nowMs of a clock that never goes back
   * @returns how long to wait before it is started again, in milliseconds; null where it should not be any more
   */
  next(nowMs: number): number | null {
    const { restartsMax, windowMs, pauseFirstMs, pauseMaxMs } = this.limits;
    while (this.restartsAtMs.length > 0 && this.restartsAtMs[0]! <= nowMs - windowMs) {
      this.restartsAtMs.shift();
    }
    const recent = this.restartsAtMs.length;
    if (recent >= restartsMax) return null;
    this.restartsAtMs.push(nowMs);
    return Math.min(pauseFirstMs * 2 ** recent, pauseMaxMs);
  }
}
