import { DateTime, IANAZone } from 'luxon';
import { AppError } from '#domain';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

const refuse = (path: string, detail: string): AppError =>
  new AppError('INVALID_INPUT', detail, [{ code: 'INVALID_INPUT', path, detail }]);

/**
 * From when until when a day lasts in a time zone; 23 or 25 hours where the clocks are changed.
 *
 * @throws AppError INVALID_INPUT where there is no such day or zone
 */
export function businessDay(day: string, timeZone: string): { from: Date; until: Date } {
  if (!IANAZone.isValidZone(timeZone)) {
    throw refuse('/timeZone', 'must be the IANA name of a time zone, such as Asia/Karachi');
  }
  const begin = DateTime.fromISO(day, { zone: timeZone }).startOf('day');
  if (!DAY.test(day) || !begin.isValid) throw refuse('/day', 'must be a day such as 2026-11-30');
  return { from: begin.toJSDate(), until: begin.plus({ days: 1 }).startOf('day').toJSDate() };
}
