import { type FeedEventEntry, type LogPosition } from '#contracts';
import { type FeedEvent, FEED_EVENT_TYPES, invariant } from '#domain';
import { millisOfSeconds, wordOf } from './log-values';

/**
 * An event as the page of the log gives it: its position, who reported it under which id, its type, seconds since 1970; the
 * wallet it happened to, whose provider is null where that reported it; of a call both numbers, as tokens; what else detection
 * needs of its type ({@link TOLD}).
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
  told: string | null,
];

/** Of an event's particulars, what detection needs: the tier, the handset's token, the opening date. */
export const TOLD = `case type
  when 'TIER_CHANGE' then particulars ->> 'tier'
  when 'LOGIN' then coalesce(particulars #>> '{device,id}', particulars #>> '{device,imei}')
  when 'AGENT_REGISTERED' then particulars ->> 'openedAt'
end`;

export function eventOf(columns: EventColumns): FeedEventEntry {
  const [position, provider, eventId, word, seconds, walletProvider, walletId, ...more] = columns;
  const [caller, callee, told] = more;
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
  invariant(walletId !== null, 'an event of the log that is no call has its wallet');
  const wallet = { provider: walletProvider ?? provider, walletId };
  return { kind: 'event', position, event: ofWallet(type, { ...reported, wallet }, told) };
}

type OfWallet = Exclude<FeedEvent, { type: 'CALL' }>;

function ofWallet(
  type: OfWallet['type'],
  common: Omit<OfWallet, 'type'>,
  told: string | null,
): OfWallet {
  switch (type) {
    case 'SIM_CHANGE':
    case 'DEVICE_CHANGE':
      return { ...common, type };
    case 'TIER_CHANGE':
      invariant(told !== null, 'a change of tier tells the tier');
      return { ...common, type, tier: told };
    case 'LOGIN':
      return { ...common, type, handset: told };
    case 'AGENT_REGISTERED': {
      const openedAtMs = told === null ? null : Date.parse(told);
      invariant(!Number.isNaN(openedAtMs), 'an opening date of the log is an instant');
      return { ...common, type, openedAtMs };
    }
    default:
      return type satisfies never;
  }
}
