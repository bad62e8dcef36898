import { type SignalFamily, type TypologyName } from '#contracts';
import { type EventTimeMs, type LegalValue } from '#domain';
import { type AccountIndex, type FlowEngine, type FlowStep, type NewDealings } from '#flow';
import { type Checks } from './check';
import { type CommonSource } from './common-source';
import { type Evidence } from './evidence';
import { type Parameters, type ValuesOf } from './parameter';
import { type Population } from './population';
import { type Wording } from './wording';

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
  readonly currency: string;
  /** What the step's payee got from people new to it, this step included; null where the anchor is the payer. */
  readonly receivedNew: NewDealings | null;
  /** The wallet whose money reached the payee through several of its payers; null where none did, or the anchor is the payer. */
  readonly source: CommonSource | null;
  /** What the law says, dated: of the pack in force. */
  readonly overlay: readonly LegalValue[];
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
  /** What an investigator is told. */
  readonly sentence: Wording;
}

/** A typology among others: each is handed the values of its own parameters. */
export const typology = <P extends Parameters>(one: Typology<P>): Typology =>
  one as unknown as Typology;
