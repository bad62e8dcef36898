import { DAY_MS } from '#domain';

/**
 * A counter that forgets: what was counted a half-life ago weighs half. Decayed only when touched, so that a wallet at rest
 * costs nothing. An event from before the last touch (a late row) does not turn the clock back.
 */
export function decayed(value: number, sinceMs: number, nowMs: number, halfLifeMs: number): number {
  return nowMs <= sinceMs ? value : value * 2 ** ((sinceMs - nowMs) / halfLifeMs);
}

/**
 * By how many days a decayed counter is to be divided to give events per day: a steady rate settles at rate × half-life /
 * ln 2, and one that was watched for less has had less of a chance to count.
 */
export const settledDays = (watchedMs: number, halfLifeMs: number): number =>
  ((halfLifeMs / Math.LN2) * (1 - 2 ** (-watchedMs / halfLifeMs))) / DAY_MS;
