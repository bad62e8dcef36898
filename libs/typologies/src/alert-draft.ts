import { type ActivationMode, type AlertTerm, type TypologyName } from '#contracts';
import { type EventTimeMs, type WalletRef } from '#domain';
import { type PackName } from './pack-in-force';

/** A wallet of an alert, or what became of one, in minor units. */
export interface DraftWallet extends WalletRef {
  readonly currency: string;
  readonly inMinor: number;
  readonly outMinor: number;
  readonly heldMinor: number;
}

/** An alert as detection knows it: transfers by their place in the log. */
export interface AlertDraft {
  readonly kind: 'alert';
  /** 1 when it is raised, one more each time it is revised. */
  readonly revision: number;
  readonly id: string;
  readonly typologies: readonly TypologyName[];
  readonly risk: number;
  readonly urgent: boolean;
  readonly operationIds: readonly string[];
  /** In the log's order. */
  readonly positions: readonly number[];
  readonly wallets: readonly DraftWallet[];
  readonly terms: readonly AlertTerm[];
  /** That judged it last. */
  readonly pack: PackName;
  /** Typologies that were off as it was judged. */
  readonly typologiesOff: readonly TypologyName[];
  readonly capsMet: readonly string[];
  readonly uncoveredMinor: number;
  /** Of `positions`: what came late, and what has been reversed. */
  readonly latePositions: readonly number[];
  readonly reversedPositions: readonly number[];
  readonly firstAtMs: EventTimeMs;
  readonly updatedAtMs: EventTimeMs;
}

/** What is left in a wallet of an alert. */
export interface PositionDraft extends WalletRef {
  readonly kind: 'wallet-position';
  readonly currency: string;
  readonly asOfMs: EventTimeMs;
  readonly inMinor: number;
  readonly outMinor: number;
  readonly heldMinor: number;
  readonly taintedMinor: number;
  /** Credits that alerts rely on and of which something is left. */
  readonly credits: readonly { readonly position: number; readonly leftMinor: number }[];
}

/** An hour of the feed's clock in which more would have been raised than the pack allows: as it stands. */
export interface StormDraft {
  readonly kind: 'alert-storm';
  readonly fromMs: EventTimeMs;
  /** Exclusive. */
  readonly untilMs: EventTimeMs;
  /** So many are raised in an hour. */
  readonly ceiling: number;
  readonly raised: number;
  /** Wallets for which an alert was held back. */
  readonly contained: number;
  /** A wallet in which two were seen counts under both. */
  readonly containedByTypology: Readonly<Record<string, number>>;
  readonly highestRisk: number;
  readonly pack: PackName;
}

/** What the shadow pack would have told. */
export interface ShadowAlertDraft {
  readonly kind: 'shadow-alert';
  readonly alert: AlertDraft;
}

/** A decision about packs has been applied. */
export interface AppliedDraft {
  readonly kind: 'rule-pack-applied';
  /** Of the decision, in the log. */
  readonly position: number;
  readonly pack: PackName;
  readonly mode: ActivationMode;
  /** What time it was in the feed; null before its first transfer. */
  readonly atMs: EventTimeMs | null;
}

export type Detection = AlertDraft | PositionDraft | StormDraft | ShadowAlertDraft | AppliedDraft;
