import { type WeightedTerm } from './risk';

/** A judgement, and what became of it. */
export interface Example {
  readonly terms: readonly Pick<WeightedTerm, 'name' | 'logOdds'>[];
  readonly positive: boolean;
}

/** Of the judgements that were given about one chance, how many came true. */
export interface ReliabilityBand {
  /** Chances from here, inclusive… */
  readonly from: number;
  /** …to here. */
  readonly to: number;
  readonly examples: number;
  readonly positives: number;
  /** The mean chance that was given; null where there are no examples. */
  readonly predicted: number | null;
  /** The share that came true. */
  readonly observed: number | null;
}

/** Nearly all that is judged is innocent: bands of equal width would put it all into the first. */
const BAND_EDGES = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 1];

/** Added up in one order, so that the table depends neither on that of the terms nor on that of the examples. */
const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);

/**
 * Whether what is given one chance in ten comes true one time in ten.
 *
 * @param base log-odds of an account of which nothing is known
 * @param examples with their terms as they were weighed
 */
export function reliabilityOf(base: number, examples: readonly Example[]): ReliabilityBand[] {
  const given = examples.map(({ terms, positive }) => {
    const sum = ascending(terms.map(({ logOdds }) => logOdds)).reduce((a, b) => a + b, base);
    return { chance: 1 / (1 + Math.exp(-sum)), positive };
  });
  given.sort((a, b) => a.chance - b.chance);
  return BAND_EDGES.slice(1).map((to, band) => {
    const from = BAND_EDGES[band]!;
    const inside = given.filter(({ chance }) => chance >= from && (chance < to || to === 1));
    const positives = inside.filter(({ positive }) => positive).length;
    const count = inside.length;
    return {
      ...{ from, to, examples: count, positives },
      predicted: count === 0 ? null : inside.reduce((sum, { chance }) => sum + chance, 0) / count,
      observed: count === 0 ? null : positives / count,
    };
  });
}
