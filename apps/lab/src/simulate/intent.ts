import { type EventTimeMs, type TransferType } from '#domain';
import { type SimulatedWallet } from './population';
import { SIMULATION } from './simulation-parameters';

/** How the debtor gave the order; it is told in the feed. */
export type Channel = 'APP' | 'USSD' | 'QR' | 'AGENT' | 'BULK';

/** Which pattern a row belongs to, for the data set's labels. The engine never sees it. */
export interface PatternMark {
  readonly patternId: string;
  readonly patternType: string;
}

/** Minor units; or, decided at the time, a share of what the debtor then holds. */
export type IntendedAmount = number | { readonly shareOfBalance: number };

/**
 * A transfer that somebody means to make. An ordinary one happens when the debtor can afford it and no limit forbids it,
 * and is dropped otherwise, as a person would give up.
 */
export interface Intent {
  readonly type: TransferType;
  readonly atMs: EventTimeMs;
  readonly debtor: SimulatedWallet;
  readonly creditor: SimulatedWallet;
  readonly amount: IntendedAmount;
  /** ISO 4217; the amount is in its minor units. */
  readonly currency: string;
  readonly channel: Channel | null;
  /** Innocent, but of a shape that detection must not fall for. */
  readonly lookalike: PatternMark | null;
  /** A step of an operation's plan: it always happens, its limits are booked ahead. */
  readonly planned: PlannedStep | null;
}

/** What a step of an operation does to the money that its wallets keep apart from their own. */
export interface PlannedStep {
  /** Null for what is no laundering: a victim's own bank, a smoke screen. */
  readonly mark: PatternMark | null;
  /** A victim's own bank fills the wallet up: what is missing moves, and nothing where nothing is missing. */
  readonly fillsUp: boolean;
  /** Minor units that the creditor keeps for the next step, and does not spend as its own. */
  readonly reservesMinor: number;
  /** Minor units that the debtor had kept for this step; what it does not pass on is its own from now on. */
  readonly releasesMinor: number;
}

/** Writes an ordinary intent in one line: what moves when, from whom to whom, how it was ordered, whether it misleads. */
export const intend = (
  type: TransferType,
  atMs: EventTimeMs,
  [debtor, creditor]: readonly [SimulatedWallet, SimulatedWallet],
  amount: IntendedAmount,
  channel: Channel | null = null,
  lookalike: PatternMark | null = null,
): Intent => ({
  type,
  atMs,
  debtor,
  creditor,
  amount,
  currency: SIMULATION.currency,
  channel,
  lookalike,
  planned: null,
});

/** How a person orders a transfer: a keypad phone has no app. */
export const handheld = (wallet: SimulatedWallet): Channel =>
  wallet.deviceId === null ? 'USSD' : 'APP';
