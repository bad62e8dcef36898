import { type WeightedTerm } from './risk';

/** Steps of one term's table; a fit makes a dozen. */
export const SCORECARD_BINS_MAX = 32;

/** Log-odds that no term comes to by the weights of any pack, so that an edge beyond it would never be met. */
export const STRENGTH_MAX = 1_000;

/**
 * What one term adds, in steps. Edges ascend over the term's own log-odds, as the pack's weights give it; between two edges
 * (the lower one included) it adds `logOdds`, of which there is one more than edges. They never fall: a term with more
 * strength never speaks less. The step that holds 0, where a term is absent, adds 0.
 */
export interface ScorecardTable {
  readonly edges: readonly number[];
  readonly logOdds: readonly number[];
}

/** What a scorecard was learnt from, in counts: nothing of any person, wallet or transfer. */
export interface LearntFrom {
  /** Which feed, or which office's dispositions. */
  readonly source: string;
  /** What came later was not seen (RFC 3339). */
  readonly until: string;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * How much the terms of a judgement weigh here, learnt from what this office found of its own alerts. It changes what terms
 * add, and nothing of what is seen: a term without a table keeps its own log-odds, and a judgement stays the sum of its terms.
 */
export interface Scorecard {
  /** In place of `risk.base`. */
  readonly base: number;
  /** By the term's name: a typology or a circumstance. */
  readonly terms: Readonly<Partial<Record<string, ScorecardTable>>>;
  readonly learntFrom: LearntFrom;
}

/** The step of a table that a term of such a strength lies in. */
export function stepOf(edges: readonly number[], strength: number): number {
  let step = 0;
  while (step < edges.length && strength >= edges[step]!) step += 1;
  return step;
}

/** Terms as a scorecard weighs them, in the order given; as they are where there is none. */
export function scored<T extends Pick<WeightedTerm, 'name' | 'logOdds'>>(
  terms: readonly T[],
  scorecard: Scorecard | undefined,
): readonly T[] {
  if (scorecard === undefined) return terms;
  return terms.map((term) => {
    const table = scorecard.terms[term.name];
    if (table === undefined) return term;
    return { ...term, logOdds: table.logOdds[stepOf(table.edges, term.logOdds)]! };
  });
}
