import { AppError } from './app-error';

/** An instant of the event's own clock, in milliseconds since 1970-01-01T00:00:00Z. */
export type EventTimeMs = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Instants outside are refused: a wrong century or unit is commoner there than an event. */
export const EVENT_TIME_MIN_MS = Date.UTC(2000, 0, 1);
export const EVENT_TIME_MAX_MS = Date.UTC(2100, 0, 1);

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Reads an RFC 3339 instant with its offset; digits below a millisecond are cut off.
 *
 * @throws AppError INVALID_INPUT where it is none, is a day that no month has, or lies outside 2000-2100
 */
export function parseEventTime(text: string): EventTimeMs {
  const match = RFC_3339.exec(text);
  const atMs = match ? Date.parse(text.toUpperCase().replace(/(\.\d{3})\d+/, '$1')) : Number.NaN;
  // Date.parse takes 24:00:00, which RFC 3339 does not; a leap second has no place in milliseconds since 1970.
  const inDay = match !== null && +match[4]! < 24 && +match[5]! < 60 && +match[6]! < 60;
  const dayInMonth = match ? new Date(Date.UTC(+match[1]!, +match[2]!, 0)).getUTCDate() : 0;
  if (!match || !inDay || Number.isNaN(atMs) || +match[3]! > dayInMonth) {
    throw new AppError(
      'INVALID_INPUT',
      'must be an RFC 3339 instant with an offset, such as 2026-03-01T14:05:09+05:00 (no leap second)',
    );
  }
  if (atMs < EVENT_TIME_MIN_MS || atMs >= EVENT_TIME_MAX_MS) {
    throw new AppError('INVALID_INPUT', 'must lie between the years 2000 and 2100');
  }
  return atMs;
}

export const formatEventTime = (atMs: EventTimeMs): string => new Date(atMs).toISOString();
