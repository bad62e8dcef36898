import { type CarriedView, type DealingsView, HORIZONS_MS, type TrailView } from '#flow';
import { type EngineLimits } from './engine-under-test';
import {
  type Account,
  countNewPartner,
  type Debit,
  isPopular,
  liveOrigins,
  newestFirst,
  noteFellOut,
  type Operation,
  ORIGINS_MAX,
  type ReportedCall,
  remember,
  UNCOVERED_MAX,
} from './reference-account';
import { type ReferenceCaps } from './reference-caps';
import { meet } from './reference-counterparties';
import { takeLots } from './reference-lots';
import { takeFromPile } from './reference-pile';
import {
  coPayeesOf,
  fundersOf,
  NO_TRAIL,
  parentOf,
  type Trail,
  trailAfter,
} from './reference-trail';

/** A transfer as both sides see it. */
export interface Payment {
  readonly transfer: number;
  readonly payer: string;
  readonly payee: string;
  readonly amountMinor: number;
  readonly atMs: number;
  readonly nowMs: number;
  readonly personal: boolean;
  /** It is an exit, and no purchase. */
  readonly leaves: boolean;
}

/** What travels with the money from the payer to the payee. */
export interface Carried extends Trail {
  readonly funders: readonly TrailView[];
  readonly coPayees: readonly TrailView[];
  readonly origins: readonly [Operation, number][];
  readonly payerKnowsPayee: boolean;
  readonly coveredMinor: number;
  readonly lotMinor: number;
  readonly dwellMs: number;
  readonly dealings: Pick<CarriedView, 'paidNew' | 'paidByNew' | 'likeCredits'>;
  readonly call: ReportedCall | null;
}

const dealingsOf = (
  rows: readonly { readonly amountMinor: number; readonly atMs: number }[],
  atMs: number,
): DealingsView[] =>
  HORIZONS_MS.map((spanMs) => {
    const within = rows.filter((row) => row.atMs <= atMs && atMs - row.atMs <= spanMs);
    const sumMinor = within.reduce((sum, row) => sum + row.amountMinor, 0);
    const squares = within.reduce((sum, row) => sum + row.amountMinor ** 2, 0);
    const effective = sumMinor === 0 ? 0 : sumMinor ** 2 / squares;
    return { count: within.length, sumMinor, effective };
  });

/** With people the payer had not known. */
function newDealings(payer: Account, { amountMinor, atMs }: Payment): Carried['dealings'] {
  // Sums of large squares are rounded, and so depend on the order: newest first, as there.
  const paid = newestFirst(payer.debits).filter((row) => row.personal && row.newPair);
  const paidBy = newestFirst(payer.credits).filter((row) => row.personal && row.newPair);
  const alike = paidBy.filter(
    (row) =>
      row.atMs <= atMs &&
      atMs - row.atMs <= HORIZONS_MS.at(-1)! &&
      4 * Math.min(row.amountMinor, amountMinor) >= 3 * Math.max(row.amountMinor, amountMinor),
  );
  return {
    paidNew: dealingsOf(paid, atMs),
    paidByNew: dealingsOf(paidBy, atMs),
    likeCredits: alike.length,
  };
}

const NO_DEALINGS: Carried['dealings'] = {
  paidNew: dealingsOf([], 0),
  paidByNew: dealingsOf([], 0),
  likeCredits: 0,
};

/** What goes along with a reversal: it comes from no trail. */
export const NOTHING_CARRIED: Carried = {
  ...NO_TRAIL,
  funders: [],
  coPayees: [],
  origins: [],
  payerKnowsPayee: false,
  coveredMinor: 0,
  lotMinor: 0,
  dwellMs: 0,
  dealings: NO_DEALINGS,
  call: null,
};

/** The payer's side; who had called it is known elsewhere. `named` is the operation that the payer itself is known for. */
export function debit(
  payer: Account,
  payment: Payment,
  named: Operation | null,
  limits: EngineLimits,
  caps: ReferenceCaps,
): Omit<Carried, 'call'> {
  payer.debited += payment.amountMinor;
  const follows = !payer.hub && !isPopular(payer, payment.amountMinor, limits);
  const parent = follows ? parentOf(payer, payment, limits, caps) : null;
  const trail = trailAfter(parent, payment, limits, caps);
  // Who else paid somebody that goes shopping leads nowhere.
  const tells = payment.personal || payment.leaves;
  const funders = follows && tells ? fundersOf(payer, payment, parent, limits, caps) : [];
  const coPayees = tells ? coPayeesOf(payer, payment, limits, caps) : [];
  const money = takeMoney(payer, payment, limits, caps);
  const origins = originsCarried(money.tainted, named, payment.amountMinor, limits, caps);
  const payerKnowsPayee =
    !payer.hub && meet(payer, 'paid', payment.payee, payment.nowMs, limits, caps);
  rememberDebit(payer, payment, !payerKnowsPayee, limits, caps);
  for (const window of payer.windows) {
    window.debitCount += 1;
    window.debitSum += payment.amountMinor;
  }
  if (!payer.hub && !payerKnowsPayee) countNewPartner(payer, payment.amountMinor);
  const { coveredMinor, lotMinor, dwellMs } = money;
  const dealings = payment.personal && !payer.hub ? newDealings(payer, payment) : NO_DEALINGS;
  return {
    ...{ ...trail, funders, coPayees, origins, payerKnowsPayee },
    ...{ coveredMinor, lotMinor, dwellMs, dealings },
  };
}

/** Lots, then the pile; what neither covers is uncovered. */
function takeMoney(
  payer: Account,
  { amountMinor, atMs }: Payment,
  limits: EngineLimits,
  caps: ReferenceCaps,
): { tainted: [Operation, number][]; coveredMinor: number; lotMinor: number; dwellMs: number } {
  const lots = takeLots(payer, amountMinor, atMs, limits);
  const lotMinor = lots.reduce((sum, lot) => sum + lot.takenMinor, 0);
  const waited = lots.reduce((sum, lot) => sum + lot.takenMinor * (atMs - lot.credit.atMs), 0);
  const tainted = lots
    .filter((lot) => atMs - lot.credit.atMs <= limits.taintDwellMaxMs)
    .flatMap((lot) =>
      liveOrigins(lot.credit.origins).map(([operation, share]): [Operation, number] => [
        operation,
        lot.takenMinor * share,
      ]),
    );
  const fromPile = takeFromPile(payer, amountMinor - lotMinor);
  if (atMs - payer.mixedAtMs <= limits.taintDwellMaxMs) tainted.push(...fromPile.origins);
  const coveredMinor = lotMinor + fromPile.takenMinor;
  payer.taken += coveredMinor;
  leaveOpen(payer, amountMinor - coveredMinor, atMs, caps);
  return { tainted, coveredMinor, lotMinor, dwellMs: lotMinor === 0 ? 0 : waited / lotMinor };
}

function leaveOpen(payer: Account, openMinor: number, atMs: number, caps: ReferenceCaps): void {
  if (openMinor === 0) return;
  payer.uncoveredSum += openMinor;
  payer.uncovered.unshift({ openMinor, atMs });
  const fallen = payer.uncovered.splice(UNCOVERED_MAX);
  if (fallen.some((slot) => slot.openMinor > 0)) caps.count('uncoveredMax');
}

function originsCarried(
  tainted: readonly [Operation, number][],
  named: Operation | null,
  amountMinor: number,
  limits: EngineLimits,
  caps: ReferenceCaps,
): [Operation, number][] {
  const amounts = new Map<Operation, number>();
  const add = (operation: Operation, amount: number): void => {
    amounts.set(operation, (amounts.get(operation) ?? 0) + amount);
  };
  for (const [operation, amount] of tainted) add(operation, amount);
  if (named !== null) add(named, amountMinor);
  const shares = [...amounts]
    .map(([operation, amount]): [Operation, number] => [
      operation,
      Math.min(1, amount / amountMinor),
    ])
    .filter(([, share]) => share >= limits.taintShareMin)
    .sort(([a, shareOfA], [b, shareOfB]) => shareOfB - shareOfA || a.number - b.number);
  if (shares.length > ORIGINS_MAX) caps.flag('originsMax');
  return shares.slice(0, ORIGINS_MAX);
}

function rememberDebit(
  payer: Account,
  { transfer, payee, atMs, amountMinor, personal, nowMs }: Payment,
  newPair: boolean,
  limits: EngineLimits,
  caps: ReferenceCaps,
): void {
  if (payer.hub) return;
  const row = { transfer, payee, atMs, amountMinor, newPair, personal };
  const isDoneWith = (other: Debit): boolean => other.atMs < nowMs - limits.linkWindowMs;
  const gone = remember(payer.debits, row, limits.debitsPerAccountMax, isDoneWith);
  if (gone === null || isDoneWith(gone)) return;
  caps.flag('debitsPerAccountMax');
  noteFellOut(payer, 'debits', nowMs, limits);
}
