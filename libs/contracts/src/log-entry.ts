import { type FeedEvent, type Indicator, type Transfer } from '#domain';

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

/** What the log holds: everything that detection is a function of, beside its configuration. */
export type LogEntry = FeedEntry | IndicatorsRegistered;

/** The body of an `indicators.registered.v1` control entry. */
export interface IndicatorsRegisteredBody {
  readonly indicators: readonly Indicator[];
}
