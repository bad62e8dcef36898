import { type TransferRef, type WalletRef } from '#domain';
import { type Alert, type EvidenceTransfer } from './alert';
import { type ActivationMode } from './log-entry';

/** The events between the services. A breaking change is a new name. */
export const EVENTS = {
  alertRaised: 'alert.raised.v1',
  alertUpdated: 'alert.updated.v1',
  walletPosition: 'wallet-position.v1',
  caseReferred: 'case.referred.v1',
  alertStorm: 'alert-storm.v1',
  shadowAlert: 'shadow-alert.v1',
  rulePackApplied: 'rule-pack.applied.v1',
} as const;

/** `alert.raised.v1` and `alert.updated.v1`: the whole alert, and every transfer it relies on. */
export interface AlertEvent {
  readonly alert: Alert;
  readonly evidence: readonly EvidenceTransfer[];
}

/** What is left of one credit that an alert relies on. */
export interface CreditLeft extends TransferRef {
  readonly leftMinor: number;
}

/** `wallet-position.v1`: a wallet of an alert, as of event time. */
export interface WalletPosition extends WalletRef {
  readonly currency: string;
  readonly asOf: string;
  /** All that came in and went out since the feed began, in minor units. */
  readonly inMinor: number;
  readonly outMinor: number;
  /** All that came in and is still there. */
  readonly heldMinor: number;
  /** The part of it that comes from a known operation. */
  readonly taintedMinor: number;
  /** By credit: what is left of each that an alert relies on. Those left out hold nothing. */
  readonly credits: readonly CreditLeft[];
  /** How many movements this stands for: of several told at once only the last is. 1 where it is left out. */
  readonly times?: number;
}

/** `case.referred.v1`. */
export interface CaseReferred {
  readonly caseId: string;
  readonly referralId: string;
  readonly sha256: string;
}

/**
 * `alert-storm.v1`: in an hour of the feed more alerts would have been raised than the pack allows; the rest was held back.
 * Told anew as it grows; of one hour the last holds.
 */
export interface AlertStorm {
  readonly from: string;
  /** Exclusive. */
  readonly until: string;
  readonly ceiling: number;
  readonly raised: number;
  /** Wallets for which an alert was held back. */
  readonly contained: number;
  /** A wallet in which two were seen counts under both. */
  readonly containedByTypology: Readonly<Record<string, number>>;
  /** 0-100: the highest that was held back. */
  readonly highestRisk: number;
  readonly pack: Alert['pack'];
}

/** `shadow-alert.v1`: what the shadow pack would have told, had it been in force. */
export interface ShadowAlert {
  readonly alert: Alert;
}

/** `rule-pack.applied.v1`: detection has come to a decision about a pack and goes by it from here on. */
export interface RulePackApplied {
  /** Of the decision, in the log. */
  readonly position: number;
  readonly pack: Alert['pack'];
  readonly mode: ActivationMode;
  /** What time it was in the feed; null before its first transfer. */
  readonly asOf: string | null;
}

/** An event as an outbox holds it. */
export interface OutboxEvent {
  readonly name: string;
  readonly body: unknown;
}
