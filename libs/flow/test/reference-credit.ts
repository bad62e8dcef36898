import { type EngineLimits } from './engine-under-test';
import {
  type Account,
  countNewPartner,
  type Credit,
  noteFellOut,
  remember,
} from './reference-account';
import { type ReferenceCaps } from './reference-caps';
import { type Carried, type Payment } from './reference-debit';
import { meet } from './reference-counterparties';
import { joinPile } from './reference-pile';

export interface Laid {
  /** The row in the payee's account, where it was kept. */
  readonly credit: Credit | null;
  readonly newPair: boolean;
  readonly late: boolean;
}

/** The payee's side. A reversal's credit is no new pair, whoever gets it. */
export function credit(
  payee: Account,
  payment: Payment,
  carried: Carried,
  isReversal: boolean,
  limits: EngineLimits,
  caps: ReferenceCaps,
): Laid {
  const laidMinor = payment.amountMinor - backfill(payee, payment);
  payee.laid += laidMinor;
  const isRelation = !isReversal && !payee.hub;
  const payeeKnowsPayer =
    isRelation && meet(payee, 'was paid by', payment.payer, payment.nowMs, limits, caps);
  const newPair = !isReversal && !carried.payerKnowsPayee && !payeeKnowsPayer;
  const late = payment.nowMs - payment.atMs > limits.lateAfterMs;
  for (const window of payee.windows) {
    window.creditCount += 1;
    window.creditSum += payment.amountMinor;
  }
  if (isRelation && !payeeKnowsPayer) countNewPartner(payee, payment.amountMinor);
  if (payee.hub) {
    payee.mixed += laidMinor;
    return { credit: null, newPair, late };
  }
  const row: Credit = {
    transfer: payment.transfer,
    payer: payment.payer,
    atMs: payment.atMs,
    amountMinor: payment.amountMinor,
    leftMinor: laidMinor,
    depth: carried.depth,
    ancestors: carried.ancestors,
    funders: carried.funders,
    root: carried.root,
    call: carried.call,
    origins: new Map(carried.origins),
    newPair,
    personal: !isReversal && payment.personal,
    late,
  };
  const sinceMs = payment.nowMs - limits.linkWindowMs;
  const isDoneWith = (other: Credit): boolean => other.atMs < sinceMs && other.leftMinor === 0;
  const gone = remember(payee.credits, row, limits.creditsPerAccountMax, isDoneWith);
  if (gone !== null) dropCredit(payee, gone, payment.nowMs, limits, caps);
  return { credit: gone === row ? null : row, newPair, late };
}

/** Fills debits that came before their money: the newest arrivals first, as far as it goes. */
function backfill(payee: Account, payment: Payment): number {
  let filledMinor = 0;
  for (const slot of payee.uncovered.filter((open) => open.atMs > payment.atMs)) {
    const takenMinor = Math.min(slot.openMinor, payment.amountMinor - filledMinor);
    slot.openMinor -= takenMinor;
    filledMinor += takenMinor;
  }
  payee.backfilled += filledMinor;
  payee.uncoveredSum -= filledMinor;
  payee.taken += filledMinor;
  return filledMinor;
}

function dropCredit(
  payee: Account,
  gone: Credit,
  nowMs: number,
  limits: EngineLimits,
  caps: ReferenceCaps,
): void {
  const isMissed = gone.atMs >= nowMs - limits.linkWindowMs || gone.leftMinor > 0;
  if (isMissed) {
    caps.flag('creditsPerAccountMax');
    noteFellOut(payee, 'credits', nowMs, limits);
  }
  joinPile(payee, gone, caps);
}
