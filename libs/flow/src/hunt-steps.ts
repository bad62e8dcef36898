import { type EventTimeMs } from '#domain';
import { type AccountIndex, type Accounts, NONE } from './accounts';
import { type CreditRows } from './credit-rows';
import { type DebitRows } from './debit-rows';
import { ANCESTORS_MAX, type FlowLimits, LINK_RATIO_MAX, LINK_RATIO_MIN } from './flow-limits';
import { Hops, Origins } from './trails';
import { type Watchlist } from './watchlist';

/** A payment that a hunt comes to: in whose account it was laid down, and which it is. */
export interface Quarry<Wallet> {
  readonly wallet: Wallet;
  readonly transfer: number;
  /** How much of it is the operation's, 0-1. */
  readonly share: number;
}

/** What a hunt does in one wallet at a time: what goes from one to the next goes by value, so that they may live apart. */
export interface HuntSteps<Wallet> {
  /** What a known wallet has paid since, newest first. */
  paid(wallet: Wallet, sinceMs: EventTimeMs): Quarry<Wallet>[];
  /** The payments by which money got to a known wallet since: trail by trail, nearest first, all but each trail's source. */
  led(wallet: Wallet, sinceMs: EventTimeMs): Quarry<Wallet>[][];
  /** Whether the wallet remembers that payment, knows of no such share of it, and has room for it. */
  wouldGrow(quarry: Quarry<Wallet>, origin: number): boolean;
  /** Marks the payment as the operation's. @returns whether its share grew */
  taint(quarry: Quarry<Wallet>, origin: number): boolean;
  /** The payments that may have passed a marked one on, newest first. */
  passedOn(quarry: Quarry<Wallet>, origin: number, sinceMs: EventTimeMs): Quarry<Wallet>[];
}

/** What the steps may look at. */
export interface HuntingGround {
  readonly accounts: Accounts;
  readonly credits: CreditRows;
  readonly debits: DebitRows;
  readonly watchlist: Watchlist;
  readonly limits: FlowLimits;
  expire(account: AccountIndex): void;
  isPopular(account: AccountIndex, amountMinor: number): boolean;
}

/** The steps in the accounts of one engine. */
export class LocalHuntSteps implements HuntSteps<AccountIndex> {
  private readonly origins = new Origins();

  constructor(private readonly ground: HuntingGround) {}

  paid(wallet: AccountIndex, sinceMs: EventTimeMs): Quarry<AccountIndex>[] {
    const { debits } = this.ground;
    this.ground.expire(wallet);
    const found: Quarry<AccountIndex>[] = [];
    const first = debits.first(wallet);
    for (let slot = first + debits.count(wallet) - 1; slot >= first; slot -= 1) {
      if (debits.at(slot) < sinceMs) break;
      found.push({ wallet: debits.payee(slot), transfer: debits.transfer(slot), share: 1 });
    }
    return found;
  }

  led(wallet: AccountIndex, sinceMs: EventTimeMs): Quarry<AccountIndex>[][] {
    const { credits } = this.ground;
    this.ground.expire(wallet);
    const trails: Quarry<AccountIndex>[][] = [];
    const first = credits.first(wallet);
    const last = first + credits.count(wallet) - 1;
    for (let slot = last; slot >= first && credits.at(slot) >= sinceMs; slot -= 1) {
      const hops = new Hops(ANCESTORS_MAX);
      credits.readAncestors(slot, hops);
      // Who passed ancestor k on: the payer of the credit, then the payers of the ancestors but the last.
      trails.push(
        Array.from({ length: hops.count }, (_, k) => ({
          wallet: k === 0 ? credits.payer(slot) : hops.wallet[k - 1]!,
          transfer: hops.transfer[k]!,
          share: 1,
        })),
      );
    }
    return trails;
  }

  wouldGrow({ wallet, transfer, share }: Quarry<AccountIndex>, origin: number): boolean {
    const { credits, watchlist } = this.ground;
    this.ground.expire(wallet);
    const slot = credits.find(wallet, transfer);
    const isWithdrawn = (other: number): boolean => watchlist.isWithdrawn(other);
    return slot !== NONE && credits.wouldTaint(slot, origin, share, isWithdrawn);
  }

  taint({ wallet, transfer, share }: Quarry<AccountIndex>, origin: number): boolean {
    const { credits, watchlist } = this.ground;
    const slot = credits.find(wallet, transfer);
    return credits.taint(slot, origin, share, (other) => watchlist.isWithdrawn(other));
  }

  passedOn(
    { wallet, transfer }: Quarry<AccountIndex>,
    origin: number,
    sinceMs: EventTimeMs,
  ): Quarry<AccountIndex>[] {
    const { accounts, credits, debits, limits } = this.ground;
    const found: Quarry<AccountIndex>[] = [];
    const slot = credits.find(wallet, transfer);
    if (slot === NONE || accounts.isHub(wallet)) return found;
    if (this.ground.isPopular(wallet, credits.amount(slot))) return found;
    const share = this.shareOf(slot, origin);
    const fromMs = credits.at(slot);
    const first = debits.first(wallet);
    for (let debit = first + debits.count(wallet) - 1; debit >= first; debit -= 1) {
      const atMs = debits.at(debit);
      if (atMs < fromMs || atMs < sinceMs) break;
      if (atMs > fromMs + limits.taintDwellMaxMs) continue;
      const passed = share * this.partOf(wallet, credits.amount(slot), debits.amount(debit), atMs);
      if (passed < limits.taintShareMin) continue;
      found.push({
        wallet: debits.payee(debit),
        transfer: debits.transfer(debit),
        share: passed,
      });
    }
    return found;
  }

  /** 0 where it has none. */
  private shareOf(slot: number, origin: number): number {
    this.ground.credits.readOrigins(slot, this.origins);
    const known = this.origins.indexOf(origin);
    return known === -1 ? 0 : this.origins.share[known]!;
  }

  /** What part of a debit may be that credit: all of it where the amounts match, else its part of what had come in. */
  private partOf(
    account: AccountIndex,
    creditMinor: number,
    debitMinor: number,
    atMs: EventTimeMs,
  ): number {
    const ratio = debitMinor / creditMinor;
    if (ratio >= LINK_RATIO_MIN && ratio <= LINK_RATIO_MAX) return 1;
    const { credits } = this.ground;
    const first = credits.first(account);
    let inMinor = 0;
    for (let slot = first; slot < first + credits.count(account); slot += 1) {
      if (credits.at(slot) <= atMs) inMinor += credits.amount(slot);
    }
    return Math.min(1, creditMinor / inMinor);
  }
}
