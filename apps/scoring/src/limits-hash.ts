import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';

/** SHA-256 over the limits' canonical form (RFC 8785): a state that grew under other limits is another state. */
export const limitsHash = (limits: object): string =>
  createHash('sha256')
    .update(canonicalize(limits) ?? '')
    .digest('hex');
