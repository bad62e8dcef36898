import { type EventTimeMs, isHub, type PartyKind } from '#domain';

/** Kinds that nobody takes on to hide behind: they are the provider's own edge. */
const BELIEVED_AT_ONCE: ReadonlySet<PartyKind> = new Set<PartyKind>(['EXTERNAL', 'BANK']);

/**
 * Whether a declared kind ends the trails of its account. A shop or an agent that opened the other day is followed like any
 * other wallet: posing as one would be the cheapest way out. Who was there when the feed began may be old.
 *
 * @param firstAtMs when the account was first seen
 */
export function isBelievedHub(
  kind: PartyKind,
  firstAtMs: EventTimeMs,
  nowMs: EventTimeMs,
  feedStartMs: EventTimeMs,
  believedAfterMs: number,
): boolean {
  if (!isHub(kind)) return false;
  if (BELIEVED_AT_ONCE.has(kind)) return true;
  return nowMs - firstAtMs >= believedAfterMs || firstAtMs < feedStartMs + believedAfterMs;
}
