import { type EventTimeMs } from '#domain';
import { type AccountIndex, NONE } from './accounts';
import { type CreditRows } from './credit-rows';
import { type CreditSlot } from './timed-rows';
import { type DebitRows } from './debit-rows';
import { type Caps } from './caps';
import { CAPS, FUNDER_SHARE_MIN, type FlowLimits } from './flow-limits';
import { type FlowStep } from './flow-step';
import { HORIZONS, HORIZONS_MS, type NewDealings } from './new-dealings';
import { type PairPayment, type PairStore, type SharedPayee } from './pair-store';

/** As a whole number, since 0.1 of an amount is none. */
const FUNDER_PARTS = Math.round(1 / FUNDER_SHARE_MIN);

/** Two amounts are alike where the smaller is at least three quarters of the larger. */
const LIKE = 3;
const LIKE_OF = 4;

/**
 * Who else paid the payer lately, and not just dust: a payment that merges several is linked to one of them only.
 *
 * @param caps is told where there were more than travel along
 */
export function carryFunders(
  credits: CreditRows,
  step: FlowStep,
  parent: CreditSlot,
  { linkWindowMs, fundersMax }: FlowLimits,
  caps: Caps,
): void {
  const { payer, payee, amountMinor, atMs, carried } = step;
  const { funders } = carried;
  const count = credits.count(payer);
  if (count === 0) return;
  const first = credits.first(payer);
  const parentPayer = parent === NONE ? NONE : credits.payer(parent);
  for (let slot = first + count - 1; slot >= first; slot -= 1) {
    const age = atMs - credits.at(slot);
    if (age < 0) continue;
    if (age > linkWindowMs) break;
    const funder = credits.payer(slot);
    const credit = credits.amount(slot);
    if (slot === parent || funder === payee || funder === parentPayer) continue;
    if (credit * FUNDER_PARTS < amountMinor || amountMinor * FUNDER_PARTS < credit) continue;
    if (!credits.personal(slot) || funders.has(funder)) continue;
    if (funders.count === fundersMax) {
      caps.meet(CAPS.funders);
      return;
    }
    credits.pushLeg(slot, funders);
  }
}

/** Whom else the payer paid lately. @param caps is told where there were more than travel along */
export function carryCoPayees(
  debits: DebitRows,
  step: FlowStep,
  { linkWindowMs, coPayeesMax }: FlowLimits,
  caps: Caps,
): void {
  const { payer, payee, atMs, carried } = step;
  const { coPayees } = carried;
  const count = debits.count(payer);
  if (count === 0) return;
  const first = debits.first(payer);
  for (let slot = first + count - 1; slot >= first; slot -= 1) {
    const age = atMs - debits.at(slot);
    if (age < 0) continue;
    if (age > linkWindowMs) break;
    const other = debits.payee(slot);
    if (other === payee || !debits.personal(slot) || coPayees.has(other)) continue;
    if (coPayees.count === coPayeesMax) {
      caps.meet(CAPS.coPayees);
      return;
    }
    const isNew = debits.newPayee(slot);
    coPayees.push(other, debits.transfer(slot), debits.amount(slot), debits.at(slot), isNew);
  }
}

/** Where pairs of payers are remembered. */
export type Pairs = Pick<PairStore, 'note' | 'sharedBy'>;

/**
 * Pairs the payer with the others who lately paid the same payee, the newest ones.
 *
 * It also writes down with the step what those pairs share that share more than this payee.
 *
 * @returns the most payees that any pair shares
 */
export function pairPayers(
  credits: CreditRows,
  pairs: Pairs,
  step: FlowStep,
  { linkWindowMs, pairedPayersMax }: FlowLimits,
  caps: Caps,
): number {
  const { payer, payee, atMs, nowMs, position, amountMinor } = step;
  // Made where there is somebody to pair with: mostly there is nobody.
  let own: PairPayment | null = null;
  let shared: SharedPayee[] | null = null;
  // A row from the future must not keep a pair until then: its accounts may be others by that time.
  const believedMs = Math.min(atMs, nowMs);
  const first = credits.first(payee);
  let most = 0;
  const paired: AccountIndex[] = [];
  for (let slot = first + credits.count(payee) - 1; slot >= first; slot -= 1) {
    const age = atMs - credits.at(slot);
    if (age > linkWindowMs) break;
    const other = credits.payer(slot);
    if (age < 0 || other === payer || paired.includes(other) || !credits.personal(slot)) continue;
    if (paired.length === pairedPayersMax) {
      caps.meet(CAPS.pairedPayers);
      break;
    }
    paired.push(other);
    const theirs: PairPayment = {
      payer: other,
      payee,
      position: credits.transfer(slot),
      amountMinor: credits.amount(slot),
      atMs: credits.at(slot),
      newPair: credits.newPair(slot),
    };
    own ??= { payer, payee, position, amountMinor, atMs, newPair: true };
    const payees = pairs.note(own, theirs, believedMs);
    if (payees > 1) shared = [...(shared ?? []), ...pairs.sharedBy(payer, other)];
    most = Math.max(most, payees);
  }
  if (shared !== null) step.shared = shared;
  return most;
}

/** What the payer lately had to do with people new to it. The step's own debit must have been remembered. */
export function carryNewDealings(credits: CreditRows, debits: DebitRows, step: FlowStep): void {
  const { payer, atMs, amountMinor, carried } = step;
  readNewPayees(debits, payer, atMs, carried.paidNew);
  readNewPayers(credits, payer, atMs, carried.paidByNew);
  const first = credits.first(payer);
  for (let row = first + credits.count(payer) - 1; row >= first; row -= 1) {
    const ageMs = atMs - credits.at(row);
    if (ageMs < 0 || !credits.personal(row) || !credits.newPair(row)) continue;
    if (ageMs > HORIZONS_MS.at(-1)!) return;
    const credit = credits.amount(row);
    if (credit * LIKE_OF >= amountMinor * LIKE && amountMinor * LIKE_OF >= credit * LIKE) {
      carried.likeCredits += 1;
    }
  }
}

/** People whom the account had never paid before, as it remembers up to `atMs`. */
export function readNewPayees(
  debits: DebitRows,
  account: AccountIndex,
  atMs: EventTimeMs,
  into: NewDealings,
): void {
  into.clear();
  const first = debits.first(account);
  for (let row = first + debits.count(account) - 1; row >= first; row -= 1) {
    const ageMs = atMs - debits.at(row);
    if (ageMs > HORIZONS_MS[HORIZONS - 1]!) return;
    if (ageMs >= 0 && debits.personal(row) && debits.newPayee(row)) {
      into.add(ageMs, debits.amount(row));
    }
  }
}

/** People who had never paid the account before, as it remembers up to `atMs`. */
export function readNewPayers(
  credits: CreditRows,
  account: AccountIndex,
  atMs: EventTimeMs,
  into: NewDealings,
): void {
  into.clear();
  const first = credits.first(account);
  for (let row = first + credits.count(account) - 1; row >= first; row -= 1) {
    const ageMs = atMs - credits.at(row);
    if (ageMs > HORIZONS_MS[HORIZONS - 1]!) return;
    if (ageMs >= 0 && credits.personal(row) && credits.newPair(row)) {
      into.add(ageMs, credits.amount(row));
    }
  }
}
