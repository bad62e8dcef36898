import { type FeedEventEntry, type LogPosition } from '#contracts';
import { FEED_EVENT_TYPES, invariant } from '#domain';
import { millisOfSeconds, wordOf } from './log-values';

/**
 * An event as the page of the log gives it: its position, who reported it under which id, its type, seconds since 1970; the
 * wallet it happened to, whose provider is null where that reported it; of a call both numbers, as tokens.
 */
export type EventColumns = readonly [
  position: LogPosition,
  provider: string,
  eventId: string,
  type: string,
  seconds: number,
  walletProvider: string | null,
  walletId: string | null,
  caller: string | null,
  callee: string | null,
];

export function eventOf(columns: EventColumns): FeedEventEntry {
  const [position, provider, eventId, word, seconds, walletProvider, walletId, caller, callee] =
    columns;
  const occurredAtMs = millisOfSeconds(seconds);
  invariant(
    Number.isSafeInteger(position) && Number.isSafeInteger(occurredAtMs),
    'an event of the log has its place and its instant',
  );
  const reported = { provider, eventId, occurredAtMs };
  const type = wordOf(FEED_EVENT_TYPES, word);
  if (type === 'CALL') {
    invariant(caller !== null && callee !== null, 'a call of the log has two ends');
    return { kind: 'event', position, event: { ...reported, type, caller, callee } };
  }
  invariant(walletId !== null, 'a change of the log has its wallet');
  const wallet = { provider: walletProvider ?? provider, walletId };
  return { kind: 'event', position, event: { ...reported, type, wallet } };
}
