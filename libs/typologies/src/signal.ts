import { type SignalFamily, type TypologyName } from '#contracts';
import { type EventTimeMs, invariant } from '#domain';
import {
  type AccountIndex,
  type CreditSlot,
  type DebitSlot,
  type FlowEngine,
  type FlowStep,
} from '#flow';
import { type Checks } from './check';
import { type Parameters, type ValuesOf } from './parameter';
import { type Population } from './population';

/** A transfer that makes a signal true. */
export interface Evidence {
  /** In the log. */
  readonly position: number;
  readonly payer: AccountIndex;
  readonly payee: AccountIndex;
  readonly amountMinor: number;
  readonly atMs: EventTimeMs;
}

/** What a sentence is made of: plain values, since what was seen must outlive a restart. */
export type Facts = Readonly<Record<string, number>>;

/** A typology seen in one account. */
export interface Signal {
  readonly typology: TypologyName;
  readonly family: SignalFamily;
  readonly anchor: AccountIndex;
  readonly currency: string;
  readonly atMs: EventTimeMs;
  /** What it adds to the risk, in log-odds. */
  readonly logOdds: number;
  /** Oldest first. */
  readonly evidence: readonly Evidence[];
  readonly facts: Facts;
  /** Operations it points to. */
  readonly operationIds?: readonly string[];
  /** The account itself is a known indicator. */
  readonly confirmed?: boolean;
}

/** What a typology may look at: one account, the transfer that just touched it, and what is usual. */
export interface Sighting {
  /** Of this, the anchor's account alone. */
  readonly engine: FlowEngine;
  readonly step: FlowStep;
  readonly population: Population;
  /** What time it is in the feed: for all that is learnt of the population. */
  readonly nowMs: EventTimeMs;
  /** The account that is looked at: the step's payer, or its payee. */
  readonly anchor: AccountIndex;
  /** Every condition that is asked writes here how it came out; null where nobody wants to know. */
  readonly checks?: Checks;
}

/** A typology: what it is, how it is seen, and what an investigator is told of it. */
export interface Typology<P extends Parameters = Parameters> {
  readonly name: TypologyName;
  readonly family: SignalFamily;
  /** Of MITRE's Fight Fraud Framework F3 v1.1; `LW-…` where it has none, and the name is our own. */
  readonly techniques: readonly string[];
  /** What a rule pack can set of it. */
  readonly parameters: P;
  /** A pure look at one account; null where there is nothing to see. */
  readonly see: (sighting: Sighting, values: ValuesOf<P>) => Signal | null;
  readonly say: (facts: Facts, currency: string) => string;
}

/** A typology among others: each is handed the values of its own parameters. */
export const typology = <P extends Parameters>(one: Typology<P>): Typology =>
  one as unknown as Typology;

/** A fact that the sentence was promised. */
export function fact(facts: Facts, name: string): number {
  const value = facts[name];
  invariant(value !== undefined, 'a sentence has all its facts');
  return value;
}

/** The transfer that was just seen. */
export const evidenceOf = (step: FlowStep): Evidence => ({
  position: step.position,
  payer: step.payer,
  payee: step.payee,
  amountMinor: step.amountMinor,
  atMs: step.atMs,
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
});

export const byTime = (a: Evidence, b: Evidence): number =>
  a.atMs - b.atMs || a.position - b.position;
