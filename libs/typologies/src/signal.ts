import { type SignalFamily, type TypologyName } from '#contracts';
import { type EventTimeMs } from '#domain';
import { type AccountIndex, type FlowEngine, type FlowStep } from '#flow';
import { type Population } from './population';
import { type RulePack } from './rule-pack';

/** A transfer that makes a signal true. */
export interface Evidence {
  /** In the log. */
  readonly position: number;
  readonly payer: AccountIndex;
  readonly payee: AccountIndex;
  readonly amountMinor: number;
  readonly atMs: EventTimeMs;
}

/** A typology seen in one account. */
export interface Signal {
  readonly typology: TypologyName;
  readonly family: SignalFamily;
  readonly anchor: AccountIndex;
  readonly atMs: EventTimeMs;
  /** What it adds to the risk, in log-odds. */
  readonly logOdds: number;
  /** Oldest first. */
  readonly evidence: readonly Evidence[];
  /** What an investigator is told, made only when somebody is. */
  readonly say: () => string;
  /** Operations it points to. */
  readonly operationIds?: readonly string[];
  /** The account itself is a known indicator. */
  readonly confirmed?: boolean;
}

/** What a typology may look at: one account, the transfer that just touched it, and what is usual. */
export interface Sighting {
  readonly engine: FlowEngine;
  readonly step: FlowStep;
  readonly population: Population;
  /** What time it is in the feed: for all that is learnt of the population. */
  readonly nowMs: EventTimeMs;
  readonly pack: RulePack;
  /** The account that is looked at: the step's payer, or its payee. */
  readonly anchor: AccountIndex;
}

/** A typology's detector: a pure look at a sighting. */
export type Typology = (sighting: Sighting) => Signal | null;

/** The transfer that was just seen. */
export const evidenceOf = (step: FlowStep): Evidence => ({
  position: step.position,
  payer: step.payer,
  payee: step.payee,
  amountMinor: step.amountMinor,
  atMs: step.atMs,
});
