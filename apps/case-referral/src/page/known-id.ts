import { AppError } from '#domain';
import { validate } from 'uuid';

/**
 * An id out of a path. One that cannot be an id names nothing, which is what the caller is told.
 *
 * @throws AppError NOT_FOUND
 */
export function knownId(text: string, what: string): string {
  if (!validate(text)) throw notFound(what);
  return text.toLowerCase();
}

export const notFound = (what: string): AppError =>
  new AppError('NOT_FOUND', `there is no such ${what}`);
