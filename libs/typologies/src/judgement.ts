import { type EventTimeMs } from '#domain';
import { type AccountIndex } from '#flow';
import { knownParties } from './known-parties';
import { evidenceOfAll } from './picture';
import { type FactualTerm, riskOf } from './risk';
import { baseOf, type RulePack } from './rule-pack';
import { scored } from './scorecard';
import { type Evidence } from './evidence';
import { type Signal } from './signal';

/** What an account is judged by: its signals, and the moment. */
export interface Moment {
  readonly anchor: AccountIndex;
  readonly atMs: EventTimeMs;
  /** What an alert raised now is named after. */
  readonly trigger: string;
  /** What was seen just now; the account's other signals are from before. */
  readonly fresh: readonly Signal[];
  readonly circumstances: readonly FactualTerm[];
  /** The transfer that was looked at; NONE where nothing moved. */
  readonly position: number;
  /** It teaches what is usual, and raises nothing. */
  readonly isHistory?: boolean;
}

/** Signals of one account and the circumstances of the moment, added up. */
export interface Weighed {
  readonly signals: readonly Signal[];
  /** Each as the pack's scorecard weighs it, where it has one. */
  readonly terms: readonly FactualTerm[];
  readonly evidence: readonly Evidence[];
  readonly risk: number;
}

export function weigh(
  signals: readonly Signal[],
  { circumstances }: Moment,
  pack: RulePack,
): Weighed {
  // Field by field: spread, each term costs more than all that is added up here.
  const seen = signals.map(({ typology, family, logOdds, facts, currency }): FactualTerm => ({
    name: typology,
    family,
    logOdds,
    facts,
    currency,
  }));
  seen.push(...circumstances);
  const evidence = evidenceOfAll(signals);
  // What is known of the wallet itself stands, whoever it deals with.
  if (signals.length > 0 && !signals.some((signal) => signal.confirmed === true)) {
    const known = knownParties(evidence, signals[0]!.currency, pack.circumstances.knownParties);
    if (known !== null) seen.push(known);
  }
  const terms = scored(seen, pack.scorecard);
  return { signals, terms, evidence, risk: riskOf(baseOf(pack), terms) };
}
