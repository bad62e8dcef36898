/** Transfers that share one score: nothing tells which of them comes first. */
export interface TieGroup {
  readonly score: number;
  readonly count: number;
  /** How many of them launder. */
  readonly positives: number;
}

/** A share, or null where there is nothing to have a share of. */
export const shareOf = (part: number, whole: number): number | null =>
  whole === 0 ? null : part / whole;

/**
 * Groups transfers by score, highest first.
 *
 * @param scores one a transfer, in any order
 * @param positives 1 where the transfer at the same place launders
 */
export function tieGroups(scores: Float64Array, positives: Uint8Array): TieGroup[] {
  const groups = new Map<number, { score: number; count: number; positives: number }>();
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i]!;
    const group = groups.get(score);
    if (group === undefined) groups.set(score, { score, count: 1, positives: positives[i]! });
    else {
      group.count += 1;
      group.positives += positives[i]!;
    }
  }
  return [...groups.values()].sort((a, b) => b.score - a.score);
}

/**
 * The area under the steps of precision over recall. A group of ties is one step, taken whole with the precision at its
 * end: a scorer that gives everything one score has the share of positives, whatever order the rows came in.
 *
 * @returns null where nothing launders
 */
export function averagePrecision(groups: readonly TieGroup[]): number | null {
  let taken = 0;
  let found = 0;
  let area = 0;
  for (const { count, positives } of groups) {
    taken += count;
    found += positives;
    area += positives * (found / taken);
  }
  return shareOf(area, found);
}

/**
 * Of the `k` highest scores, the share that launder. Where the last place falls among ties, each of them has the same
 * chance of it.
 *
 * @returns null where there are fewer than `k` transfers
 */
export function precisionAt(groups: readonly TieGroup[], k: number): number | null {
  let places = k;
  let expected = 0;
  for (const { count, positives } of groups) {
    const taken = Math.min(places, count);
    expected += positives * (taken / count);
    places -= taken;
    if (places === 0) return expected / k;
  }
  return null;
}

/** The share of rows, from the first on, that the threshold of {@link f1} is chosen on. */
const CHOSEN_ON = 0.6;

/**
 * The F1 of "flag what scores at least so much". The threshold is the best one for the first 60 % of rows (of equals the
 * highest); the figure is measured on the rest.
 *
 * @param scores in the order of the log, and `positives` with them
 * @returns null where either part holds nothing to find
 */
export function f1(scores: Float64Array, positives: Uint8Array): number | null {
  const split = Math.floor(scores.length * CHOSEN_ON);
  const threshold = bestThreshold(
    tieGroups(scores.subarray(0, split), positives.subarray(0, split)),
  );
  if (threshold === null) return null;
  const rest = tieGroups(scores.subarray(split), positives.subarray(split));
  const total = rest.reduce((sum, group) => sum + group.positives, 0);
  if (total === 0) return null;
  const flagged = rest.filter(({ score }) => score >= threshold);
  const taken = flagged.reduce((sum, { count }) => sum + count, 0);
  const found = flagged.reduce((sum, group) => sum + group.positives, 0);
  return (2 * found) / (taken + total);
}

function bestThreshold(groups: readonly TieGroup[]): number | null {
  const total = groups.reduce((sum, { positives }) => sum + positives, 0);
  if (total === 0) return null;
  let [taken, found, best, threshold] = [0, 0, -1, 0];
  for (const { score, count, positives } of groups) {
    taken += count;
    found += positives;
    const value = (2 * found) / (taken + total);
    if (value > best) [best, threshold] = [value, score];
  }
  return threshold;
}

/** What is told of any way to score transfers. */
export interface RankingFigures {
  readonly averagePrecision: number | null;
  readonly precisionAt100: number | null;
  readonly precisionAt500: number | null;
  readonly f1: number | null;
}

export function rankingFigures(scores: Float64Array, positives: Uint8Array): RankingFigures {
  const groups = tieGroups(scores, positives);
  return {
    averagePrecision: averagePrecision(groups),
    precisionAt100: precisionAt(groups, 100),
    precisionAt500: precisionAt(groups, 500),
    f1: f1(scores, positives),
  };
}
