import { type EventTimeMs } from './event-time';
import { type WalletRef } from './wallet';

/**
 * What a provider reports beside transfers. A number was called; a wallet got another SIM; a wallet is used from another
 * handset.
 */
export const FEED_EVENT_TYPES = ['CALL', 'SIM_CHANGE', 'DEVICE_CHANGE'] as const;
export type FeedEventType = (typeof FEED_EVENT_TYPES)[number];

/** An event is known by the provider that reported it and that provider's id for it. */
export interface FeedEventRef {
  readonly provider: string;
  readonly eventId: string;
}

interface Reported extends FeedEventRef {
  readonly occurredAtMs: EventTimeMs;
}

/** A number was called. Both numbers are tokens. */
export interface Call extends Reported {
  readonly type: 'CALL';
  readonly caller: string;
  readonly callee: string;
}

/** A wallet got another SIM, or is used from another handset. */
export interface WalletChange extends Reported {
  readonly type: Exclude<FeedEventType, 'CALL'>;
  readonly wallet: WalletRef;
}

/** An event as the log tells it, as far as detection needs it. */
export type FeedEvent = Call | WalletChange;
