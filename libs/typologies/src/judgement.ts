import { type EventTimeMs } from '#domain';
import { type AccountIndex } from '#flow';
import { evidenceOfAll } from './picture';
import { type FactualTerm, riskOf } from './risk';
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
}

/** Signals of one account and the circumstances of the moment, added up. */
export interface Weighed {
  readonly signals: readonly Signal[];
  readonly terms: readonly FactualTerm[];
  readonly evidence: readonly Evidence[];
  readonly risk: number;
}

export function weigh(
  signals: readonly Signal[],
  { circumstances }: Moment,
  base: number,
): Weighed {
  const terms: FactualTerm[] = [
    ...signals.map((signal) => ({ name: signal.typology, ...signal })),
    ...circumstances,
  ];
  return { signals, terms, evidence: evidenceOfAll(signals), risk: riskOf(base, terms) };
}
