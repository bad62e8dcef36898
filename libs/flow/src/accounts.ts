import { DAY_MS, type EventTimeMs, HOUR_MS, type WalletRef, walletKey } from '#domain';
import { AccountNames } from './account-names';
import { hash32 } from './text';
import { NO_BLOCK } from './block-rows';
import { settledDays } from './decay';
import { UNCOVERED_MAX } from './flow-limits';
import { PAGE_ROWS, PagedRows } from './paged-rows';
import { type StatePart, type StateSource } from './state-parts';

/** One wallet in one currency: money of two currencies never mixes. A small number, given by {@link Accounts}. */
export type AccountIndex = number;

export const NONE = -1;

/** What an account is used to is counted over these spans together; each counter halves in half its span. */
export const WINDOWS_MS = [2 * HOUR_MS, 3 * DAY_MS, 14 * DAY_MS] as const;
const LONGEST = WINDOWS_MS.length - 1;
/** Per millisecond, of the natural logarithm: exponentials cost less than powers. */
const RATES = WINDOWS_MS.map((spanMs) => (2 * Math.LN2) / spanMs);
/** The longest window's: also that of habits that are not counted per window. */
const HABIT_HALF_LIFE_MS = WINDOWS_MS[LONGEST]! / 2;

/** The numbers of one account, side by side. Amounts are minor units, instants event time. */
export const ACCOUNT = {
  /** Where its credits and debits lie: block, rows in use, class. */
  creditBlock: 0,
  creditCount: 1,
  creditClass: 2,
  debitBlock: 3,
  debitCount: 4,
  debitClass: 5,
  /** What it is: the bits of {@link MARK}. */
  marks: 6,
  /** When something within reach last fell out of its memory, times four, and of what (the bits of {@link FELL_OUT}). */
  fellOut: 7,

  /** Laid down as lots (or on the pile, for a hub). */
  laid: 8,
  /** Came late and filled debits that nothing had covered. */
  backfilled: 9,
  taken: 10,
  /** Fell out of the limit or the window and is still there: the mixed pile. */
  mixed: 11,
  reversed: 12,
  /** Reversals asked for it, and it was no longer there. */
  shortfall: 13,
  debited: 14,
  uncovered: 15,
  /** Debits that nothing covered and a late credit may still fill, newest first: what is open, and when it was. */
  uncoveredOpen: 16,
  uncoveredAt: 16 + UNCOVERED_MAX,

  firstAt: 24,
  /** Also up to when the counters below have been decayed. */
  lastAt: 25,
  /** The latest time that any row of it bears, however far ahead: so long a row may be kept that names it. */
  namedAt: 26,
  /** Counterparties that were new, either way, and what was paid to or by them: whether it is popular. */
  newPartners: 27,
  newPartnerSum: 47,
  passes: 28,
  /** Running mean of the natural logarithm of its debits, and how many. */
  debitLogMean: 29,
  debitsSeen: 30,
  /** The youngest opening date that a hub declaration told of it; 0 where none did. */
  openedAt: 31,
  /** Per window: credits, their sum, debits, their sum. */
  windows: 32,
  /** A hash of the wallet's name, the same wherever the account lives. */
  nameHash: 44,
  /** Where its counterparties lie. */
  counterpartyBlock: 45,
  counterpartyCount: 46,
} as const;

/** What an account may be marked as. */
const MARK = {
  /** A licensed till, agent, biller…: its money is one pile, and trails end there. */
  hub: 1,
  /** It is, or was seen with, an indicator of a known operation. */
  known: 2,
} as const;

/** Of what something fell out. */
export const FELL_OUT = { credits: 1, debits: 2 } as const;
/** Their bits lie below the time. */
const FELL_OUT_BELOW = 4;

/** Per window: how many credits, what they came to, how many debits, what they came to. */
export const WINDOW = { credits: 0, creditSum: 1, debits: 2, debitSum: 3, size: 4 } as const;

/** What was given up with the accounts that nobody touched any more, of one currency. */
export interface Released {
  accounts: number;
  heldMinor: number;
}

/** Payments of a tenth of an amount are still like it. */
const ALIKE_PARTS = 10;

/** Six cache lines. */
const STRIDE = 48;

/** What is known of every account, whatever becomes of the rows of its credits and debits. */
export class Accounts extends PagedRows {
  readonly names = new AccountNames();

  constructor() {
    super('accounts', STRIDE);
  }

  /** Accounts there are. */
  get size(): number {
    return this.names.size;
  }

  /** The account of a wallet in a currency, or NONE. */
  find(wallet: WalletRef, currency: string): AccountIndex {
    return this.names.find(wallet, currency);
  }

  /** Makes an account that was never seen. */
  open(wallet: WalletRef, currency: string, atMs: EventTimeMs): AccountIndex {
    const account = this.names.add(wallet, currency);
    while (account >= this.rows) this.rows = this.grow() + PAGE_ROWS;
    const page = this.page(account);
    const at = this.offset(account);
    page.fill(0, at, at + STRIDE);
    page[at + ACCOUNT.creditBlock] = NO_BLOCK;
    page[at + ACCOUNT.debitBlock] = NO_BLOCK;
    page[at + ACCOUNT.counterpartyBlock] = NO_BLOCK;
    page[at + ACCOUNT.nameHash] = hash32(walletKey(wallet));
    page[at + ACCOUNT.firstAt] = atMs;
    page[at + ACCOUNT.lastAt] = atMs;
    page[at + ACCOUNT.namedAt] = atMs;
    return account;
  }

  private rows = 0;

  currency(account: AccountIndex): string {
    return this.names.currency(account);
  }

  /** As `walletKey` gives it. */
  walletKey(account: AccountIndex): string {
    return this.names.walletKey(account);
  }

  isHub(account: AccountIndex): boolean {
    return (this.get(account, ACCOUNT.marks) & MARK.hub) !== 0;
  }

  markHub(account: AccountIndex): void {
    this.set(account, ACCOUNT.marks, this.get(account, ACCOUNT.marks) | MARK.hub);
  }

  isKnown(account: AccountIndex): boolean {
    return (this.get(account, ACCOUNT.marks) & MARK.known) !== 0;
  }

  markKnown(account: AccountIndex): void {
    this.set(account, ACCOUNT.marks, this.get(account, ACCOUNT.marks) | MARK.known);
  }

  /**
   * Something fell out of its memory that a later transfer might have shown.
   *
   * @param what the bit of {@link FELL_OUT}
   * @param withinMs what fell out longer ago is out of reach by now
   */
  noteFellOut(account: AccountIndex, what: number, nowMs: EventTimeMs, withinMs: number): void {
    const bits = this.fellOutSince(account, nowMs - withinMs) | what;
    this.set(account, ACCOUNT.fellOut, nowMs * FELL_OUT_BELOW + bits);
  }

  /** Of what something within reach has fallen out since then: bits of {@link FELL_OUT}. */
  fellOutSince(account: AccountIndex, sinceMs: EventTimeMs): number {
    const told = this.get(account, ACCOUNT.fellOut);
    return told === 0 || told < sinceMs * FELL_OUT_BELOW ? 0 : told % FELL_OUT_BELOW;
  }

  /**
   * Notes that the account was used, and lets its counters fade up to now.
   *
   * @param rowMs the time that the row claims, which is believed only up to `atMs`
   */
  touch(account: AccountIndex, atMs: EventTimeMs, rowMs: EventTimeMs): void {
    const page = this.page(account);
    const at = this.offset(account);
    if (rowMs > page[at + ACCOUNT.namedAt]!) page[at + ACCOUNT.namedAt] = rowMs;
    if (atMs < page[at + ACCOUNT.firstAt]!) page[at + ACCOUNT.firstAt] = atMs;
    const sinceMs = atMs - page[at + ACCOUNT.lastAt]!;
    if (sinceMs <= 0) return;
    page[at + ACCOUNT.lastAt] = atMs;
    let fade = 1;
    for (let w = 0; w <= LONGEST; w += 1) {
      fade = Math.exp(-sinceMs * RATES[w]!);
      const from = at + ACCOUNT.windows + w * WINDOW.size;
      for (let i = from; i < from + WINDOW.size; i += 1) page[i]! *= fade;
    }
    page[at + ACCOUNT.newPartners]! *= fade;
    page[at + ACCOUNT.newPartnerSum]! *= fade;
    page[at + ACCOUNT.passes]! *= fade;
  }

  countCredit(account: AccountIndex, amountMinor: number): void {
    this.count(account, WINDOW.credits, amountMinor);
  }

  countDebit(account: AccountIndex, amountMinor: number): void {
    this.count(account, WINDOW.debits, amountMinor);
    const page = this.page(account);
    const at = this.offset(account);
    const seen = (page[at + ACCOUNT.debitsSeen]! += 1);
    const mean = page[at + ACCOUNT.debitLogMean]!;
    page[at + ACCOUNT.debitLogMean] = mean + (Math.log(amountMinor) - mean) / seen;
  }

  private count(account: AccountIndex, what: number, amountMinor: number): void {
    const page = this.page(account);
    let at = this.offset(account) + ACCOUNT.windows + what;
    for (let w = 0; w <= LONGEST; w += 1) {
      page[at]! += 1;
      page[at + 1]! += amountMinor;
      at += WINDOW.size;
    }
  }

  countNewPartner(account: AccountIndex, amountMinor: number): void {
    this.add(account, ACCOUNT.newPartners, 1);
    this.add(account, ACCOUNT.newPartnerSum, amountMinor);
  }

  /**
   * So many new counterparties lately, at amounts like this one, that a trail through it says nothing. Amounts, because a
   * hundred payments of a rupee would otherwise make anybody popular.
   */
  isPopular(account: AccountIndex, amountMinor: number, partnersMin: number): boolean {
    if (this.get(account, ACCOUNT.newPartners) < partnersMin) return false;
    return this.get(account, ACCOUNT.newPartnerSum) * ALIKE_PARTS >= partnersMin * amountMinor;
  }

  countPass(account: AccountIndex): void {
    this.add(account, ACCOUNT.passes, 1);
  }

  /** One of the counters of {@link WINDOW}, in the window of that index. */
  window(account: AccountIndex, w: number, what: number): number {
    return this.get(account, ACCOUNT.windows + w * WINDOW.size + what);
  }

  /**
   * What this account was used to per day, before the last day's `recent` ones: they are what is judged.
   * 0 where it has been seen for a day or less.
   */
  creditsPerDayBefore(account: AccountIndex, recent: number): number {
    return this.rate(this.window(account, LONGEST, WINDOW.credits) - recent, account, 1);
  }

  debitsPerDayBefore(account: AccountIndex, recent: number): number {
    return this.rate(this.window(account, LONGEST, WINDOW.debits) - recent, account, 1);
  }

  passesPerDay(account: AccountIndex): number {
    return this.rate(this.get(account, ACCOUNT.passes), account, 0);
  }

  private rate(count: number, account: AccountIndex, withoutDays: number): number {
    const watchedMs = this.get(account, ACCOUNT.lastAt) - this.get(account, ACCOUNT.firstAt);
    const days = settledDays(watchedMs, HABIT_HALF_LIFE_MS) - withoutDays;
    return days <= 0 ? 0 : Math.max(0, count) / Math.max(days, 1);
  }

  override *save(): Iterable<StatePart> {
    yield { name: 'accounts', value: { rows: this.rows } };
    yield* this.names.save();
    yield* super.save();
  }

  override load(source: StateSource): void {
    this.rows = (source.value('accounts') as { rows: number }).rows;
    this.names.load(source);
    super.load(source);
  }
}
