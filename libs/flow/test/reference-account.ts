import { DAY_MS, HOUR_MS } from '#domain';
import { type TrailView } from '#flow';
import { type EngineLimits } from './engine-under-test';

export const ANCESTORS_MAX = 7;
export const ORIGINS_MAX = 4;
export const ORIGINS_IN_PILE_MAX = 16;
export const UNCOVERED_MAX = 4;
export const DEPTH_MAX = 4_095;
const WINDOW_SPANS_MS = [2 * HOUR_MS, 3 * DAY_MS, 14 * DAY_MS];
const NEW_PARTNERS_HALF_LIFE_MS = 7 * DAY_MS;

/** A known operation. `number` is its turn of being named first. */
export interface Operation {
  readonly id: string;
  readonly number: number;
  withdrawn: boolean;
}

/** What a remembered row of either kind has. */
interface Row {
  readonly transfer: number;
  readonly atMs: number;
  readonly amountMinor: number;
  readonly newPair: boolean;
  readonly personal: boolean;
}

/** The last call to a payer from a number of a known operation. */
export interface ReportedCall {
  readonly operation: Operation;
  readonly atMs: number;
}

export interface Credit extends Row {
  readonly payer: string;
  leftMinor: number;
  readonly depth: number;
  readonly ancestors: readonly TrailView[];
  readonly funders: readonly TrailView[];
  readonly root: TrailView | null;
  readonly call: ReportedCall | null;
  /** Shares of withdrawn operations stay: an operation may be restored. */
  readonly origins: Map<Operation, number>;
  readonly late: boolean;
}

export interface Debit extends Row {
  readonly payee: string;
}

export interface Counterparty {
  readonly wallet: string;
  readonly way: 'paid' | 'was paid by';
  /** Whole days: when they last dealt that way. */
  readonly lastDay: number;
}

export interface Account {
  readonly wallet: string;
  readonly currency: string;
  firstAtMs: number;
  lastAtMs: number;
  /** The latest time that a row of it bears, be it in the future. */
  namedAtMs: number;
  /** The youngest opening date that a hub declaration told. */
  openedAtMs: number | null;
  hub: boolean;
  laid: number;
  backfilled: number;
  taken: number;
  mixed: number;
  reversed: number;
  shortfall: number;
  debited: number;
  uncoveredSum: number;
  /** Oldest first; of the same time, in order of arrival. */
  credits: Credit[];
  debits: Debit[];
  /** Whom it dealt with, the one longest unseen first. */
  counterparties: Counterparty[];
  /** Newest arrival first. */
  uncovered: { openMinor: number; readonly atMs: number }[];
  pile: Map<Operation, number>;
  /** The latest time of a tainted lot that joined the pile. */
  mixedAtMs: number;
  /** When a row within reach of a link last fell out, of either kind. */
  fellOut: { atMs: number; credits: boolean; debits: boolean } | null;
  newPartners: number;
  newPartnerSum: number;
  windows: {
    readonly spanMs: number;
    creditCount: number;
    creditSum: number;
    debitCount: number;
    debitSum: number;
  }[];
}

/** Whatever fell out within the link window before belongs to the same loss. */
export function noteFellOut(
  account: Account,
  what: 'credits' | 'debits',
  nowMs: number,
  limits: EngineLimits,
): void {
  const before = fellOutLately(account, nowMs, limits);
  account.fellOut = { credits: false, debits: false, ...before, atMs: nowMs, [what]: true };
}

export const fellOutLately = (
  { fellOut }: Account,
  nowMs: number,
  limits: EngineLimits,
): Account['fellOut'] =>
  fellOut !== null && nowMs - fellOut.atMs <= limits.linkWindowMs ? fellOut : null;

export function newAccount(wallet: string, currency: string, atMs: number): Account {
  return {
    wallet,
    currency,
    firstAtMs: atMs,
    lastAtMs: atMs,
    namedAtMs: atMs,
    openedAtMs: null,
    hub: false,
    laid: 0,
    backfilled: 0,
    taken: 0,
    mixed: 0,
    reversed: 0,
    shortfall: 0,
    debited: 0,
    uncoveredSum: 0,
    credits: [],
    debits: [],
    counterparties: [],
    uncovered: [],
    pile: new Map(),
    mixedAtMs: Number.NEGATIVE_INFINITY,
    fellOut: null,
    newPartners: 0,
    newPartnerSum: 0,
    windows: WINDOW_SPANS_MS.map((spanMs) => ({
      spanMs,
      creditCount: 0,
      creditSum: 0,
      debitCount: 0,
      debitSum: 0,
    })),
  };
}

/**
 * The account hears of a row's time: its own clock moves on, never back, and its counters decay by as much.
 *
 * @param atMs the row's time, or the feed's where the row claims to be from the future
 */
export function touch(account: Account, atMs: number): void {
  const elapsedMs = Math.max(0, atMs - account.lastAtMs);
  for (const window of account.windows) {
    const kept = 2 ** (-elapsedMs / (window.spanMs / 2));
    window.creditCount *= kept;
    window.creditSum *= kept;
    window.debitCount *= kept;
    window.debitSum *= kept;
  }
  const kept = 2 ** (-elapsedMs / NEW_PARTNERS_HALF_LIFE_MS);
  account.newPartners *= kept;
  account.newPartnerSum *= kept;
  account.lastAtMs = Math.max(account.lastAtMs, atMs);
  account.firstAtMs = Math.min(account.firstAtMs, atMs);
}

/** A payment of a tenth of another is still like it. */
const ALIKE_PARTS = 10;

/** Whether so many new partners came, at amounts like this one, that a trail through it says nothing. */
export function isPopular(account: Account, amountMinor: number, limits: EngineLimits): boolean {
  const { popularCounterpartiesMin } = limits;
  return (
    account.newPartners >= popularCounterpartiesMin &&
    account.newPartnerSum * ALIKE_PARTS >= popularCounterpartiesMin * amountMinor
  );
}

export function countNewPartner(account: Account, amountMinor: number): void {
  account.newPartners += 1;
  account.newPartnerSum += amountMinor;
}

/** The shares that count now: those of withdrawn operations do not. */
export const liveOrigins = (origins: ReadonlyMap<Operation, number>): [Operation, number][] =>
  [...origins].filter(([operation]) => !operation.withdrawn);

export const newestFirst = <T>(rows: readonly T[]): T[] => [...rows].reverse();

/** So much of a full account is its newest rows, which stay… */
const STAYING_PART = 1 / 4;
/** …if they are at least this part of the mean amount. */
const DUST_PARTS = 10;

/**
 * Remembers a row in time order, after those of the same time. Where that is one too many, the smallest goes that is done
 * with and does not stay, else the smallest that does not stay; it may be the new one.
 *
 * @returns the row that went
 */
export function remember<R extends Row>(
  rows: R[],
  row: R,
  rowsMax: number,
  isDoneWith: (row: R) => boolean,
): R | null {
  const after = rows.findIndex((other) => other.atMs > row.atMs);
  rows.splice(after < 0 ? rows.length : after, 0, row);
  if (rows.length <= rowsMax) return null;
  const sumMinor = rows.reduce((sum, other) => sum + other.amountMinor, 0);
  const isDust = (other: R): boolean => other.amountMinor * DUST_PARTS * rows.length < sumMinor;
  const newestFrom = rows.length - Math.floor(rowsMax * STAYING_PART);
  const mayGo = rows.filter((other, i) => i < newestFrom || isDust(other));
  const doneWith = mayGo.filter(isDoneWith);
  // Strictly less: of equals, the earlier in order is found, and goes.
  const least = (doneWith.length > 0 ? doneWith : mayGo).reduce((lowest, other) =>
    other.amountMinor < lowest.amountMinor ? other : lowest,
  );
  rows.splice(rows.indexOf(least), 1);
  return least;
}
