import { type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts, FELL_OUT, NONE } from './accounts';
import { type Caps } from './caps';
import { CreditRows } from './credit-rows';
import { type CreditSlot } from './timed-rows';
import { DebitRows } from './debit-rows';
import { type FeedClock } from './feed-clock';
import { type Cap, CAPS, type FlowLimits } from './flow-limits';
import { type FlowStep } from './flow-step';
import { type MixedPiles } from './mixed-piles';
import { type OriginMix } from './origin-mix';
import { Origins } from './trails';
import { backfill } from './uncovered';

/**
 * What each account remembers: credits as lots and links, debits, and the mixed pile into which everything goes that falls
 * out. Every method touches one account, and no money is lost by any.
 */
export class AccountMemory {
  readonly credits: CreditRows;
  readonly debits: DebitRows;
  private readonly origins = new Origins();

  constructor(
    private readonly accounts: Accounts,
    private readonly piles: MixedPiles,
    private readonly clock: FeedClock,
    private readonly caps: Caps,
    private readonly limits: FlowLimits,
  ) {
    this.credits = new CreditRows(accounts);
    this.debits = new DebitRows(accounts);
  }

  /** Forgets what is older than the window. What is left of it joins the mixed pile. */
  expire(account: AccountIndex): void {
    const sinceMs = this.clock.now - this.limits.memoryMs;
    const older = this.credits.olderThan(account, sinceMs);
    if (older > 0) this.pileUp(account, older);
    this.debits.expire(account, sinceMs);
  }

  /** Forgets everything. What is left of it joins the mixed pile. */
  clear(account: AccountIndex): void {
    const count = this.credits.count(account);
    if (count > 0) this.pileUp(account, count);
    this.debits.clear(account);
  }

  private pileUp(account: AccountIndex, oldest: number): void {
    const { credits } = this;
    const first = credits.first(account);
    for (let slot = first; slot < first + oldest; slot += 1) this.joinPile(account, slot);
    credits.forget(account, first, oldest);
  }

  /** Books a credit, filling first what nothing had covered. @returns what is to be laid down as a lot */
  bookCredit({ payee, amountMinor, atMs }: FlowStep): number {
    const laid = amountMinor - backfill(this.accounts, payee, amountMinor, atMs);
    this.accounts.add(payee, ACCOUNT.laid, laid);
    this.accounts.countCredit(payee, amountMinor);
    return laid;
  }

  /** @returns the credit's row; NONE where the account is full and this is what it does not keep */
  rememberCredit(step: FlowStep, laidMinor: number): CreditSlot {
    const { credits, limits } = this;
    const { payee, atMs } = step;
    if (credits.count(payee) >= limits.creditsPerAccountMax) {
      const least = credits.least(step, laidMinor, this.linkedSinceMs, limits);
      const goesAtMs = least === NONE ? atMs : credits.at(least);
      const leftMinor = least === NONE ? laidMinor : credits.left(least);
      if (leftMinor > 0 || this.isRecent(goesAtMs)) {
        this.fellOut(payee, CAPS.credits, FELL_OUT.credits);
      }
      if (least === NONE) {
        this.addToPile(payee, laidMinor, step.carried.origins, atMs);
        return NONE;
      }
      this.joinPile(payee, least);
      credits.forget(payee, least);
    }
    return credits.lay(step, laidMinor);
  }

  rememberDebit(step: FlowStep): void {
    const { debits, limits } = this;
    const { payer, atMs } = step;
    if (debits.count(payer) >= limits.debitsPerAccountMax) {
      const least = debits.least(step, this.linkedSinceMs, limits);
      if (this.isRecent(least === NONE ? atMs : debits.at(least))) {
        this.fellOut(payer, CAPS.debits, FELL_OUT.debits);
      }
      if (least === NONE) return;
      debits.forget(payer, least);
    }
    debits.remember(step);
  }

  /** Takes what the mixed pile can give, and passes its origins on. @returns how much, in minor units */
  takeMixed(step: FlowStep, amountMinor: number, mix: OriginMix): number {
    const { payer } = step;
    const pile = this.accounts.get(payer, ACCOUNT.mixed);
    const taken = Math.min(amountMinor, pile);
    if (taken === 0) return 0;
    const passes = step.atMs - this.piles.joinedAt(payer) <= this.limits.taintDwellMaxMs;
    this.piles.take(payer, taken, pile, passes ? mix : null);
    this.accounts.add(payer, ACCOUNT.mixed, -taken);
    this.accounts.add(payer, ACCOUNT.taken, taken);
    return taken;
  }

  /**
   * Takes back what is left of a transfer's money; where it is not remembered, out of the pile, where its rest must be.
   *
   * @returns how much was still there, in minor units; what was not is booked as a shortfall
   */
  takeBack(payee: AccountIndex, transfer: number, amountMinor: number): number {
    const { accounts, credits } = this;
    this.expire(payee);
    const slot = credits.find(payee, transfer);
    let back: number;
    if (slot === NONE) {
      const pile = accounts.get(payee, ACCOUNT.mixed);
      back = Math.min(amountMinor, pile);
      if (back > 0) this.piles.take(payee, back, pile, null);
      accounts.add(payee, ACCOUNT.mixed, -back);
    } else {
      back = Math.min(amountMinor, credits.left(slot));
      credits.spend(slot, back);
    }
    accounts.add(payee, ACCOUNT.reversed, back);
    accounts.add(payee, ACCOUNT.shortfall, amountMinor - back);
    return back;
  }

  /** From when on a credit may still be linked to. */
  private get linkedSinceMs(): EventTimeMs {
    return this.clock.now - this.limits.linkWindowMs;
  }

  /** Losing it takes something from what may yet be linked to it. */
  private isRecent(atMs: EventTimeMs): boolean {
    return atMs >= this.linkedSinceMs;
  }

  /** Told with this transfer, and with those that the account takes part in while it might have shown there. */
  private fellOut(account: AccountIndex, cap: Cap, what: number): void {
    this.caps.meet(cap);
    this.accounts.noteFellOut(account, what, this.clock.now, this.limits.linkWindowMs);
  }

  private joinPile(account: AccountIndex, slot: CreditSlot): void {
    const { credits } = this;
    const leftMinor = credits.left(slot);
    if (leftMinor === 0) return;
    credits.readOrigins(slot, this.origins);
    this.addToPile(account, leftMinor, this.origins, credits.at(slot));
  }

  private addToPile(account: AccountIndex, minor: number, origins: Origins, atMs: number): void {
    if (minor === 0) return;
    this.accounts.add(account, ACCOUNT.mixed, minor);
    if (this.piles.join(account, minor, origins, atMs)) this.caps.count(CAPS.originsInPile);
  }
}
