import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { invariant } from '#domain';

/**
 * SHA-256, in lower-case hex, over the canonical JSON form of RFC 8785 (UTF-8). Two objects that say the same have the same
 * hash, however their keys are ordered or the database has rewritten them in between.
 */
export function sha256OfCanonical(value: object): string {
  const canonical = canonicalize(value);
  invariant(canonical !== undefined, 'an object has a canonical form');
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}
