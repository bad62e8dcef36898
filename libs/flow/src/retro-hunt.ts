import { type EventTimeMs } from '#domain';
import { type AccountIndex, type Accounts, NONE } from './accounts';
import { type Caps } from './caps';
import { type CreditRows } from './credit-rows';
import { type DebitRows } from './debit-rows';
import {
  ANCESTORS_MAX,
  type Cap,
  CAPS,
  type FlowLimits,
  LINK_RATIO_MAX,
  LINK_RATIO_MIN,
} from './flow-limits';
import { Hops, Origins } from './trails';
import { type Watchlist } from './watchlist';

/** What a hunt may look at, and do. */
export interface HuntingGround {
  readonly accounts: Accounts;
  readonly credits: CreditRows;
  readonly debits: DebitRows;
  readonly watchlist: Watchlist;
  readonly limits: FlowLimits;
  readonly nowMs: EventTimeMs;
  expire(account: AccountIndex): void;
  isPopular(account: AccountIndex): boolean;
  readonly caps: Caps;
}

/** A credit that turned out to come from the operation, to be followed further. */
interface Found {
  readonly account: AccountIndex;
  readonly transfer: number;
  /** Transfers from the known account. */
  readonly hop: number;
}

/**
 * A wallet that is newly known is mostly about the past. The hunt goes through what is remembered of the last days: forward
 * along what the known account paid and what became of it, and backward along the trails that led to it, up to but not
 * including whoever the money came from in the first place, who may be a victim.
 *
 * It marks credits with the origin; what was taken stays taken. Each step looks at one account and hands a credit's
 * transfer and share to the next.
 */
export class RetroHunt {
  /** Accounts that became known and were not asked for yet. */
  readonly revealed: AccountIndex[] = [];

  private origin = NONE;
  private known: AccountIndex = NONE;
  private sinceMs: EventTimeMs = 0;
  private queue: Found[] = [];
  private readonly reached = new Set<AccountIndex>();
  /** Limits that this hunt met: each is counted once. */
  private readonly met = new Set<Cap>();
  private readonly origins = new Origins();

  constructor(private readonly engine: HuntingGround) {}

  takeRevealed(): AccountIndex[] {
    return this.revealed.splice(0);
  }

  /** Hunts from an account that is known to belong to an operation. */
  through(account: AccountIndex, origin: number): void {
    const { engine } = this;
    const { retroHuntMs } = engine.limits;
    this.revealed.push(account);
    if (retroHuntMs === 0) return;
    this.origin = origin;
    this.known = account;
    this.sinceMs = engine.nowMs - retroHuntMs;
    this.queue = [];
    this.reached.clear();
    this.met.clear();
    engine.expire(account);
    this.forwardFromKnown();
    this.backwardFromKnown();
    // It grows while it is gone through.
    for (const found of this.queue) this.follow(found);
    for (const cap of this.met) engine.caps.count(cap);
  }

  private forwardFromKnown(): void {
    const { debits } = this.engine;
    const first = debits.first(this.known);
    for (let slot = first + debits.count(this.known) - 1; slot >= first; slot -= 1) {
      if (debits.at(slot) < this.sinceMs) return;
      this.mark(debits.payee(slot), debits.transfer(slot), 1, 1);
    }
  }

  private backwardFromKnown(): void {
    const { credits, limits } = this.engine;
    const first = credits.first(this.known);
    const last = first + credits.count(this.known) - 1;
    for (let slot = last; slot >= first && credits.at(slot) >= this.sinceMs; slot -= 1) {
      const hops = new Hops(ANCESTORS_MAX);
      credits.readAncestors(slot, hops);
      // Who passed ancestor k on: the payer of the credit, then the payers of the ancestors but the last.
      for (let k = 0; k < hops.count; k += 1) {
        const passedOn = k === 0 ? credits.payer(slot) : hops.wallet[k - 1]!;
        if (k + 1 > limits.retroHopsMax) this.met.add(CAPS.retroHops);
        else this.mark(passedOn, hops.transfer[k]!, 1, k + 1);
      }
    }
  }

  /** Marks an account's credit of that transfer, and has it followed where that is news. */
  private mark(account: AccountIndex, transfer: number, share: number, hop: number): void {
    const { engine } = this;
    engine.expire(account);
    const slot = engine.credits.find(account, transfer);
    if (slot === NONE || !this.wouldGrow(slot, share)) return;
    if (account !== this.known && !this.reached.has(account)) {
      if (this.reached.size >= engine.limits.retroAccountsMax) {
        this.met.add(CAPS.retroAccounts);
        return;
      }
      this.reached.add(account);
    }
    if (engine.credits.taint(slot, this.origin, share, this.isWithdrawn)) {
      this.queue.push({ account, transfer, hop });
    }
  }

  private readonly isWithdrawn = (origin: number): boolean =>
    this.engine.watchlist.isWithdrawn(origin);

  private wouldGrow(slot: number, share: number): boolean {
    this.engine.credits.readOrigins(slot, this.origins);
    const known = this.origins.indexOf(this.origin);
    return known === -1 || this.origins.share[known]! < share;
  }

  /** Follows a marked credit through the payments that may have passed it on. */
  private follow({ account, transfer, hop }: Found): void {
    const { engine } = this;
    const { credits, debits, limits } = engine;
    const slot = credits.find(account, transfer);
    if (slot === NONE || engine.accounts.isHub(account) || engine.isPopular(account)) return;
    credits.readOrigins(slot, this.origins);
    const share = this.origins.share[this.origins.indexOf(this.origin)] ?? 0;
    const creditMinor = credits.amount(slot);
    const fromMs = credits.at(slot);
    const first = debits.first(account);
    for (let debit = first + debits.count(account) - 1; debit >= first; debit -= 1) {
      const atMs = debits.at(debit);
      if (atMs < fromMs || atMs < this.sinceMs) return;
      if (atMs > fromMs + limits.taintDwellMaxMs) continue;
      const passed = share * this.partOf(account, creditMinor, debits.amount(debit), atMs);
      if (passed < limits.taintShareMin) continue;
      if (hop < limits.retroHopsMax) {
        this.mark(debits.payee(debit), debits.transfer(debit), passed, hop + 1);
      } else if (this.canMark(debits.payee(debit), debits.transfer(debit), passed)) {
        this.met.add(CAPS.retroHops);
      }
    }
  }

  private canMark(account: AccountIndex, transfer: number, share: number): boolean {
    this.engine.expire(account);
    const slot = this.engine.credits.find(account, transfer);
    return slot !== NONE && this.wouldGrow(slot, share);
  }

  /** What part of a debit may be that credit: all of it where the amounts match, else its part of what had come in. */
  private partOf(
    account: AccountIndex,
    creditMinor: number,
    debitMinor: number,
    atMs: number,
  ): number {
    const ratio = debitMinor / creditMinor;
    if (ratio >= LINK_RATIO_MIN && ratio <= LINK_RATIO_MAX) return 1;
    const { credits } = this.engine;
    const first = credits.first(account);
    let inMinor = 0;
    for (let slot = first; slot < first + credits.count(account); slot += 1) {
      if (credits.at(slot) <= atMs) inMinor += credits.amount(slot);
    }
    return Math.min(1, creditMinor / inMinor);
  }
}
