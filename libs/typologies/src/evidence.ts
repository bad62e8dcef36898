import { type EventTimeMs } from '#domain';
import {
  type AccountIndex,
  type CreditSlot,
  type DebitSlot,
  type FlowEngine,
  type FlowStep,
} from '#flow';

/** A transfer that makes a signal true. */
export interface Evidence {
  /** In the log. */
  readonly position: number;
  readonly payer: AccountIndex;
  readonly payee: AccountIndex;
  readonly amountMinor: number;
  readonly atMs: EventTimeMs;
  /** The payer had never paid the payee before, as far as whoever tells of it remembers. */
  readonly newPair: boolean;
}

/** The transfer that was just seen. */
export const evidenceOf = (step: FlowStep): Evidence => ({
  position: step.position,
  payer: step.payer,
  payee: step.payee,
  amountMinor: step.amountMinor,
  atMs: step.atMs,
  // Both sides of it know what the payer does.
  newPair: !step.carried.payerKnowsPayee,
});

/** The lots that the step's debit took, from `sinceMs` on, oldest first. */
export function takenEvidence(step: FlowStep, sinceMs: EventTimeMs): Evidence[] {
  const { taken, payer } = step;
  const evidence: Evidence[] = [];
  for (let i = 0; i < taken.count; i += 1) {
    if (taken.atMs[i]! < sinceMs) continue;
    evidence.push({
      position: taken.transfer[i]!,
      payer: taken.payer[i]!,
      payee: payer,
      amountMinor: taken.amountMinor[i]!,
      atMs: taken.atMs[i]!,
      newPair: taken.newPair[i] === 1,
    });
  }
  return evidence.sort(byTime);
}

/** A remembered credit of an account. */
export const creditEvidence = (
  { credits }: FlowEngine,
  account: AccountIndex,
  row: CreditSlot,
): Evidence => ({
  position: credits.transfer(row),
  payer: credits.payer(row),
  payee: account,
  amountMinor: credits.amount(row),
  atMs: credits.at(row),
  newPair: credits.newPair(row),
});

/** A remembered debit of an account. */
export const debitEvidence = (
  { debits }: FlowEngine,
  account: AccountIndex,
  row: DebitSlot,
): Evidence => ({
  position: debits.transfer(row),
  payer: account,
  payee: debits.payee(row),
  amountMinor: debits.amount(row),
  atMs: debits.at(row),
  newPair: debits.newPayee(row),
});

export const byTime = (a: Evidence, b: Evidence): number =>
  a.atMs - b.atMs || a.position - b.position;
