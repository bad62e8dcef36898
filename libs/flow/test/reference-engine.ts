import {
  type AgentRegistered,
  type Call,
  type Indicator,
  invariant,
  isExit,
  isHub,
  isPurchase,
  type Party,
  type PartyKind,
  type Transfer,
  walletKey,
} from '#domain';
import { type AccountView, FeedClock, type StepView } from '#flow';
import { type EngineLimits, type EngineUnderTest, type ReleasedView } from './engine-under-test';
import { type Account, ANCESTORS_MAX, newAccount, touch } from './reference-account';
import { ReferenceCalls } from './reference-calls';
import { ReferenceCaps } from './reference-caps';
import { credit } from './reference-credit';
import { debit, NOTHING_CARRIED, type Payment } from './reference-debit';
import { ReferenceHunt } from './reference-hunt';
import { ReferenceRegistrations } from './reference-registrations';
import { expire, joinPile, takeFromPile } from './reference-pile';
import { noteUnpaired } from './reference-trail';
import { viewOfAccount, viewOfCarried, viewOfCredit } from './reference-views';
import { ReferenceWatchlist } from './reference-watchlist';

const PERSONAL_TYPES: readonly string[] = ['P2P', 'BANK_TRANSFER'];
/** Kinds that are a hub from the first declaration on. */
const ALWAYS_BELIEVED: readonly (PartyKind | null)[] = ['EXTERNAL', 'BANK'];

/** What a row tells of one of its sides. */
type Declared = Pick<Party, 'kind' | 'openedAtMs'>;

/** A reversal's parties tell nothing of themselves. */
const NOTHING_DECLARED: Declared = { kind: null };

/** What a wallet is, only its own provider may say. */
const declaredOf = (transfer: Transfer, side: 'debtor' | 'creditor'): Declared =>
  transfer[side].provider === transfer.provider ? transfer[side] : NOTHING_DECLARED;

/**
 * The flow engine once more, from its rules and not from its code: plain objects, every account and row in memory, each
 * rule in the most literal words. It is slow, and it is right where the two differ, or the rules are unclear.
 */
export class ReferenceEngine implements EngineUnderTest {
  readonly released = new Map<string, ReleasedView>();
  private accountsSeen: Account[] = [];
  private readonly watchlist: ReferenceWatchlist;
  private readonly calls: ReferenceCalls;
  private readonly registrations = new ReferenceRegistrations();
  private readonly caps = new ReferenceCaps();
  private readonly clock = new FeedClock();
  private feedStartMs: number | null = null;
  nowMs = Number.NaN;

  constructor(private readonly limits: EngineLimits) {
    const { memoryMs, linkWindowMs } = limits;
    this.watchlist = new ReferenceWatchlist(memoryMs + ANCESTORS_MAX * linkWindowMs);
    this.calls = new ReferenceCalls(this.watchlist, limits.callMemoryMs);
  }

  get capCounts(): ReadonlyMap<string, number> {
    return this.caps.counts;
  }

  move(
    position: number,
    transfer: Transfer,
    debtorTokens: readonly string[],
    creditorTokens: readonly string[],
  ): StepView {
    const { occurredAtMs: atMs, amountMinor, currency, type } = transfer;
    const [payerKey, payeeKey] = [walletKey(transfer.debtor), walletKey(transfer.creditor)];
    invariant(payerKey !== payeeKey, 'a wallet does not pay itself');
    this.caps.startTransfer();
    const nowMs = this.hear(atMs);
    this.watchlist.learn(payerKey, debtorTokens, { atMs, nowMs }, this.caps);
    this.watchlist.learn(payeeKey, creditorTokens, { atMs, nowMs }, this.caps);
    const payer = this.arriving(payerKey, declaredOf(transfer, 'debtor'), currency, atMs);
    const payee = this.arriving(payeeKey, declaredOf(transfer, 'creditor'), currency, atMs);
    const payment: Payment = {
      transfer: position,
      payer: payerKey,
      payee: payeeKey,
      amountMinor,
      atMs,
      nowMs,
      personal: PERSONAL_TYPES.includes(type),
      leaves: isExit(transfer) && !isPurchase(type),
    };
    const named = this.watchlist.operationOf(payerKey, atMs);
    const carried = {
      ...debit(payer, payment, named, this.limits, this.caps),
      call: this.calls.lastReported(debtorTokens, atMs, nowMs),
    };
    const laid = credit(payee, payment, carried, false, this.limits, this.caps);
    if (laid.credit !== null && laid.newPair && payment.personal) {
      noteUnpaired(payee, payment, this.limits, this.caps);
    }
    return {
      position,
      atMs,
      amountMinor,
      payer: payerKey,
      payee: payeeKey,
      carried: viewOfCarried(carried),
      laid: laid.credit === null ? null : viewOfCredit(laid.credit),
      newPair: laid.newPair,
      personal: payment.personal,
      late: laid.late,
      capsMet: this.caps.metByTransfer,
    };
  }

  reverse(
    payeeKey: string,
    payerKey: string,
    currency: string,
    originalPosition: number,
    position: number,
    amountMinor: number,
    atMs: number,
  ): number {
    this.caps.startTransfer();
    const nowMs = this.hear(atMs);
    const payee = this.arriving(payeeKey, NOTHING_DECLARED, currency, atMs);
    const payer = this.arriving(payerKey, NOTHING_DECLARED, currency, atMs);
    const backMinor = this.takeBack(payee, originalPosition, amountMinor);
    payee.reversed += backMinor;
    payee.shortfall += amountMinor - backMinor;
    const payment: Payment = {
      transfer: position,
      payer: payeeKey,
      payee: payerKey,
      amountMinor,
      atMs,
      nowMs,
      personal: false,
      leaves: false,
    };
    credit(payer, payment, NOTHING_CARRIED, true, this.limits, this.caps);
    return amountMinor - backMinor;
  }

  call(call: Call): void {
    this.calls.note(call);
  }

  register(registered: AgentRegistered): void {
    this.registrations.note(registered);
  }

  addIndicator(indicator: Indicator): void {
    this.watchlist.add(indicator, this.nowMs);
    this.expireAll();
    this.reveal();
  }

  withdraw(operationId: string): void {
    this.watchlist.setWithdrawn(operationId, true);
  }

  restore(operationId: string): void {
    this.watchlist.setWithdrawn(operationId, false);
  }

  account(wallet: string, currency: string): AccountView | null {
    this.expireAll();
    const account = this.find(wallet, currency);
    if (account === undefined || this.isReleasable(account)) return null;
    return viewOfAccount(account, this.nowMs, this.limits);
  }

  accounts(): AccountView[] {
    this.expireAll();
    const order = (account: Account): string => `${account.currency}\n${account.wallet}`;
    return this.accountsSeen
      .filter((account) => !this.isReleasable(account))
      .sort((a, b) => (order(a) < order(b) ? -1 : 1))
      .map((account) => viewOfAccount(account, this.nowMs, this.limits));
  }

  private byName(): Account[] {
    const name = (account: Account): string => `${account.wallet}\n${account.currency}`;
    return [...this.accountsSeen].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  private find(wallet: string, currency: string): Account | undefined {
    return this.accountsSeen.find(
      (account) => account.wallet === wallet && account.currency === currency,
    );
  }

  private findOrMake(wallet: string, currency: string, atMs: number): Account {
    const found = this.find(wallet, currency);
    if (found !== undefined) return found;
    const made = newAccount(wallet, currency, atMs);
    this.accountsSeen.push(made);
    return made;
  }

  /** A party of a row: its account, after what it is declared to be and the row's time were heard. */
  private arriving(wallet: string, declared: Declared, currency: string, atMs: number): Account {
    // A row from the future does not carry its accounts there.
    const heardMs = Math.min(atMs, this.nowMs);
    const account = this.findOrMake(wallet, currency, heardMs);
    const since = this.registrations.since(wallet, heardMs);
    const told: Declared =
      declared.kind === null && since !== null ? { kind: 'AGENT', openedAtMs: since } : declared;
    if (!account.hub && this.isBelievedHub(told, account)) {
      account.hub = true;
      for (const row of account.credits) joinPile(account, row, this.caps);
      account.credits = [];
      account.debits = [];
    }
    touch(account, heardMs);
    account.namedAtMs = Math.max(account.namedAtMs, atMs);
    return account;
  }

  /** Its age goes by the youngest date told; else whoever was there when the feed began may be old. */
  private isBelievedHub({ kind, openedAtMs }: Declared, account: Account): boolean {
    if (!isHub(kind)) return false;
    if (openedAtMs != null) {
      const toldMs = Math.min(openedAtMs, this.nowMs);
      account.openedAtMs = Math.max(account.openedAtMs ?? toldMs, toldMs);
    }
    if (ALWAYS_BELIEVED.includes(kind)) return true;
    const { hubBelievedAfterMs } = this.limits;
    if (account.openedAtMs !== null) return this.nowMs - account.openedAtMs >= hubBelievedAfterMs;
    return (
      this.nowMs - account.firstAtMs >= hubBelievedAfterMs ||
      account.firstAtMs < this.feedStartMs! + hubBelievedAfterMs
    );
  }

  /** The clock hears a row; what is too old for the time that it is now goes at once. */
  private hear(atMs: number): number {
    this.nowMs = this.clock.hear(atMs);
    this.feedStartMs ??= this.nowMs;
    this.expireAll();
    for (const account of this.accountsSeen) {
      if (this.isReleasable(account)) this.release(account);
    }
    this.reveal();
    return this.nowMs;
  }

  private isReleasable(account: Account): boolean {
    return account.namedAtMs < this.nowMs - this.limits.accountReleaseMs;
  }

  private expireAll(): void {
    for (const account of this.accountsSeen) {
      expire(account, this.nowMs, this.limits.memoryMs, this.caps);
    }
  }

  private release(account: Account): void {
    const left = account.credits.reduce((sum, row) => sum + row.leftMinor, 0);
    const before = this.released.get(account.currency) ?? { accounts: 0, heldMinor: 0 };
    this.released.set(account.currency, {
      accounts: before.accounts + 1,
      heldMinor: before.heldMinor + left + account.mixed,
    });
    this.accountsSeen = this.accountsSeen.filter((other) => other !== account);
    if (this.accountsSeen.every((other) => other.wallet !== account.wallet)) {
      this.watchlist.forget(account.wallet);
    }
  }

  /** Follows up every mark that has become known by now, in each account that it fits. */
  private reveal(): void {
    if (Number.isNaN(this.nowMs)) return;
    for (const { operation, match } of this.watchlist.takeRevealed(this.nowMs)) {
      if (this.limits.retroHuntMs === 0) continue;
      for (const account of this.byName()) {
        if (!this.watchlist.fits(match, account.wallet, this.nowMs)) continue;
        const find = (wallet: string, currency: string): Account | undefined =>
          this.find(wallet, currency);
        new ReferenceHunt(account, operation, this.nowMs, find, this.limits).run(this.caps);
      }
    }
  }

  /** What is still there of a transfer: in its own row, or in the pile where the row has gone. */
  private takeBack(payee: Account, originalPosition: number, amountMinor: number): number {
    const row = payee.credits.find((other) => other.transfer === originalPosition);
    if (row !== undefined) {
      const backMinor = Math.min(amountMinor, row.leftMinor);
      row.leftMinor -= backMinor;
      return backMinor;
    }
    return takeFromPile(payee, amountMinor).takenMinor;
  }
}
