import { type EventTimeMs, isHub, type PartyKind, type WalletRef } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts, NONE, type Released } from './accounts';
import { type AccountMemory } from './account-memory';
import { AccountSweep } from './account-sweep';
import { type Caps } from './caps';
import { type Counterparties } from './counterparties';
import { type FeedClock } from './feed-clock';
import { CAPS, type FlowLimits, namedForMs } from './flow-limits';
import { isBelievedHub, youngestOpening } from './hub';
import { type MixedPiles } from './mixed-piles';
import { type ToldWallets } from './told-wallets';
import { type Wakings } from './wakings';
import { type Watchlist } from './watchlist';

/** What of the engine knows of an account, and lets go of it with it. */
interface Surroundings {
  readonly accounts: Accounts;
  readonly counterparties: Counterparties;
  readonly watchlist: Watchlist;
  readonly wakings: Wakings;
  readonly told: ToldWallets;
  readonly piles: MixedPiles;
  readonly clock: FeedClock;
  readonly caps: Caps;
  readonly limits: FlowLimits;
}

/** Untouched for so long that it is given up as soon as it is looked at, if the sweep has not come to it yet. */
export function isForgotten(
  accounts: Accounts,
  account: AccountIndex,
  nowMs: EventTimeMs,
  limits: FlowLimits,
): boolean {
  const restedMs = nowMs - accounts.get(account, ACCOUNT.namedAt);
  if (restedMs > limits.accountReleaseMs) return true;
  return accounts.size > limits.accountsMax && restedMs > namedForMs(limits);
}

/** How accounts begin, turn out to be hubs, and are given up. */
export class AccountLife {
  /** Of accounts that were given up, by currency. */
  readonly released = new Map<string, Released>();
  readonly sweep: AccountSweep;

  constructor(
    private readonly engine: Surroundings,
    private readonly memory: AccountMemory,
  ) {
    this.sweep = new AccountSweep(engine.accounts, (account) => {
      this.restedLong(account);
    });
  }

  /** The account of one side of a transfer, opened where there is none; learns from the transfer whether it is a hub. */
  account(
    wallet: WalletRef,
    kind: PartyKind | null,
    currency: string,
    atMs: EventTimeMs,
    openedAtMs: EventTimeMs | null,
  ): AccountIndex {
    const { accounts, watchlist, wakings, told, clock } = this.engine;
    const believedMs = Math.min(atMs, clock.now);
    let account = accounts.find(wallet, currency);
    if (account !== NONE && this.isForgotten(account)) {
      this.release(account);
      account = NONE;
    }
    if (account === NONE) {
      account = accounts.open(wallet, currency, believedMs);
      this.sweep.opened();
      watchlist.opened(account);
    }
    if (!accounts.isHub(account)) {
      // What the transfer tells itself is what counts: a person's payment is no agent's.
      const agentSinceMs = kind === null ? told.agentSince(wallet, believedMs, clock.now) : null;
      if (agentSinceMs !== null) this.declaredHub(account, 'AGENT', agentSinceMs);
      else if (kind !== null && isHub(kind)) this.declaredHub(account, kind, openedAtMs);
    }
    wakings.touched(account, believedMs, clock.now);
    accounts.touch(account, believedMs, atMs);
    return account;
  }

  private declaredHub(account: AccountIndex, kind: PartyKind, toldMs: EventTimeMs | null): void {
    const { accounts, clock, limits } = this.engine;
    const firstAtMs = accounts.get(account, ACCOUNT.firstAt);
    const openedAtMs = youngestOpening(accounts.get(account, ACCOUNT.openedAt), toldMs, clock.now);
    accounts.set(account, ACCOUNT.openedAt, openedAtMs);
    const age = { openedAtMs, firstAtMs };
    if (!isBelievedHub(kind, age, clock.now, clock.startedAt, limits.hubBelievedAfterMs)) return;
    // A wallet that turns out to be licensed: its lots become one pile.
    accounts.markHub(account);
    this.memory.clear(account);
    this.engine.counterparties.clear(account);
  }

  private isForgotten(account: AccountIndex): boolean {
    const { accounts, clock, limits } = this.engine;
    return isForgotten(accounts, account, clock.now, limits);
  }

  /** Nobody may come back to it to let it forget. */
  private restedLong(account: AccountIndex): void {
    if (this.isForgotten(account)) this.release(account);
    else this.memory.expire(account);
  }

  /** Gives an account up: what it holds is written down, its number is given to another. */
  private release(account: AccountIndex): void {
    const { accounts, counterparties, watchlist, piles, caps, limits } = this.engine;
    this.memory.clear(account);
    counterparties.clear(account);
    const currency = accounts.currency(account);
    const released = this.released.get(currency) ?? { accounts: 0, heldMinor: 0 };
    released.accounts += 1;
    released.heldMinor += accounts.get(account, ACCOUNT.mixed);
    this.released.set(currency, released);
    if (accounts.size > limits.accountsMax) caps.count(CAPS.accounts);
    piles.release(account);
    watchlist.release(account);
    accounts.names.release(account);
  }
}
