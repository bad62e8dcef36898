import fc from 'fast-check';
import { EVENT_TIME_MAX_MS, EVENT_TIME_MIN_MS, parseEventTime } from './event-time';

const number = (digits: number, max: number): fc.Arbitrary<string> =>
  fc.nat({ max }).map((value) => String(value).padStart(digits, '0'));

/** Of the right shape; a part may be somewhat beyond its range. */
const instants = fc
  .tuple(
    ...[fc.integer({ min: 1990, max: 2110 }).map(String), number(2, 13), number(2, 32)],
    ...[fc.constantFrom('T', 't'), number(2, 25), number(2, 61), number(2, 61)],
    fc.option(fc.stringMatching(/^\d{1,9}$/), { nil: '' }),
    fc.oneof(
      fc.constantFrom('Z', 'z'),
      fc
        .tuple(fc.constantFrom('+', '-'), number(2, 23), number(2, 59))
        .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
    ),
  )
  .map(
    ([year, month, day, t, hour, minute, second, fraction, offset]) =>
      `${year}-${month}-${day}${t}${hour}:${minute}:${second}${fraction && `.${fraction}`}${offset}`,
  );

/** By the language's own reading, which takes a day that no month has for one of the next, and 24:00. */
function readPlainly(text: string): number | null {
  const atMs = Date.parse(text.toUpperCase().replace(/(\.\d{3})\d+/, '$1'));
  const [date, time] = text.toUpperCase().split('T') as [string, string];
  const sameDay = new Date(Date.parse(`${date}T00:00:00Z`));
  const exists = !Number.isNaN(sameDay.getTime()) && sameDay.toISOString().startsWith(date);
  if (Number.isNaN(atMs) || !exists || time.startsWith('24')) return null;
  return atMs >= EVENT_TIME_MIN_MS && atMs < EVENT_TIME_MAX_MS ? atMs : null;
}

const parsedOrNull = (text: string): number | null => {
  try {
    return parseEventTime(text);
  } catch {
    return null;
  }
};

describe('reading an instant', () => {
  it('reads what the language reads, and refuses what no calendar has', () => {
    fc.assert(
      fc.property(instants, (text) => {
        expect(parsedOrNull(text)).toBe(readPlainly(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['2026-03-01T14:05:09+24:00', '2026-03-01T14:05:09+05:60', '2026-03-01T14:05:60Z'])(
    'refuses %s',
    (text) => {
      expect(() => parseEventTime(text)).toThrow('RFC 3339');
    },
  );

  it.each([
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2000-01-01T05:00:00.0019+05:00', EVENT_TIME_MIN_MS + 1],
    ['2099-12-31t23:59:59.999999999z', EVENT_TIME_MAX_MS - 1],
  ])('reads %s', (text, atMs) => {
    expect(parseEventTime(text)).toBe(atMs);
  });
});
