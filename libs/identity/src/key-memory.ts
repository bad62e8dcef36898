import { AppError } from '#domain';
import { bearerToken } from './secret-key';

/** A key that was good is asked for again after this long; so long a withdrawn one goes on working. */
const KNOWN_FOR_MS = 30_000;
/** Keys remembered at once. */
const KNOWN_MAX = 10_000;

/** Remembers who holds a key, so that not every request asks the database. Unknown keys are never remembered. */
export class KeyMemory<T> {
  private readonly known = new Map<string, { holder: T; untilMs: number }>();

  async find(hash: Buffer, load: () => Promise<T | null>, nowMs: number): Promise<T | null> {
    const name = hash.toString('base64');
    const found = this.known.get(name);
    if (found && found.untilMs > nowMs) return found.holder;
    const holder = await load();
    if (holder === null) {
      this.known.delete(name);
      return null;
    }
    if (this.known.size >= KNOWN_MAX) this.known.clear();
    this.known.set(name, { holder, untilMs: nowMs + KNOWN_FOR_MS });
    return holder;
  }
}

export function requiredToken(authorization: string | undefined): string {
  const token = bearerToken(authorization);
  if (token === null) {
    throw new AppError('UNAUTHENTICATED', 'send your key as "Authorization: Bearer …"');
  }
  return token;
}
