import { invariant, MINUTE_MS, type EventTimeMs, type TransferType } from '#domain';
import { dayIndexOf } from './calendar';
import { type SimulatedWallet } from './population';
import { rupees, SIMULATION } from './simulation-parameters';

const COOL_OFF_MS = SIMULATION.coolOffMinutes * MINUTE_MS;

/** What the two-hour rule forbids with money that has just come. */
const COOLED_TYPES: ReadonlySet<TransferType> = new Set([
  'CASH_OUT',
  'MERCHANT_PAYMENT',
  'TOP_UP',
  'CRYPTO',
]);
/** Whether the two-hour rule binds this way of spending. */
export const isCooled = (type: TransferType): boolean => COOLED_TYPES.has(type);

/** Money that may be used at once: it was brought in person or comes from an employer or the state. */
const USABLE_AT_ONCE: ReadonlySet<TransferType> = new Set(['CASH_IN', 'SALARY', 'BENEFIT']);

interface FreshCredit {
  readonly atMs: EventTimeMs;
  readonly amountMinor: number;
}

interface Account {
  balanceMinor: number;
  /** Part of the balance: what the wallet holds for somebody else's plan. */
  reservedMinor: number;
  fresh: FreshCredit[];
}

type Direction = 'in' | 'out';

const slot = (wallet: SimulatedWallet, direction: Direction): number =>
  wallet.index * 2 + (direction === 'in' ? 0 : 1);

export const dailyLimitMinor = (wallet: SimulatedWallet): number =>
  wallet.tier === null
    ? Number.POSITIVE_INFINITY
    : rupees(SIMULATION.dailyLimitRupees[wallet.tier]);

/** What each wallet has received and paid on one day, and may still. Planned steps book ahead. */
export class DailyLimits {
  /** By day, then by wallet and direction. */
  private readonly usedByDay = new Map<number, Map<number, number>>();

  leftMinor(wallet: SimulatedWallet, direction: Direction, atMs: EventTimeMs): number {
    const used = this.usedByDay.get(dayIndexOf(atMs))?.get(slot(wallet, direction));
    return dailyLimitMinor(wallet) - (used ?? 0);
  }

  book(
    wallet: SimulatedWallet,
    direction: Direction,
    atMs: EventTimeMs,
    amountMinor: number,
  ): void {
    if (wallet.tier === null) return;
    const dayIndex = dayIndexOf(atMs);
    const used = this.usedByDay.get(dayIndex) ?? new Map<number, number>();
    this.usedByDay.set(dayIndex, used);
    const key = slot(wallet, direction);
    used.set(key, (used.get(key) ?? 0) + amountMinor);
  }

  /** Days that are over are not asked about again. */
  forgetBefore(dayIndex: number): void {
    this.usedByDay.delete(dayIndex - 1);
  }
}

/**
 * Who holds what. Nobody spends what is not there: every wallet but the outside world starts with a known balance in
 * rupees, and with nothing in any other currency.
 */
export class Ledger {
  private readonly accounts: readonly Account[];
  /** Accounts in other currencies, by wallet and currency. Few wallets ever have one. */
  private readonly foreign = new Map<string, Account>();

  constructor(wallets: readonly SimulatedWallet[]) {
    this.accounts = wallets.map((wallet) => ({
      balanceMinor: wallet.openingMinor,
      reservedMinor: 0,
      fresh: [],
    }));
  }

  private account(wallet: SimulatedWallet, currency: string): Account {
    if (currency === SIMULATION.currency) return this.accounts[wallet.index]!;
    const key = `${wallet.index} ${currency}`;
    const known = this.foreign.get(key);
    if (known) return known;
    const outside = wallet.openingMinor === Number.POSITIVE_INFINITY;
    const balanceMinor = outside ? Number.POSITIVE_INFINITY : 0;
    const account = { balanceMinor, reservedMinor: 0, fresh: [] };
    this.foreign.set(key, account);
    return account;
  }

  /** In rupees. */
  balanceMinor(wallet: SimulatedWallet): number {
    return this.account(wallet, SIMULATION.currency).balanceMinor;
  }

  /** What the wallet may spend as its own, this way, now, in rupees: ordinary life knows no other currency. */
  spendableMinor(wallet: SimulatedWallet, type: TransferType, atMs: EventTimeMs): number {
    const { currency } = SIMULATION;
    const account = this.account(wallet, currency);
    const own = account.balanceMinor - account.reservedMinor;
    return Math.max(0, Math.min(own, this.cooledMinor(wallet, type, currency, atMs)));
  }

  /** What the two-hour rule leaves of the balance. It binds wallets of branchless banking, not a business account. */
  cooledMinor(
    wallet: SimulatedWallet,
    type: TransferType,
    currency: string,
    atMs: EventTimeMs,
  ): number {
    const account = this.account(wallet, currency);
    if (!isCooled(type) || wallet.tier === null || wallet.tier === 'BUSINESS') {
      return account.balanceMinor;
    }
    account.fresh = account.fresh.filter((credit) => atMs - credit.atMs < COOL_OFF_MS);
    return account.fresh.reduce((left, credit) => left - credit.amountMinor, account.balanceMinor);
  }

  reserve(wallet: SimulatedWallet, currency: string, amountMinor: number): void {
    this.account(wallet, currency).reservedMinor += amountMinor;
  }

  release(wallet: SimulatedWallet, currency: string, amountMinor: number): void {
    const account = this.account(wallet, currency);
    account.reservedMinor = Math.max(0, account.reservedMinor - amountMinor);
  }

  move(
    debtor: SimulatedWallet,
    creditor: SimulatedWallet,
    type: TransferType,
    { amountMinor, currency }: { readonly amountMinor: number; readonly currency: string },
    atMs: EventTimeMs,
  ): void {
    const payer = this.account(debtor, currency);
    const payee = this.account(creditor, currency);
    invariant(
      Number.isSafeInteger(amountMinor) && amountMinor > 0,
      'what moves is a positive whole number of minor units',
    );
    invariant(payer.balanceMinor >= amountMinor, 'nobody pays what is not there');
    payer.balanceMinor -= amountMinor;
    payee.balanceMinor += amountMinor;
    if (!USABLE_AT_ONCE.has(type) && creditor.tier !== null && creditor.tier !== 'BUSINESS') {
      payee.fresh = payee.fresh.filter((credit) => atMs - credit.atMs < COOL_OFF_MS);
      payee.fresh.push({ atMs, amountMinor });
    }
  }
}
