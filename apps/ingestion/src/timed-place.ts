/** A place in a list that is in the order of time: microseconds since 1970, and what orders those of one microsecond. */
export type TimedPlace = readonly [us: number, key: string];

export const BEGINNING: TimedPlace = [0, ''];

export const isTimedPlace = (place: unknown): place is TimedPlace =>
  Array.isArray(place) &&
  place.length === 2 &&
  Number.isSafeInteger(place[0]) &&
  place[0] >= 0 &&
  typeof place[1] === 'string' &&
  !place[1].includes('\0');
