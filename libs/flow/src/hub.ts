import { type EventTimeMs, isHub, type Party, type PartyKind, type Transfer } from '#domain';

/** Kinds that nobody takes on to hide behind: they are the provider's own edge. */
const BELIEVED_AT_ONCE: ReadonlySet<PartyKind> = new Set<PartyKind>(['EXTERNAL', 'BANK']);

/**
 * What a transfer may say of one of its sides: a wallet's kind is its own provider's to declare. Anybody else could end the
 * trail of a rival's wallet, or of a mule's, with a payment of a rupee to a "bank".
 */
export const declaredKind = (
  transfer: Pick<Transfer, 'provider'>,
  { provider, kind }: Pick<Party, 'provider' | 'kind'>,
): PartyKind | null => (provider === transfer.provider ? kind : null);

/** What the opening date of an account is while nobody has told one. Event time begins in 2000. */
export const NOT_TOLD: EventTimeMs = 0;

/**
 * The opening date that an account goes by from now on: the youngest that its hub declarations have told.
 *
 * A provider may correct its record to a later date, and that holds at once. An earlier date changes nothing: a wallet that
 * is caught young must not talk itself old. Where the earlier date was the right one, that costs the few days until the
 * wrong one is old enough. A date after `now` is taken for now: it is not believed, and a century mistyped once is forgotten
 * after the same few days.
 *
 * @param knownMs the youngest date told before; {@link NOT_TOLD} for none
 * @param toldMs what this declaration tells
 */
export function youngestOpening(
  knownMs: EventTimeMs,
  toldMs: EventTimeMs | null | undefined,
  nowMs: EventTimeMs,
): EventTimeMs {
  return toldMs == null ? knownMs : Math.max(knownMs, Math.min(toldMs, nowMs));
}

/** How old an account is, as far as anybody knows. */
export interface HubAge {
  /** As {@link youngestOpening} gives it. */
  readonly openedAtMs: EventTimeMs;
  /** When the account was first seen. */
  readonly firstAtMs: EventTimeMs;
}

/**
 * Whether a declared kind ends the trails of its account. A shop or an agent that opened the other day is followed like any
 * other wallet: posing as one would be the cheapest way out.
 *
 * Its age goes by the opening date, where the provider tells one. Else by when the account was first seen; who was there
 * when the feed began may be old.
 */
export function isBelievedHub(
  kind: PartyKind,
  { openedAtMs, firstAtMs }: HubAge,
  nowMs: EventTimeMs,
  feedStartMs: EventTimeMs,
  believedAfterMs: number,
): boolean {
  if (!isHub(kind)) return false;
  if (BELIEVED_AT_ONCE.has(kind)) return true;
  if (openedAtMs !== NOT_TOLD) return nowMs - openedAtMs >= believedAfterMs;
  return nowMs - firstAtMs >= believedAfterMs || firstAtMs < feedStartMs + believedAfterMs;
}
