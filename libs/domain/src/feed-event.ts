import { type EventTimeMs } from './event-time';
import { type WalletRef } from './wallet';

/**
 * What a provider reports beside transfers. A number was called; a wallet got another SIM, is used from another handset, has
 * another tier, was logged in to, or is registered as an agent's; somebody complained of a payment.
 */
export const FEED_EVENT_TYPES = [
  'CALL',
  'SIM_CHANGE',
  'DEVICE_CHANGE',
  'TIER_CHANGE',
  'LOGIN',
  'AGENT_REGISTERED',
  'COMPLAINT',
] as const;
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
  readonly type: 'SIM_CHANGE' | 'DEVICE_CHANGE';
  readonly wallet: WalletRef;
}

/** A wallet has another tier from here on. */
export interface TierChange extends Reported {
  readonly type: 'TIER_CHANGE';
  readonly wallet: WalletRef;
  /** As the provider spells it. */
  readonly tier: string;
}

/** Somebody logged in to a wallet. */
export interface Login extends Reported {
  readonly type: 'LOGIN';
  readonly wallet: WalletRef;
  /** The token of the handset; null where none was told. */
  readonly handset: string | null;
}

/** A wallet is an agent's, by the provider that keeps it. */
export interface AgentRegistered extends Reported {
  readonly type: 'AGENT_REGISTERED';
  readonly wallet: WalletRef;
  /** When it opened; null where that was not told. */
  readonly openedAtMs: EventTimeMs | null;
}

/** What completes later payments that do not tell it themselves. */
export type WalletNews = TierChange | Login | AgentRegistered;

/** Why somebody complains of a payment: they were deceived into it; they did not order it; anything else. */
export const COMPLAINT_REASONS = ['FRAUD', 'UNAUTHORISED', 'OTHER'] as const;
export type ComplaintReason = (typeof COMPLAINT_REASONS)[number];

/** The payment that a complaint is of, where the log told of it before the complaint. */
export interface ComplainedPayment {
  /** Where the log first told of it. */
  readonly position: number;
  /** Who had reported it. */
  readonly reportedBy: string;
  readonly debtor: WalletRef;
  readonly creditor: WalletRef;
  readonly currency: string;
}

/** Somebody complained of a payment. */
export interface Complaint extends Reported {
  readonly type: 'COMPLAINT';
  readonly reason: ComplaintReason;
  /** Null where the log had told of no such payment. */
  readonly about: ComplainedPayment | null;
}

/** An event as the log tells it, as far as detection needs it. */
export type FeedEvent = Call | WalletChange | WalletNews | Complaint;
