import { AppError } from '#domain';

/**
 * Whoever decides is another person than whoever proposed. The database holds the same (`identity.four_eyes` in a constraint of
 * the table of decisions), whatever the application does; this says it in words.
 *
 * @param what was proposed, as in 'a referral'
 * @throws AppError FORBIDDEN for the author
 */
export function requireFourEyes(authorId: string, actorId: string, what: string): void {
  if (authorId === actorId) {
    throw new AppError('FORBIDDEN', `${what} is decided on by another person than its author`);
  }
}
