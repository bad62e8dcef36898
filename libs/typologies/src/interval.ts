/** A figure with the interval that would hold the true one nineteen times in twenty. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Of the normal distribution, the 97.5 % quantile. */
const Z = 1.959964;

/**
 * A share of independent cases, by Wilson's score interval (E. B. Wilson, JASA 22, 1927): it holds where the share is near 0
 * or 1, and where there are few.
 *
 * @returns null where there are none
 */
export function shareInterval(of: number, all: number): Interval | null {
  if (all === 0) return null;
  const share = of / all;
  const weight = (Z * Z) / all;
  const middle = (share + weight / 2) / (1 + weight);
  const half = (Z / (1 + weight)) * Math.sqrt((share * (1 - share)) / all + weight / (4 * all));
  return { value: share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The mean of days, by the normal approximation over their own spread. Days differ more than chance alone would have it, which
 * counting alerts as independent would not know.
 *
 * @returns null where there are fewer than two days
 */
export function meanInterval(values: readonly number[]): Interval | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = Z * Math.sqrt(variance / n);
  return { value: mean, low: mean - half, high: mean + half };
}

/**
 * How much larger a share is under one way than under another, of the same cases: by those that only one of the two has
 * (Wald's interval for a difference of paired shares).
 *
 * @param gained cases that only the second has
 * @param lost cases that only the first has
 * @returns null where there are none
 */
export function pairedInterval(gained: number, lost: number, all: number): Interval | null {
  if (all === 0) return null;
  const value = (gained - lost) / all;
  const half = (Z / all) * Math.sqrt(gained + lost - (gained - lost) ** 2 / all);
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
}
