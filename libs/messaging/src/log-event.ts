import { type FeedEventEntry, type LogPosition } from '#contracts';
import {
  type ComplainedPayment,
  COMPLAINT_REASONS,
  type FeedEvent,
  FEED_EVENT_TYPES,
  invariant,
} from '#domain';
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

/** A complaint: its reason, and the payment it is of as the log tells it; null where it does not. */
type ToldComplaint = readonly [
  reason: string,
  about: readonly [position: LogPosition, reportedBy: string, ...names: string[]] | null,
];

// A payment that the log told of after the complaint is none that it could be of: who reads later must find what who read at
// once has found. Both providers of a payment may tell of it, each under an id of its own: it is where the first did.
const COMPLAINED_OF = `(
  select json_build_array(
    moved.position, named.provider_id, moved.debtor_provider, moved.debtor_wallet,
    moved.creditor_provider, moved.creditor_wallet, moved.currency
  )
  from feed.transfer_key named
  join feed.transfer first on first.position = named.positions[1]
  join feed.transfer moved on moved.position = coalesce(first.leg_of, first.position)
  where named.provider_id = event.particulars ->> 'provider' and named.transfer_id = event.particulars ->> 'transferId'
    and named.positions[1] < event.position
)`;

/** Of an event, what detection needs: the tier, the handset's token, the opening date, the complaint. */
export const TOLD = `case type
  when 'TIER_CHANGE' then particulars ->> 'tier'
  when 'LOGIN' then coalesce(particulars #>> '{device,id}', particulars #>> '{device,imei}')
  when 'AGENT_REGISTERED' then particulars ->> 'openedAt'
  when 'COMPLAINT' then json_build_array(particulars ->> 'reason', ${COMPLAINED_OF})::text
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
  if (type === 'COMPLAINT') {
    invariant(told !== null, 'a complaint of the log tells what it is of');
    const [reason, about] = JSON.parse(told) as ToldComplaint;
    const complaint = { reason: wordOf(COMPLAINT_REASONS, reason), about: paymentOf(about) };
    return { kind: 'event', position, event: { ...reported, type, ...complaint } };
  }
  invariant(walletId !== null, 'an event of a wallet has that wallet');
  const wallet = { provider: walletProvider ?? provider, walletId };
  return { kind: 'event', position, event: ofWallet(type, { ...reported, wallet }, told) };
}

function paymentOf(told: ToldComplaint[1]): ComplainedPayment | null {
  if (told === null) return null;
  const [position, reportedBy, debtorProvider, debtorWallet, creditorProvider, creditorWallet] =
    told;
  return {
    position,
    reportedBy,
    debtor: { provider: debtorProvider!, walletId: debtorWallet! },
    creditor: { provider: creditorProvider!, walletId: creditorWallet! },
    currency: told[6]!,
  };
}

type OfWallet = Exclude<FeedEvent, { type: 'CALL' | 'COMPLAINT' }>;

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
