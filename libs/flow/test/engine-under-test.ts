import {
  type AgentRegistered,
  type Call,
  DAY_MS,
  HOUR_MS,
  type Indicator,
  SECOND_MS,
  type Transfer,
} from '#domain';
import { type AccountView, type StepView } from '#flow';

/** What was let go with accounts that nobody has touched for long. */
export interface ReleasedView {
  readonly accounts: number;
  readonly heldMinor: number;
}

/** The limits that the rules speak of. Declared here once more, so that a changed default is seen. */
export interface EngineLimits {
  readonly creditsPerAccountMax: number;
  readonly debitsPerAccountMax: number;
  readonly creditsInSumMax: number;
  readonly memoryMs: number;
  readonly counterpartyMemoryMs: number;
  readonly counterpartiesPerAccountMax: number;
  readonly linkWindowMs: number;
  readonly linkMatchesMax: number;
  readonly fundersMax: number;
  readonly coPayeesMax: number;
  readonly pairedPayersMax: number;
  readonly taintDwellMaxMs: number;
  readonly taintShareMin: number;
  readonly popularCounterpartiesMin: number;
  readonly hubBelievedAfterMs: number;
  readonly retroHuntMs: number;
  readonly retroHopsMax: number;
  readonly retroAccountsMax: number;
  readonly accountReleaseMs: number;
  readonly accountsMax: number;
  readonly lateAfterMs: number;
  readonly callMemoryMs: number;
}

export const DEFAULT_LIMITS: EngineLimits = {
  creditsPerAccountMax: 32,
  debitsPerAccountMax: 32,
  creditsInSumMax: 8,
  memoryMs: 14 * DAY_MS,
  counterpartyMemoryMs: 180 * DAY_MS,
  counterpartiesPerAccountMax: 64,
  linkWindowMs: 3 * DAY_MS,
  linkMatchesMax: 2,
  fundersMax: 6,
  coPayeesMax: 6,
  pairedPayersMax: 3,
  taintDwellMaxMs: 7 * DAY_MS,
  taintShareMin: 0.1,
  popularCounterpartiesMin: 100,
  hubBelievedAfterMs: 7 * DAY_MS,
  retroHuntMs: 3 * DAY_MS,
  retroHopsMax: 7,
  retroAccountsMax: 1_000,
  accountReleaseMs: 180 * DAY_MS,
  accountsMax: 8_000_000,
  lateAfterMs: 5 * SECOND_MS,
  callMemoryMs: 3 * DAY_MS,
};

/** What the clock may move on by one row; a longer wait needs as many rows. */
export const CLOCK_STEP_MS = HOUR_MS;

/**
 * An engine as a test sees it: wallets by their keys, results as plain data. The reference is one, the product's engine
 * behind an adapter is the other, and every test of this folder can be run on both.
 */
export interface EngineUnderTest {
  move(
    position: number,
    transfer: Transfer,
    debtorTokens: readonly string[],
    creditorTokens: readonly string[],
  ): StepView;
  /** @returns what could not be taken back, in minor units */
  reverse(
    payeeKey: string,
    payerKey: string,
    currency: string,
    originalPosition: number,
    position: number,
    amountMinor: number,
    atMs: number,
  ): number;
  call(call: Call): void;
  register(registered: AgentRegistered): void;
  addIndicator(indicator: Indicator): void;
  withdraw(operationId: string): void;
  restore(operationId: string): void;
  account(wallet: string, currency: string): AccountView | null;
  /** Every account, by currency and wallet key. */
  accounts(): AccountView[];
  /** The feed's clock; NaN before the first row. */
  readonly nowMs: number;
  /** How often each cap was met. */
  readonly capCounts: ReadonlyMap<string, number>;
  /** By currency. */
  readonly released: ReadonlyMap<string, ReleasedView>;
}

export type EngineMaker = (limits: EngineLimits) => EngineUnderTest;
