import { DateTime, IANAZone } from 'luxon';
import { EVENT_TIME_MAX_MS, formatEventTime } from '#domain';

const DAY_MS = 24 * 60 * 60 * 1_000;
const MINUTE_MS = 60 * 1_000;
/** Months and halves of the day are read in English, on every machine. */
const LOCALE = { locale: 'en-US', numberingSystem: 'latn' } as const;
/** Together they tell a format that leaves a part of the instant out: none of their parts is another's default. */
const SAMPLES = ['2011-11-23T15:47:00Z', '2026-03-09T04:21:00Z'];

/** Reads an instant as somebody writes it. @returns RFC 3339, or why it is none */
export type InstantReader = (
  text: string,
) => { readonly instant: string } | { readonly fault: string };

const NOT_WRITTEN_SO = { fault: 'is not written in the format of the mapping' } as const;

/** What can be wrong with a format or time zone, by the key of the document that has it. */
export interface InstantFault {
  readonly key: 'format' | 'timeZone';
  readonly detail: string;
}

/** Seconds or milliseconds since 1970, which Luxon writes and does not read; they say no time zone. */
const UNIX_FORMATS: ReadonlyMap<string, number> = new Map([
  ['UNIX_SECONDS', 1_000],
  ['UNIX_MILLIS', 1],
]);
const UNIX_NUMBER = /^[0-9]{1,14}$/;

const parse = (text: string, format: string, zone: string): DateTime =>
  DateTime.fromFormat(text, format, { ...LOCALE, zone });

/** Whether what is written in this format says its own offset, or is none. */
function saysOffset(format: string): boolean {
  const sample = DateTime.fromISO(SAMPLES[0]!, { zone: 'utc' }).toFormat(format, LOCALE);
  const inUtc = parse(sample, format, 'utc');
  return inUtc.isValid && inUtc.toMillis() === parse(sample, format, 'UTC+5').toMillis();
}

/** Whether an instant that is written in this format can be read back: to the day, or to the minute. */
const isComplete = (format: string, unit: 'day' | 'minute'): boolean =>
  SAMPLES.every((sample) => {
    const at = DateTime.fromISO(sample, { zone: 'utc' });
    const back = parse(at.toFormat(format, LOCALE), format, 'utc');
    return back.isValid && back.startOf(unit).toMillis() === at.startOf(unit).toMillis();
  });

const NEEDS_NO_ZONE: InstantFault = {
  key: 'timeZone',
  detail: 'must be left out: the format says the offset itself',
};

/** @returns null where the two can read an instant */
export function instantFault(
  format: string,
  timeZone: string | undefined,
  unit: 'day' | 'minute',
): InstantFault | null {
  if (UNIX_FORMATS.has(format)) {
    return timeZone === undefined ? null : NEEDS_NO_ZONE;
  }
  if (!isComplete(format, unit)) {
    const parts = unit === 'day' ? 'year, month and day' : 'year, month, day, hour and minute';
    return { key: 'format', detail: `must say ${parts}, such as dd-MM-yyyy HH:mm:ss` };
  }
  const offset = saysOffset(format);
  if (timeZone === undefined) {
    return offset ? null : { key: 'timeZone', detail: 'is required: the format says no offset' };
  }
  if (!IANAZone.isValidZone(timeZone)) {
    return { key: 'timeZone', detail: 'must be a time zone such as Asia/Karachi (IANA)' };
  }
  return offset ? NEEDS_NO_ZONE : null;
}

/**
 * A reader for instants in this format, which must be without fault.
 *
 * A local time that comes twice, because the clocks went back, is taken for the first of the two: a row an hour early is better than none.
 * One that never was, because they went forward, refuses the row: no clock has shown it, so something else is wrong.
 */
export function instantReader(format: string, timeZone: string | undefined): InstantReader {
  const unixMs = UNIX_FORMATS.get(format);
  if (unixMs !== undefined) return (text) => unixInstant(text, unixMs);
  const parser = DateTime.buildFormatParser(format, LOCALE);
  const zone = timeZone === undefined ? null : IANAZone.create(timeZone);
  return (text) => {
    const read = DateTime.fromFormatParser(text, parser, { ...LOCALE, zone: 'utc' });
    if (!read.isValid) return NOT_WRITTEN_SO;
    const atMs = zone === null ? read.toMillis() : firstAt(read.toMillis(), zone);
    return atMs === null
      ? { fault: 'is a local time that never was: the clocks went forward' }
      : { instant: formatEventTime(atMs) };
  };
}

function unixInstant(text: string, unitMs: number): ReturnType<InstantReader> {
  const atMs = UNIX_NUMBER.test(text) ? Number(text) * unitMs : EVENT_TIME_MAX_MS;
  return atMs < EVENT_TIME_MAX_MS ? { instant: formatEventTime(atMs) } : NOT_WRITTEN_SO;
}

/** @param localMs the local time, as if it were UTC @returns the first instant at which clocks there show it; null where none does */
function firstAt(localMs: number, zone: IANAZone): number | null {
  // Between two days no place has changed its clocks twice.
  const before = zone.offset(localMs - DAY_MS) * MINUTE_MS;
  const after = zone.offset(localMs + DAY_MS) * MINUTE_MS;
  if (before === after) return localMs - before;
  const found = [before, after]
    .map((offsetMs) => localMs - offsetMs)
    .filter((atMs) => atMs + zone.offset(atMs) * MINUTE_MS === localMs);
  return found.length === 0 ? null : Math.min(...found);
}
