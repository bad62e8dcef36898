import {
  type EventTimeMs,
  invariant,
  isExit,
  isHub,
  isPurchase,
  type Party,
  type Transfer,
} from '#domain';
import { type AccountIndex, Accounts, NONE } from './accounts';
import { Carried, CreditPool, type CreditSlot, DebitPool } from './credit-pool';
import { CAPS, FLOW_LIMITS, type FlowLimits, ORIGINS_MAX } from './flow-limits';
import {
  chainCredit,
  chainDebit,
  creditOf,
  forgetOldestDebit,
  hasPaid,
  leastCredit,
  unchainCredit,
  wasPaidBy,
} from './chains';
import { carryTrail, layTrail, parentOf } from './link';
import { MixedOrigins, OriginMix } from './origin-mix';
import { orderLots } from './take-lots';
import { backfill, leaveUncovered } from './uncovered';
import { Watchlist } from './watchlist';

/** One transfer, as both its accounts saw it. Reused: what is needed later must be copied. */
export interface FlowStep {
  readonly position: number;
  readonly atMs: EventTimeMs;
  readonly amountMinor: number;
  readonly payer: AccountIndex;
  readonly payee: AccountIndex;
  readonly carried: Carried;
  /** The credit laid in the payee; NONE where the payee is a hub. */
  readonly credit: CreditSlot;
  /** Neither had the other among its recent counterparties. */
  readonly newPair: boolean;
  /** A payment from person to person, as far as its type says. */
  readonly personal: boolean;
  /** It takes money out of the wallets: cash, crypto, abroad. */
  readonly leaves: boolean;
}

/** What an account came to, in minor units: credits + back-fill = taken + left + mixed + reversed. */
export interface AccountSums {
  readonly laid: number;
  readonly backfilled: number;
  readonly taken: number;
  readonly left: number;
  readonly mixed: number;
  readonly reversed: number;
  readonly debited: number;
  readonly uncovered: number;
}

/**
 * Follows money through accounts. Every credit is kept as a lot (exclusive: what is left of it) and a link (shared: how it
 * got here); a debit takes lots and passes the link on. So a chain, a cycle or a known operation upstream is seen in one
 * account, at a cost that does not grow with the length of the trail.
 *
 * `debit`, `credit` and `reverse` touch one account each; what goes from payer to payee goes by value ({@link Carried}).
 * Nothing here knows a clock, a database or a framework: the same log gives the same state.
 */
export class FlowEngine {
  readonly accounts = new Accounts();
  readonly credits = new CreditPool();
  readonly debits = new DebitPool();
  readonly watchlist = new Watchlist();
  /** The debits' lots that were taken by the last debit. Valid until the next. */
  readonly takenLots: CreditSlot[] = [];
  /** Limits met by the last transfer, by name. */
  readonly capsMet = new Set<string>();
  /** How often each limit was met since the start. */
  readonly capCounts = new Map<string, number>();

  private readonly mixedOrigins = new MixedOrigins();
  private readonly mix = new OriginMix();
  private readonly carried = new Carried();
  private readonly lots: Int32Array;
  /** Accounts that a matching identifier, not their own id, ties to an operation. */
  private readonly markedByIdentifier = new Map<AccountIndex, number>();

  constructor(private readonly limits: FlowLimits = FLOW_LIMITS) {
    invariant(limits.creditsPerAccountMax < 256 && limits.debitsPerAccountMax < 256, 'fits a byte');
    this.lots = new Int32Array(limits.creditsPerAccountMax);
  }

  /** The account of one side of a transfer; learns from the transfer whether it is a hub. */
  account(party: Party, currency: string, atMs: EventTimeMs): AccountIndex {
    const account = this.accounts.of(party, currency, atMs);
    if (isHub(party.kind) && this.accounts.hub[account] === 0) this.becomeHub(account);
    this.accounts.touch(account, atMs);
    return account;
  }

  /**
   * Moves a settled transfer's money.
   *
   * @param debtorTokens tokens of identifiers the debtor was reported with, to be found on the watchlist
   */
  move(
    position: number,
    transfer: Transfer,
    debtorTokens: readonly string[],
    creditorTokens: readonly string[],
  ): FlowStep {
    this.capsMet.clear();
    const { occurredAtMs: atMs, amountMinor } = transfer;
    const payer = this.account(transfer.debtor, transfer.currency, atMs);
    const payee = this.account(transfer.creditor, transfer.currency, atMs);
    this.mark(payer, debtorTokens, atMs);
    this.mark(payee, creditorTokens, atMs);
    const personal = transfer.type === 'P2P' || transfer.type === 'BANK_TRANSFER';
    const carried = this.debit(payer, payee, position, amountMinor, atMs, personal);
    const newPair =
      !carried.payerKnowsPayee && !wasPaidBy(this.accounts, this.credits, payee, payer);
    const credit = this.credit(
      payee,
      payer,
      position,
      amountMinor,
      atMs,
      carried,
      newPair,
      personal,
    );
    const leaves = isExit(transfer) && !isPurchase(transfer.type);
    return {
      position,
      atMs,
      amountMinor,
      payer,
      payee,
      carried,
      credit,
      newPair,
      personal,
      leaves,
    };
  }

  /** Takes a debit out of its account and says what goes with it. Touches that account only. */
  debit(
    account: AccountIndex,
    payee: AccountIndex,
    position: number,
    amountMinor: number,
    atMs: EventTimeMs,
    personal: boolean,
  ): Carried {
    const { accounts, carried } = this;
    invariant(Number.isSafeInteger(amountMinor) && amountMinor > 0, 'a debit is whole and above 0');
    carried.clear();
    this.takenLots.length = 0;
    this.mix.clear();
    accounts.debited[account]! += amountMinor;
    if (accounts.hub[account] === 1) {
      this.takeMixed(account, amountMinor);
    } else {
      const parent = this.parent(account, amountMinor, atMs);
      if (parent !== NONE && carryTrail(this.credits, parent, carried)) this.met(CAPS.ancestors);
      const rest = this.takeLots(account, amountMinor, atMs);
      if (rest > 0) this.takeMixed(account, rest);
      carried.payerKnowsPayee = hasPaid(accounts, this.debits, account, payee);
      if (accounts.debitCount[account]! >= this.limits.debitsPerAccountMax) {
        forgetOldestDebit(accounts, this.debits, account);
      }
      const slot = this.debits.take();
      this.debits.transfer[slot] = position;
      this.debits.payee[slot] = payee;
      this.debits.at[slot] = atMs;
      this.debits.amount[slot] = amountMinor;
      this.debits.newPair[slot] = carried.payerKnowsPayee ? 0 : 1;
      this.debits.personal[slot] = personal ? 1 : 0;
      chainDebit(accounts, this.debits, account, slot);
      accounts.countDebit(account, amountMinor);
    }
    const known = this.originAt(account, atMs);
    if (known !== NONE) this.mix.add(known, amountMinor);
    if (this.mix.carry(carried, amountMinor, this.limits.taintShareMin)) this.met(CAPS.origins);
    const open = amountMinor - carried.coveredMinor;
    if (open > 0 && leaveUncovered(accounts, account, open, atMs)) this.count(CAPS.uncovered);
    return carried;
  }

  /** Lays a credit down in its account. Touches that account only. */
  credit(
    account: AccountIndex,
    payer: AccountIndex,
    position: number,
    amountMinor: number,
    atMs: EventTimeMs,
    carried: Carried,
    newPair: boolean,
    personal: boolean,
  ): CreditSlot {
    const { accounts, credits } = this;
    const filled = backfill(accounts, account, amountMinor, atMs);
    const laid = amountMinor - filled;
    accounts.laid[account]! += laid;
    if (accounts.hub[account] === 1) {
      accounts.mixed[account]! += laid;
      return NONE;
    }
    accounts.countCredit(account);
    if (accounts.creditCount[account]! >= this.limits.creditsPerAccountMax)
      this.makeRoom(account, atMs);
    const slot = credits.take();
    credits.transfer[slot] = position;
    credits.payer[slot] = payer;
    credits.at[slot] = atMs;
    credits.amount[slot] = amountMinor;
    credits.left[slot] = laid;
    credits.newPair[slot] = newPair ? 1 : 0;
    credits.personal[slot] = personal ? 1 : 0;
    layTrail(credits, slot, carried);
    credits.origin.set(carried.origin, slot * ORIGINS_MAX);
    credits.originShare.set(carried.originShare, slot * ORIGINS_MAX);
    chainCredit(accounts, credits, account, slot);
    return slot;
  }

  /**
   * Takes back what is left of a transfer's money, and gives the payer its amount again, without a trail. What the payee
   * has already passed on is not clawed back downstream.
   *
   * @param originalPosition the transfer that is reversed
   * @returns the shortfall: what was no longer there
   */
  reverse(
    payee: AccountIndex,
    payer: AccountIndex,
    originalPosition: number,
    position: number,
    amountMinor: number,
    atMs: EventTimeMs,
  ): number {
    this.capsMet.clear();
    const slot = this.find(payee, originalPosition);
    const { accounts, credits } = this;
    let back = 0;
    if (slot !== NONE) {
      back = Math.min(amountMinor, credits.left[slot]!);
      credits.left[slot]! -= back;
    } else if (accounts.hub[payee] === 1) {
      back = Math.min(amountMinor, accounts.mixed[payee]!);
      accounts.mixed[payee]! -= back;
    }
    accounts.reversed[payee]! += back;
    this.carried.clear();
    this.credit(payer, payee, position, amountMinor, atMs, this.carried, false, false);
    return amountMinor - back;
  }

  /** The operation that this account itself is known to belong to; NONE where it is not. */
  originAt(account: AccountIndex, atMs: EventTimeMs): number {
    const own = this.watchlist.originOf(this.accounts.walletKey(account), atMs);
    return own === NONE ? (this.markedByIdentifier.get(account) ?? NONE) : own;
  }

  /** The account's credit of that transfer, while it is remembered; NONE where it is not. */
  find(account: AccountIndex, position: number): CreditSlot {
    return creditOf(this.accounts, this.credits, account, position);
  }

  /** Money that came in and is still there, and the part of it that known operations account for. */
  held(account: AccountIndex): { heldMinor: number; taintedMinor: number } {
    let heldMinor = this.accounts.mixed[account]!;
    let tainted = this.mixedOrigins.tainted(account);
    for (
      let slot = this.accounts.creditHead[account]!;
      slot !== NONE;
      slot = this.credits.next[slot]!
    ) {
      const left = this.credits.left[slot]!;
      heldMinor += left;
      let share = 0;
      for (let i = 0; i < ORIGINS_MAX; i += 1)
        share += this.credits.originShare[slot * ORIGINS_MAX + i]!;
      tainted += left * Math.min(1, share);
    }
    return { heldMinor, taintedMinor: Math.round(tainted) };
  }

  sums(account: AccountIndex): AccountSums {
    const { accounts } = this;
    let left = 0;
    for (let slot = accounts.creditHead[account]!; slot !== NONE; slot = this.credits.next[slot]!) {
      left += this.credits.left[slot]!;
    }
    return {
      laid: accounts.laid[account]!,
      backfilled: accounts.backfilled[account]!,
      taken: accounts.taken[account]!,
      left,
      mixed: accounts.mixed[account]!,
      reversed: accounts.reversed[account]!,
      debited: accounts.debited[account]!,
      uncovered: accounts.uncovered[account]!,
    };
  }

  /** A wallet that turns out to be licensed: its lots become one pile. */
  private becomeHub(account: AccountIndex): void {
    const { accounts, credits } = this;
    accounts.hub[account] = 1;
    for (let slot = accounts.creditHead[account]!; slot !== NONE;) {
      const next = credits.next[slot]!;
      accounts.mixed[account]! += credits.left[slot]!;
      if (credits.left[slot]! > 0) this.mixedOrigins.join(account, credits, slot);
      credits.release(slot);
      slot = next;
    }
    accounts.creditHead[account] = NONE;
    accounts.creditCount[account] = 0;
  }

  /** Drops the credit that matters least. What is left of it joins the pile. */
  private makeRoom(account: AccountIndex, atMs: EventTimeMs): void {
    const { credits, accounts } = this;
    const { slot, useless } = leastCredit(accounts, credits, account, atMs - this.limits.memoryMs);
    if (!useless) this.met(CAPS.credits);
    accounts.mixed[account]! += credits.left[slot]!;
    if (credits.left[slot]! > 0) this.mixedOrigins.join(account, credits, slot);
    unchainCredit(accounts, credits, account, slot);
    credits.release(slot);
  }

  /** A limit was met, and what this transfer shows may miss something by it. */
  private met(cap: string): void {
    this.capsMet.add(cap);
    this.count(cap);
  }

  private count(cap: string): void {
    this.capCounts.set(cap, (this.capCounts.get(cap) ?? 0) + 1);
  }

  private mark(account: AccountIndex, tokens: readonly string[], atMs: EventTimeMs): void {
    for (const token of tokens) {
      const origin = this.watchlist.originOf(token, atMs);
      if (origin !== NONE) this.markedByIdentifier.set(account, origin);
    }
  }

  private parent(account: AccountIndex, amountMinor: number, atMs: EventTimeMs): CreditSlot {
    const head = this.accounts.creditHead[account]!;
    return parentOf(this.credits, head, amountMinor, atMs, this.limits.linkWindowMs);
  }

  /** @returns what no lot covered */
  private takeLots(account: AccountIndex, amountMinor: number, atMs: EventTimeMs): number {
    const { credits, carried, lots } = this;
    let count = 0;
    for (let slot = this.accounts.creditHead[account]!; slot !== NONE; slot = credits.next[slot]!) {
      // A late debit cannot spend what came after it.
      if (credits.left[slot]! > 0 && credits.at[slot]! <= atMs) lots[count++] = slot;
    }
    orderLots(credits, lots, count, amountMinor, atMs, this.limits);
    let rest = amountMinor;
    let weightedMs = 0;
    for (let i = 0; i < count && rest > 0; i += 1) {
      const slot = lots[i]!;
      const taken = Math.min(rest, credits.left[slot]!);
      const dwellMs = atMs - credits.at[slot]!;
      credits.left[slot]! -= taken;
      rest -= taken;
      weightedMs += taken * dwellMs;
      if (dwellMs <= this.limits.taintDwellMaxMs) this.mix.addLot(credits, slot, taken);
      this.takenLots.push(slot);
    }
    const taken = amountMinor - rest;
    this.accounts.taken[account]! += taken;
    carried.coveredMinor += taken;
    carried.dwellMs = taken > 0 ? weightedMs / taken : 0;
    return rest;
  }

  private takeMixed(account: AccountIndex, amountMinor: number): void {
    const pile = this.accounts.mixed[account]!;
    const taken = Math.min(amountMinor, pile);
    if (taken === 0) return;
    this.mixedOrigins.take(account, taken / pile, this.mix);
    this.accounts.mixed[account] = pile - taken;
    this.accounts.taken[account]! += taken;
    this.carried.coveredMinor += taken;
  }
}
