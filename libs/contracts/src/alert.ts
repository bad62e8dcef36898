import { type TransferRef, type TransferType, type PartyKind, type WalletRef } from '#domain';

/** How a typology is called outside. */
export const TYPOLOGY_NAMES = [
  'PASS_THROUGH',
  'LAYERING_CHAIN',
  'FAN_IN',
  'FAN_OUT',
  'CYCLE',
  'SCATTER_GATHER',
  'RAPID_CASH_OUT',
  'OPERATION_PROXIMITY',
  'CALL_THEN_PAY',
  'CHANGE_THEN_DRAIN',
  'STRUCTURING',
  'FAST_FIRST_USE',
  'DORMANT_WAKE',
  'LIMIT_HUGGING',
  'DEVICE_CLUSTER',
  'SIM_CLUSTER',
  'PERSON_CLUSTER',
  'AGENT_CLUSTER',
  'BIPARTITE',
  'GATHER_SCATTER',
  'COMPLAINT',
] as const;
export type TypologyName = (typeof TYPOLOGY_NAMES)[number];

/** Signals of one family tend to come together; an alert wants two families, or a confirmed indicator. */
export const SIGNAL_FAMILIES = ['PATTERN', 'ACCOUNT', 'NETWORK', 'INTELLIGENCE'] as const;
export type SignalFamily = (typeof SIGNAL_FAMILIES)[number];

/** One reason for an alert's risk. */
export interface AlertTerm {
  /** A typology, or a circumstance such as NEW_COUNTERPARTY that only adds weight. */
  readonly name: string;
  readonly family: SignalFamily;
  /** What it adds, in log-odds. */
  readonly logOdds: number;
  /** The risk that would be left without it. */
  readonly riskWithout: number;
  /** As an investigator would say it, in English… */
  readonly sentence: string;
  /** …and in Urdu. Absent, as are the facts, in what an earlier version told. */
  readonly sentenceUr?: string;
  /** The numbers behind it: amounts in minor units, times in milliseconds, shares from 0 to 1. */
  readonly facts?: Readonly<Record<string, number>>;
}

/** A wallet of an alert. Amounts are of the alert's own transfers, in minor units. */
export interface AlertWallet extends WalletRef {
  readonly currency: string;
  readonly inMinor: number;
  readonly outMinor: number;
  /** What is left of the money that the alert's transfers brought in. */
  readonly heldMinor: number;
}

/** What the alert could not see. */
export interface AlertCoverage {
  /** Limits that were met on the way here; by them something may be missing. */
  readonly capsMet: readonly string[];
  /** Paid out by the anchor wallet and never seen coming in. */
  readonly uncoveredMinor: number;
  /** Of the alert's transfers, those that came well after the feed's clock had passed them. */
  readonly lateTransfers: readonly TransferRef[];
  /** Of the alert's transfers, those of which one reversal since has taken back at least half. */
  readonly reversedTransfers: readonly TransferRef[];
  /** Typologies that were off as it was judged: switched off, or not in its pack. */
  readonly typologiesOff: readonly TypologyName[];
}

/** An alert as everyone outside sees it. All instants are event time, RFC 3339. */
export interface Alert {
  /** UUIDv5 over the transfer that triggered it and the wallet it stands on: a replay gives the same. */
  readonly id: string;
  readonly typologies: readonly TypologyName[];
  /** 0-100. */
  readonly risk: number;
  /** Money that can still be held came in within the last two hours. */
  readonly urgent: boolean;
  readonly operationIds: readonly string[];
  readonly transfers: readonly TransferRef[];
  readonly wallets: readonly AlertWallet[];
  readonly terms: readonly AlertTerm[];
  /** That judged it last. */
  readonly pack: { readonly version: string; readonly hash: string };
  readonly coverage: AlertCoverage;
  readonly firstAt: string;
  readonly updatedAt: string;
  readonly revision: number;
}

/** One side of a transfer that is relied on. */
export interface EvidenceParty extends WalletRef {
  readonly kind: PartyKind | null;
}

/** A transfer that an alert relies on, as the log told it. */
export interface EvidenceTransfer extends TransferRef {
  readonly occurredAt: string;
  readonly type: TransferType;
  readonly amountMinor: number;
  readonly currency: string;
  readonly debtor: EvidenceParty;
  readonly creditor: EvidenceParty;
}
