import { type FeedEvent, type Indicator, type Marks, type Transfer } from '#domain';

/** A place in the log. Later entries have higher positions; there are gaps. */
export type LogPosition = number;

/** A transfer, or a later status of one, as the log tells it. */
export interface TransferEntry {
  readonly kind: 'transfer';
  readonly position: LogPosition;
  readonly transfer: Transfer;
  /** Where the log first told of the transfer that this one reverses or gives a later status; null where unknown. */
  readonly originalPosition: LogPosition | null;
  /** Tokens of the identifiers that each side was reported with. */
  readonly debtorTokens: readonly string[];
  readonly creditorTokens: readonly string[];
  readonly marks?: Marks;
  /** Told afterwards, so that what is usual is known: nothing is raised for it. Absent where it is news. */
  readonly history?: true;
}

/** Something that a provider reported beside transfers. */
export interface FeedEventEntry {
  readonly kind: 'event';
  readonly position: LogPosition;
  readonly event: FeedEvent;
}

/** What providers reported. */
export type FeedEntry = TransferEntry | FeedEventEntry;

/** An operation became known, or more indicators of it did. */
export interface IndicatorsRegistered {
  readonly kind: 'indicators.registered.v1';
  readonly position: LogPosition;
  readonly indicators: readonly Indicator[];
}

/**
 * ACTIVE: from here on alerts are judged by this pack. SHADOW: it judges beside the active one, without effect. WITHDRAWN:
 * it no longer does.
 */
export const ACTIVATION_MODES = ['ACTIVE', 'SHADOW', 'WITHDRAWN'] as const;
export type ActivationMode = (typeof ACTIVATION_MODES)[number];

/** A rule pack was put in force, beside the one in force, or taken from there. */
export interface RulePackActivated {
  readonly kind: 'rule-pack.activated.v1';
  readonly position: LogPosition;
  readonly version: string;
  /** Of the document (RFC 8785, SHA-256). */
  readonly hash: string;
  readonly mode: ActivationMode;
  /** The whole pack, as it was accepted: a replay needs nothing but the log. */
  readonly document: unknown;
}

/** A typology was switched off under every pack, or on again. */
export interface TypologySwitched {
  readonly kind: 'typology.switched.v1';
  readonly position: LogPosition;
  readonly typology: string;
  readonly enabled: boolean;
}

/** What an investigator found of an alert. */
export const DISPOSITION_OUTCOMES = ['CONFIRMED', 'REFUTED'] as const;
export type DispositionOutcome = (typeof DISPOSITION_OUTCOMES)[number];

/** An alert was confirmed or refuted; of several of one alert the last holds. */
export interface AlertDisposed {
  readonly kind: 'alert.disposed.v1';
  readonly position: LogPosition;
  readonly alertId: string;
  readonly outcome: DispositionOutcome;
}

/** What people tell detection. */
export type ControlEntry =
  IndicatorsRegistered | RulePackActivated | TypologySwitched | AlertDisposed;
export type ControlKind = ControlEntry['kind'];

export const CONTROL_KINDS = [
  'indicators.registered.v1',
  'rule-pack.activated.v1',
  'typology.switched.v1',
  'alert.disposed.v1',
] as const satisfies readonly ControlKind[];

/** A control entry as it is written: its place is given it by the log. */
export type ControlBody<Kind extends ControlKind> = Omit<
  Extract<ControlEntry, { kind: Kind }>,
  'kind' | 'position'
>;

/** What the log holds: everything that detection is a function of, beside its configuration. */
export type LogEntry = FeedEntry | ControlEntry;
