import { type EventTimeMs, invariant } from '#domain';

const MICROS_PER_SECOND = 1_000_000;

/**
 * Milliseconds of an instant given as the nearest double of its seconds; digits below a millisecond are cut off.
 *
 * Exact although the double is not: up to the year 2100 it is within 0.24 µs of the stored microseconds, and the whole
 * seconds are taken off before anything is multiplied, which is exact. Multiplied whole, instants such as ….001 s would
 * come out a millisecond early.
 */
export function millisOfSeconds(seconds: number): EventTimeMs {
  const whole = Math.floor(seconds);
  const micros = Math.round((seconds - whole) * MICROS_PER_SECOND);
  return whole * 1_000 + Math.floor(micros / 1_000);
}

/** @returns the word as this code spells it: one string for all rows, not one a row */
export function wordOf<T extends string>(words: readonly T[], text: string | undefined): T {
  const word = words.find((known) => known === text);
  invariant(word !== undefined, 'the log holds words that this code knows');
  return word;
}
