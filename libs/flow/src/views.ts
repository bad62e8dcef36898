import { type WalletRef, walletKey } from '#domain';
import { ACCOUNT, type AccountIndex, NONE, WINDOW, WINDOWS_MS } from './accounts';
import { type CreditSlot } from './timed-rows';
import { type DebitSlot } from './timed-rows';
import { capsMetBy } from './fell-out';
import { type FlowEngine } from './flow-engine';
import { ANCESTORS_MAX, FUNDERS_ROOM, UNCOVERED_MAX } from './flow-limits';
import { type FlowStep } from './flow-step';
import { HORIZONS_MS, type NewDealings } from './new-dealings';
import { CallBefore, Hops, Origins } from './trails';

/** A transfer somewhere upstream: who paid it (or, of co-payees, who was paid), by `walletKey`. */
export interface TrailView {
  readonly wallet: string;
  /** The transfer's position in the log. */
  readonly transfer: number;
  readonly amountMinor: number;
  readonly atMs: number;
  /** The payer had never paid the payee before, as far as they remembered. */
  readonly newPair: boolean;
}

export interface OriginView {
  readonly operationId: string;
  /** 0-1. */
  readonly share: number;
}

/** The last call to a payer, before the payment, from a number of a known operation. */
export interface CallView {
  readonly operationId: string;
  readonly atMs: number;
}

export interface CreditView {
  readonly transfer: number;
  readonly payer: string;
  readonly atMs: number;
  readonly amountMinor: number;
  readonly leftMinor: number;
  readonly depth: number;
  readonly ancestors: readonly TrailView[];
  readonly funders: readonly TrailView[];
  /** The first transfer of the trail, where it lies beyond the ancestors. */
  readonly root: TrailView | null;
  /** The call that the payment followed on. */
  readonly call: CallView | null;
  readonly origins: readonly OriginView[];
  readonly newPair: boolean;
  readonly personal: boolean;
  readonly late: boolean;
}

export interface DebitView {
  readonly transfer: number;
  readonly payee: string;
  readonly atMs: number;
  readonly amountMinor: number;
  readonly newPair: boolean;
  readonly personal: boolean;
}

/** What an account came to, in minor units: laid + back-filled = taken + left + mixed + reversed; debited = taken + uncovered. */
export interface AccountSums {
  readonly laid: number;
  readonly backfilled: number;
  readonly taken: number;
  readonly left: number;
  readonly mixed: number;
  readonly reversed: number;
  readonly shortfall: number;
  readonly debited: number;
  readonly uncovered: number;
}

export interface WindowView {
  readonly spanMs: number;
  readonly creditCount: number;
  readonly creditSum: number;
  readonly debitCount: number;
  readonly debitSum: number;
}

/** Everything that is held of an account, as plain data. */
export interface AccountView {
  /** As `walletKey` gives it. */
  readonly wallet: string;
  readonly currency: string;
  readonly hub: boolean;
  readonly sums: AccountSums;
  /** Newest first. */
  readonly credits: readonly CreditView[];
  readonly debits: readonly DebitView[];
  readonly uncovered: readonly { readonly openMinor: number; readonly atMs: number }[];
  readonly pile: readonly { readonly operationId: string; readonly amountMinor: number }[];
  readonly windows: readonly WindowView[];
  readonly newPartners: number;
  readonly newPartnerSum: number;
  /** Limits by which something within reach has lately fallen out of its memory. */
  readonly capsMet: readonly string[];
}

export interface CarriedView {
  readonly depth: number;
  readonly ancestors: readonly TrailView[];
  readonly funders: readonly TrailView[];
  readonly coPayees: readonly TrailView[];
  readonly root: TrailView | null;
  readonly call: CallView | null;
  readonly origins: readonly OriginView[];
  readonly payerKnowsPayee: boolean;
  readonly coveredMinor: number;
  readonly lotMinor: number;
  readonly dwellMs: number;
  readonly paidNew: readonly DealingsView[];
  readonly paidByNew: readonly DealingsView[];
  readonly likeCredits: number;
}

/** Dealings with people new to a wallet, over one horizon. */
export interface DealingsView {
  readonly count: number;
  readonly sumMinor: number;
  readonly effective: number;
}

export interface StepView {
  readonly position: number;
  readonly atMs: number;
  readonly amountMinor: number;
  readonly payer: string;
  readonly payee: string;
  readonly carried: CarriedView;
  readonly laid: CreditView | null;
  readonly newPair: boolean;
  readonly personal: boolean;
  readonly late: boolean;
  readonly capsMet: readonly string[];
}

/** The last transfer, as plain data. */
export function viewOfStep(engine: FlowEngine, step: FlowStep = engine.step): StepView {
  const { carried } = step;
  return {
    position: step.position,
    atMs: step.atMs,
    amountMinor: step.amountMinor,
    payer: engine.accounts.walletKey(step.payer),
    payee: engine.accounts.walletKey(step.payee),
    carried: {
      depth: carried.depth,
      ancestors: viewOfHops(engine, carried.ancestors),
      funders: viewOfHops(engine, carried.funders),
      coPayees: viewOfHops(engine, carried.coPayees),
      root: viewOfHops(engine, carried.root)[0] ?? null,
      call: viewOfCall(engine, carried.call),
      origins: viewOfOrigins(engine, carried.origins),
      payerKnowsPayee: carried.payerKnowsPayee,
      coveredMinor: carried.coveredMinor,
      lotMinor: carried.lotMinor,
      dwellMs: carried.dwellMs,
      paidNew: viewOfDealings(carried.paidNew),
      paidByNew: viewOfDealings(carried.paidByNew),
      likeCredits: carried.likeCredits,
    },
    laid: step.credit === NONE ? null : viewOfCredit(engine, step.credit),
    newPair: step.newPair,
    personal: step.personal,
    late: step.late,
    capsMet: [...engine.caps.met].sort(),
  };
}

const viewOfDealings = (dealings: NewDealings): DealingsView[] =>
  HORIZONS_MS.map((_, horizon) => ({
    count: dealings.count(horizon),
    sumMinor: dealings.sumMinor(horizon),
    effective: dealings.effective(horizon),
  }));

/** What the engine holds of a wallet in a currency; null where it was never seen, or given up. */
export function viewOfAccount(
  engine: FlowEngine,
  wallet: WalletRef,
  currency: string,
): AccountView | null {
  const account = engine.accounts.find(wallet, currency);
  return account === NONE || engine.isForgotten(account) ? null : viewOf(engine, account);
}

/** Every account, by currency and wallet. For tests and small feeds. */
export function viewsOfAccounts(engine: FlowEngine): AccountView[] {
  const { names } = engine.accounts;
  const accounts = Array.from({ length: names.end }, (_, account) => account);
  return accounts
    .filter((account) => !names.isFree(account) && !engine.isForgotten(account))
    .map((account) => viewOf(engine, account))
    .sort((a, b) => compare(a.currency, b.currency) || compare(a.wallet, b.wallet));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function viewOf(engine: FlowEngine, account: AccountIndex): AccountView {
  const { accounts, credits, debits } = engine;
  // What is too old is forgotten when next touched; looking must not depend on when that is.
  engine.expire(account);
  return {
    wallet: walletKey(accounts.names.wallet(account)),
    currency: accounts.currency(account),
    hub: accounts.isHub(account),
    sums: sumsOf(engine, account),
    credits: rows(credits.first(account), credits.count(account), (row) =>
      viewOfCredit(engine, row),
    ),
    debits: rows(debits.first(account), debits.count(account), (row) => viewOfDebit(engine, row)),
    uncovered: uncoveredOf(engine, account),
    pile: [...engine.piles.of(account)]
      .map(([origin, amountMinor]) => ({
        operationId: engine.watchlist.operationId(origin),
        amountMinor,
      }))
      .sort((a, b) => compare(a.operationId, b.operationId)),
    windows: WINDOWS_MS.map((spanMs, w) => ({
      spanMs,
      creditCount: accounts.window(account, w, WINDOW.credits),
      creditSum: accounts.window(account, w, WINDOW.creditSum),
      debitCount: accounts.window(account, w, WINDOW.debits),
      debitSum: accounts.window(account, w, WINDOW.debitSum),
    })),
    newPartners: accounts.get(account, ACCOUNT.newPartners),
    newPartnerSum: accounts.get(account, ACCOUNT.newPartnerSum),
    capsMet: capsMetBy(engine, account),
  };
}

/** What an account came to, in minor units. */
export function sumsOf(engine: FlowEngine, account: AccountIndex): AccountSums {
  const { accounts, credits } = engine;
  const lots = rows(credits.first(account), credits.count(account), (row) => credits.left(row));
  const of = (field: number): number => accounts.get(account, field);
  return {
    laid: of(ACCOUNT.laid),
    backfilled: of(ACCOUNT.backfilled),
    taken: of(ACCOUNT.taken),
    left: lots.reduce((sum, left) => sum + left, 0),
    mixed: of(ACCOUNT.mixed),
    reversed: of(ACCOUNT.reversed),
    shortfall: of(ACCOUNT.shortfall),
    debited: of(ACCOUNT.debited),
    uncovered: of(ACCOUNT.uncovered),
  };
}

function uncoveredOf(engine: FlowEngine, account: AccountIndex): AccountView['uncovered'] {
  return Array.from({ length: UNCOVERED_MAX }, (_, i) => ({
    openMinor: engine.accounts.get(account, ACCOUNT.uncoveredOpen + i),
    atMs: engine.accounts.get(account, ACCOUNT.uncoveredAt + i),
  })).filter(({ openMinor }) => openMinor > 0);
}

/** Newest first. */
const rows = <T>(first: number, count: number, view: (row: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => view(first + count - 1 - i));

function viewOfCredit(engine: FlowEngine, row: CreditSlot): CreditView {
  const { accounts, credits } = engine;
  const ancestors = new Hops(ANCESTORS_MAX);
  const funders = new Hops(FUNDERS_ROOM);
  const root = new Hops(1);
  const origins = new Origins();
  const call = new CallBefore();
  credits.readCall(row, call);
  credits.readAncestors(row, ancestors);
  credits.readFunders(row, funders);
  credits.readRoot(row, root);
  credits.readOrigins(row, origins);
  return {
    transfer: credits.transfer(row),
    payer: accounts.walletKey(credits.payer(row)),
    atMs: credits.at(row),
    amountMinor: credits.amount(row),
    leftMinor: credits.left(row),
    depth: credits.depth(row),
    ancestors: viewOfHops(engine, ancestors),
    funders: viewOfHops(engine, funders),
    root: viewOfHops(engine, root)[0] ?? null,
    call: viewOfCall(engine, call),
    origins: viewOfOrigins(engine, origins),
    newPair: credits.newPair(row),
    personal: credits.personal(row),
    late: credits.late(row),
  };
}

function viewOfDebit(engine: FlowEngine, row: DebitSlot): DebitView {
  const { accounts, debits } = engine;
  return {
    transfer: debits.transfer(row),
    payee: accounts.walletKey(debits.payee(row)),
    atMs: debits.at(row),
    amountMinor: debits.amount(row),
    newPair: debits.newPayee(row),
    personal: debits.personal(row),
  };
}

const viewOfCall = ({ watchlist }: FlowEngine, { origin, atMs }: CallBefore): CallView | null =>
  origin === NONE || watchlist.isWithdrawn(origin)
    ? null
    : { operationId: watchlist.operationId(origin), atMs };

const viewOfHops = (engine: FlowEngine, hops: Hops): TrailView[] =>
  Array.from({ length: hops.count }, (_, i) => ({
    wallet: engine.accounts.walletKey(hops.wallet[i]!),
    transfer: hops.transfer[i]!,
    amountMinor: hops.amount[i]!,
    atMs: hops.at[i]!,
    newPair: hops.newPair[i] === 1,
  }));

const viewOfOrigins = (engine: FlowEngine, origins: Origins): OriginView[] =>
  Array.from({ length: origins.count }, (_, i) => ({
    origin: origins.origin[i]!,
    share: origins.share[i]!,
  }))
    .filter(({ origin }) => !engine.watchlist.isWithdrawn(origin))
    .map(({ origin, share }) => ({ operationId: engine.watchlist.operationId(origin), share }));
