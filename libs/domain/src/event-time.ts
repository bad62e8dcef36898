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

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;
/** Where the parts of one begin. A fraction and the offset, of so many characters, follow the second. */
const AT = { month: 5, day: 8, hour: 11, minute: 14, second: 17, fraction: 19 } as const;
const OFFSET_LENGTH = 6;

/**
 * Reads an RFC 3339 instant with its offset; digits below a millisecond are cut off.
 *
 * @throws AppError INVALID_INPUT where it is none, is a day that no month has, or lies outside 2000-2100
 */
export function parseEventTime(text: string): EventTimeMs {
  // By place: taking the text apart, for each of millions of rows, takes three times as long.
  const atMs = RFC_3339.test(text) ? instantOf(text) : Number.NaN;
  if (Number.isNaN(atMs)) {
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

/** NaN where a part is beyond its range. A leap second has no place in milliseconds since 1970. */
function instantOf(text: string): number {
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2);
  const month = twoDigits(text, AT.month);
  const day = twoDigits(text, AT.day);
  const hour = twoDigits(text, AT.hour);
  const minute = twoDigits(text, AT.minute);
  const second = twoDigits(text, AT.second);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const offsetMs = offsetOf(text);
  return Date.UTC(year, month - 1, day, hour, minute, second, fractionOf(text)) - offsetMs;
}

/** Ahead of UTC, in milliseconds. */
function offsetOf(text: string): number {
  const at = text.length - OFFSET_LENGTH;
  const sign = text[at];
  if (sign !== '+' && sign !== '-') return 0;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (hours > 23 || minutes > 59) return Number.NaN;
  const aheadMs = hours * HOUR_MS + minutes * MINUTE_MS;
  return sign === '+' ? aheadMs : -aheadMs;
}

/** The milliseconds of a second's fraction; what is no digit ends it. */
function fractionOf(text: string): number {
  if (text[AT.fraction] !== '.') return 0;
  let fractionMs = 0;
  let unitMs = 100;
  for (let at = AT.fraction + 1; unitMs >= 1 && isDigit(text, at); at += 1) {
    fractionMs += digit(text, at) * unitMs;
    unitMs /= 10;
  }
  return fractionMs;
}

const digit = (text: string, at: number): number => text.charCodeAt(at) - 0x30;
const isDigit = (text: string, at: number): boolean => digit(text, at) >= 0 && digit(text, at) <= 9;
const twoDigits = (text: string, at: number): number => 10 * digit(text, at) + digit(text, at + 1);

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysIn = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : DAYS[month - 1]!;

export const formatEventTime = (atMs: EventTimeMs): string => new Date(atMs).toISOString();
