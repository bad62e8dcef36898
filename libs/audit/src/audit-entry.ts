import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { invariant } from '#domain';

/** Who did it; a service where nobody did. */
export interface AuditActor {
  readonly id: string;
  readonly roles: readonly string[];
  readonly unit: string | null;
}

/** What the software does by itself, or whoever starts it decides by its settings. */
export const SERVICE_ACTOR: AuditActor = { id: 'layerwatch', roles: [], unit: null };

/** What something was done to. */
export interface AuditObject {
  /** As in 'case', 'referral'. */
  readonly type: string;
  readonly id: string;
}

/**
 * One thing that somebody did, saw, or was refused. Never a person's data: tokens, ids, and what is sealed.
 */
export interface AuditFact {
  /** As the table of roles names it ('read cases'), or what is no act of a role ('sign in'). */
  readonly act: string;
  readonly outcome: 'done' | 'refused';
  readonly actor: AuditActor;
  /** Null where it is not about one thing. */
  readonly object: AuditObject | null;
  /** Why, in the actor's words or by a code. */
  readonly reason?: string;
  readonly before?: object | null;
  readonly after?: object | null;
  /** What else matters: how many were shown, by which query. */
  readonly details?: object;
}

/** As it stands in the trail. */
export interface AuditEntry extends AuditFact {
  readonly id: string;
  /** By our clock. */
  readonly at: string;
}

/** As the trail began; more would have fewer wait for one another, and more for a verifier to join. */
const CHAINS = 16;

/** The chain that an actor's entries are in. */
export function chainOf(actorId: string): number {
  return createHash('sha256').update(actorId).digest().readUInt32BE() % CHAINS;
}

/** The text that is stored and hashed (RFC 8785). */
export function canonicalEntry(entry: AuditEntry): string {
  const text = canonicalize(entry);
  invariant(text !== undefined, 'an entry has a canonical form');
  return text;
}
