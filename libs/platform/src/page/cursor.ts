import { AppError } from '#domain';

/** A place in a list, as its sort keys. */
export type Place = readonly (number | string)[];

export const toCursor = (place: Place): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/**
 * @param isPlace whether what the cursor holds is a place of this list
 * @returns null where no cursor was given
 * @throws AppError INVALID_INPUT where the text is no cursor of this list
 */
export function fromCursor<P extends Place>(
  cursor: string | undefined,
  isPlace: (place: unknown) => place is P,
): P | null {
  if (cursor === undefined) return null;
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    place = null;
  }
  if (!isPlace(place)) {
    throw new AppError('INVALID_INPUT', 'the request is not what this route takes', [
      { code: 'INVALID_INPUT', path: '/after', detail: 'must be a cursor that this list gave' },
    ]);
  }
  return place;
}

/** The place in a list that only grows at its end. */
export const isSerialPlace = (place: unknown): place is readonly [number] =>
  Array.isArray(place) && place.length === 1 && Number.isSafeInteger(place[0]) && place[0] >= 0;
