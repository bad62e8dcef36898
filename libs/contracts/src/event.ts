import { type TransferRef, type WalletRef } from '#domain';
import { type Alert, type EvidenceTransfer } from './alert';

/** The events between the services. A breaking change is a new name. */
export const EVENTS = {
  alertRaised: 'alert.raised.v1',
  alertUpdated: 'alert.updated.v1',
  walletPosition: 'wallet-position.v1',
  caseReferred: 'case.referred.v1',
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
}

/** `case.referred.v1`. */
export interface CaseReferred {
  readonly caseId: string;
  readonly referralId: string;
  readonly sha256: string;
}

/** An event as an outbox holds it. */
export interface OutboxEvent {
  readonly name: string;
  readonly body: unknown;
}
