import { DAY_MS } from '#domain';

/** Every limit of the flow engine. Meeting one is reported with what it touched, never silent. */
export interface FlowLimits {
  /** Credits remembered of one account, spent or not. What falls out joins the account's mixed pile. */
  readonly creditsPerAccountMax: number;
  /** Debits remembered of one account. */
  readonly debitsPerAccountMax: number;
  /** Credits in a row whose sum is compared with a debit. */
  readonly creditsInSumMax: number;
  /** Credits and debits older than this play no part in detection; what is left of them is still counted. */
  readonly memoryMs: number;
  /** A debit links to a credit of its account that came no longer ago. */
  readonly linkWindowMs: number;
  /** Taint is not passed on by money that has rested longer. */
  readonly taintDwellMaxMs: number;
  /** A share of tainted money below this is not passed on. */
  readonly taintShareMin: number;
}

export const FLOW_LIMITS: FlowLimits = {
  creditsPerAccountMax: 32,
  debitsPerAccountMax: 32,
  creditsInSumMax: 8,
  memoryMs: 14 * DAY_MS,
  linkWindowMs: 3 * DAY_MS,
  taintDwellMaxMs: 7 * DAY_MS,
  taintShareMin: 0.1,
};

/** Transfers upstream that travel with a payment. The layout of the pool is built on it. */
export const ANCESTORS_MAX = 7;
/** Operations that one credit may come from. The strongest are kept. */
export const ORIGINS_MAX = 4;

/** Debits that nothing covered, remembered of one account for a late credit to fill. */
export const UNCOVERED_MAX = 4;

/** A debit is taken for the passing on of a credit where it is this share of it. */
export const LINK_RATIO_MIN = 0.75;
export const LINK_RATIO_MAX = 1.12;
/** Credits that a debit is compared with as lots: it takes these first. */
export const LOT_RATIO_MIN = 0.8;
export const LOT_RATIO_MAX = 1.06;

/** How a limit that was met is named in an alert's coverage. */
export const CAPS = {
  credits: 'creditsPerAccountMax',
  debits: 'debitsPerAccountMax',
  uncovered: 'uncoveredMax',
  ancestors: 'ancestorsMax',
  origins: 'originsMax',
} as const;
