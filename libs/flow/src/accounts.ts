import { DAY_MS, type EventTimeMs, type WalletRef, walletKey } from '#domain';
import { Columns } from './column';
import { decayed, settledDays } from './decay';
import { UNCOVERED_MAX } from './flow-limits';
import { Interner } from './interner';

/** One wallet in one currency: money of two currencies never mixes. A small number, given by {@link Accounts}. */
export type AccountIndex = number;

export const NONE = -1;

const ROWS_AT_FIRST = 1024;
const HABIT_HALF_LIFE_MS = 7 * DAY_MS;

/** What is known of every account, as columns. All amounts are minor units, all instants event time. */
export class Accounts {
  /** Newest credit and debit, as slots of their pools. */
  creditHead!: Int32Array;
  debitHead!: Int32Array;
  creditCount!: Uint8Array;
  debitCount!: Uint8Array;
  /** A licensed till, agent, biller…: its money is one pile, and trails end there. */
  hub!: Uint8Array;

  /** Laid down as lots (or on the pile, for a hub). */
  laid!: Float64Array;
  /** Came late and filled debits that nothing had covered. */
  backfilled!: Float64Array;
  taken!: Float64Array;
  /** Fell out of the limit and is still there: the mixed pile. */
  mixed!: Float64Array;
  reversed!: Float64Array;
  debited!: Float64Array;
  uncovered!: Float64Array;

  /** Debits that nothing covered and a late credit may still fill, newest first; what is open of each, and when it was. */
  uncoveredOpen!: Float64Array;
  uncoveredAt!: Float64Array;

  firstAt!: Float64Array;
  lastAt!: Float64Array;
  private creditHabit!: Float64Array;
  private debitHabit!: Float64Array;
  private passHabit!: Float64Array;
  private habitAt!: Float64Array;
  /** Running mean of the natural logarithm of its debits, and how many. */
  debitLogMean!: Float64Array;
  debitsSeen!: Float64Array;

  private readonly columns = new Columns(ROWS_AT_FIRST);
  private readonly names = new Interner();

  constructor() {
    const { columns } = this;
    columns.int32((a) => (this.creditHead = a));
    columns.int32((a) => (this.debitHead = a));
    columns.uint8((a) => (this.creditCount = a));
    columns.uint8((a) => (this.debitCount = a));
    columns.uint8((a) => (this.hub = a));
    columns.float64((a) => (this.laid = a));
    columns.float64((a) => (this.backfilled = a));
    columns.float64((a) => (this.taken = a));
    columns.float64((a) => (this.mixed = a));
    columns.float64((a) => (this.reversed = a));
    columns.float64((a) => (this.debited = a));
    columns.float64((a) => (this.uncovered = a));
    columns.float64((a) => (this.uncoveredOpen = a), UNCOVERED_MAX);
    columns.float64((a) => (this.uncoveredAt = a), UNCOVERED_MAX);
    columns.float64((a) => (this.firstAt = a));
    columns.float64((a) => (this.lastAt = a));
    columns.float64((a) => (this.creditHabit = a));
    columns.float64((a) => (this.debitHabit = a));
    columns.float64((a) => (this.passHabit = a));
    columns.float64((a) => (this.habitAt = a));
    columns.float64((a) => (this.debitLogMean = a));
    columns.float64((a) => (this.debitsSeen = a));
  }

  get size(): number {
    return this.names.size;
  }

  /** The account of a wallet in a currency; a new one where it was never seen. */
  of(wallet: WalletRef, currency: string, atMs: EventTimeMs): AccountIndex {
    const known = this.names.size;
    const account = this.names.index(`${currency}\n${walletKey(wallet)}`);
    if (account === known) {
      this.columns.reserve(known + 1);
      this.creditHead[account] = NONE;
      this.debitHead[account] = NONE;
      this.firstAt[account] = atMs;
      this.lastAt[account] = atMs;
      this.habitAt[account] = atMs;
    }
    return account;
  }

  currency(account: AccountIndex): string {
    const name = this.names.text(account);
    return name.slice(0, name.indexOf('\n'));
  }

  /** As `walletKey` gives it. */
  walletKey(account: AccountIndex): string {
    const name = this.names.text(account);
    return name.slice(name.indexOf('\n') + 1);
  }

  /** Notes that the account was used, and lets its habits fade up to now. */
  touch(account: AccountIndex, atMs: EventTimeMs): void {
    if (atMs > this.lastAt[account]!) this.lastAt[account] = atMs;
    if (atMs < this.firstAt[account]!) this.firstAt[account] = atMs;
    const since = this.habitAt[account]!;
    if (atMs <= since) return;
    const fade = decayed(1, since, atMs, HABIT_HALF_LIFE_MS);
    this.creditHabit[account]! *= fade;
    this.debitHabit[account]! *= fade;
    this.passHabit[account]! *= fade;
    this.habitAt[account] = atMs;
  }

  countCredit(account: AccountIndex): void {
    this.creditHabit[account]! += 1;
  }

  countDebit(account: AccountIndex, amountMinor: number): void {
    this.debitHabit[account]! += 1;
    const seen = (this.debitsSeen[account]! += 1);
    this.debitLogMean[account]! += (Math.log(amountMinor) - this.debitLogMean[account]!) / seen;
  }

  countPass(account: AccountIndex): void {
    this.passHabit[account]! += 1;
  }

  /**
   * What this account was used to per day, before the last day's `recent` ones: they are what is judged.
   * 0 where it has been seen for a day or less.
   */
  creditsPerDayBefore = (account: AccountIndex, recent: number): number =>
    this.rate(this.creditHabit[account]! - recent, account, 1);
  debitsPerDayBefore = (account: AccountIndex, recent: number): number =>
    this.rate(this.debitHabit[account]! - recent, account, 1);
  passesPerDay = (account: AccountIndex): number => this.rate(this.passHabit[account]!, account, 0);

  private rate(count: number, account: AccountIndex, withoutDays: number): number {
    const watchedMs = this.lastAt[account]! - this.firstAt[account]!;
    const days = settledDays(watchedMs, HABIT_HALF_LIFE_MS) - withoutDays;
    return days <= 0 ? 0 : Math.max(0, count) / Math.max(days, 1);
  }
}
