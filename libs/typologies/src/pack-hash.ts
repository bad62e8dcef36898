import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { type RulePack } from './rule-pack';

/** SHA-256 over the pack's canonical form (RFC 8785): two packs that say the same have the same hash. */
export const packHash = (pack: RulePack): string =>
  createHash('sha256')
    .update(canonicalize(pack) ?? '')
    .digest('hex');
