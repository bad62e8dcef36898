import { DAY_MS, HOUR_MS } from '#domain';

/** What a provider sent in one hour of our clock. */
export interface HourCount {
  readonly hourMs: number;
  readonly rows: number;
}

/** Days by which an hour is judged usual, and how many of them there must be. */
export const HABIT_DAYS = 14;
const HABIT_DAYS_MIN = 3;
/** So many rows would have come, and none has: by chance once in 22,000 times (e^-10), were they independent. */
const EXPECTED_MIN = 10;

/** How a provider's present silence stands to its habit. */
export interface Silence {
  readonly sinceMs: number;
  /** Rows that usually come in that time, at these hours of the day; null while too little is known. */
  readonly expectedRows: number | null;
  readonly isSilent: boolean;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Whether a provider is silent against its own hourly habit: the median of the same hour of the day over the last days. An hour in
 * which nothing came counts as nought, from the first hour on in which anything came.
 *
 * @param hours of at most `HABIT_DAYS` days, in any order; hours without rows may be left out
 * @param lastMs when anything came last
 */
export function silenceOf(hours: readonly HourCount[], lastMs: number, nowMs: number): Silence {
  const sinceMs = Math.max(0, nowMs - lastMs);
  const firstMs = hours.reduce((first, { hourMs }) => Math.min(first, hourMs), Infinity);
  const rowsOf = new Map(hours.map(({ hourMs, rows }) => [hourMs, rows]));
  let expected = 0;
  for (let hourMs = lastMs - (lastMs % HOUR_MS); hourMs < nowMs; hourMs += HOUR_MS) {
    const before: number[] = [];
    for (let day = 1; day <= HABIT_DAYS; day += 1) {
      const sameHourMs = hourMs - day * DAY_MS;
      // Of the hours since the last row nothing is known but the silence itself.
      if (sameHourMs >= firstMs && sameHourMs + HOUR_MS <= lastMs) {
        before.push(rowsOf.get(sameHourMs) ?? 0);
      }
    }
    if (before.length < HABIT_DAYS_MIN) {
      return { sinceMs, expectedRows: null, isSilent: false };
    }
    const share = (Math.min(nowMs, hourMs + HOUR_MS) - Math.max(lastMs, hourMs)) / HOUR_MS;
    expected += share * median(before);
    // It is silent whatever comes on top; a feed that ended a year ago needs no look at every hour since.
    if (expected >= EXPECTED_MIN && nowMs - hourMs > DAY_MS) break;
    if (hourMs - lastMs > HABIT_DAYS * DAY_MS) break;
  }
  return { sinceMs, expectedRows: expected, isSilent: expected >= EXPECTED_MIN };
}
