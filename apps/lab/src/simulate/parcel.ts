import { type EventTimeMs, type TransferType } from '#domain';
import { type OperationCast } from './casting';
import { type Money } from './currencies';
import { type PatternMark } from './intent';
import { type DailyLimits } from './ledger';
import { type Population, type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { rupees, SIMULATION } from './simulation-parameters';

/** What a victim's bank sends is rounded up to this. */
export const FUNDING_STEP_MINOR = rupees(500);
/** What is paid out over a counter at once, and the note it is paid in. */
export const CASH_OUT_MAX_MINOR = rupees(SIMULATION.operation.cashOutRupeesMax);
export const CASH_STEP_MINOR = rupees(500);

/** The shapes a burst takes, in the words of the labelled data sets. */
export type BurstShape =
  'layering_chain' | 'gather_scatter' | 'scatter_gather' | 'cycle' | 'fan_in' | 'fan_out';
export type ExitKind = 'CASH' | 'CRYPTO' | 'ABROAD';

export interface Victim {
  readonly wallet: SimulatedWallet;
  readonly amountMinor: number;
}

/** Money in one wallet of the operation, on its way. */
export interface Parcel {
  readonly holder: SimulatedWallet;
  readonly currency: string;
  /** What came in for it. */
  readonly creditedMinor: number;
  /** When the last of it came in. */
  readonly creditedMs: EventTimeMs;
  /** What goes on from here; the rest is the holder's pay. Nothing, where the money stays for good. */
  readonly amountMinor: number;
  /** When it goes on. */
  readonly dueMs: EventTimeMs;
}

/** One payment of the plan. */
export interface Payment extends Money {
  readonly type: TransferType;
  readonly atMs: EventTimeMs;
  readonly debtor: SimulatedWallet;
  readonly creditor: SimulatedWallet;
  /** See `PlannedStep`. */
  readonly reservesMinor: number;
  readonly releasesMinor: number;
}

/** Money that has arrived somewhere. */
export interface Arrival {
  readonly amountMinor: number;
  readonly atMs: EventTimeMs;
}

/** What a burst is planned with. */
export interface BurstSetting {
  readonly cast: OperationCast;
  readonly population: Population;
  readonly limits: DailyLimits;
  readonly random: RandomStream;
  readonly mark: PatternMark;
  readonly exit: ExitKind;
  /** Hires a mule with a whole day of limits left. */
  readonly recruit: () => SimulatedWallet;
}

/** Where a mule is needed: what its day must have room for, and who it must not be. */
export interface Vacancy extends Money {
  readonly inMs: EventTimeMs;
  readonly outMs: EventTimeMs;
  readonly barred: readonly SimulatedWallet[];
}

export const floorTo = (amountMinor: number, stepMinor: number): number =>
  Math.floor(amountMinor / stepMinor) * stepMinor;

/** A parcel as several payments. The last of them releases whatever the others have not. */
export function inPayments(parcel: Parcel, payments: readonly Arrival[]): Parcel[] {
  let unreleasedMinor = parcel.creditedMinor;
  return payments.map(({ amountMinor, atMs: dueMs }, n) => {
    const creditedMinor = n === payments.length - 1 ? unreleasedMinor : amountMinor;
    unreleasedMinor -= amountMinor;
    return { ...parcel, amountMinor, dueMs, creditedMinor };
  });
}
