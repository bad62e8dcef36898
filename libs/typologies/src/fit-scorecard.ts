import { LOG_ODDS_MAX } from './parameter';
import { type Example, reliabilityOf, type ReliabilityBand } from './reliability';
import { type LearntFrom, scored, type Scorecard, type ScorecardTable, stepOf } from './scorecard';

/** A term is cut at so many quantiles of its strength among all examples, and at as many among the positive ones. */
const QUANTILES = 6;
/** A term seen less often keeps its own log-odds: chance would set its steps, and cut off what it can come to. */
const SEEN_MIN = 50;
/**
 * How much the pack's own weights are believed, as 1 / deviation²: what is right here is taken to lie within one log-odds of
 * them nineteen times in twenty.
 */
const PRIOR = 4;
/** Rounds over all terms; ten are enough on the feeds of the lab. Fixed, so that the same examples give the same card. */
const SWEEPS = 25;
/** A step moves no further at once: where the classes are far apart Newton's method overshoots. */
const MOVE_MAX = 1;

/** Strengths and log-odds are told as finely: what is finer is noise. */
const EDGE_UNITS = 1_000_000;
const LOG_ODDS_UNITS = 1_000;

export interface FittedScorecard {
  readonly scorecard: Scorecard;
  /** On the examples that it was learnt from; what is unseen tells more. */
  readonly reliability: readonly ReliabilityBand[];
}

/** One term as it is fitted. */
interface Fitted {
  readonly name: string;
  readonly edges: readonly number[];
  /** The step where the term is absent. */
  readonly absent: number;
  /** Of each step, what the pack's own weights say there. */
  readonly prior: Float64Array;
  readonly logOdds: Float64Array;
  /** The groups in which it is present, and the step that it is in. */
  readonly groups: number[];
  readonly steps: number[];
}

/** Examples that look alike: the same step of each term. */
interface Group {
  /** Log-odds of the terms that have no table. */
  readonly offset: number;
  readonly steps: ReadonlyMap<Fitted, number>;
  positives: number;
  negatives: number;
}

/**
 * Learns a scorecard from judgements and what became of them.
 *
 * A judgement's log-odds is z = b + Σ f_t(s_t): each term's strength s_t, cut into steps, has a log-odds f_tj of its own. What
 * is minimised is the logistic loss with a quadratic pull towards the pack that is in force,
 *
 *   Σ ln(1 + e^∓z) + λ/2 · [(b − b⁰)² + Σ_tj (f_tj − f⁰_tj)²],   λ = PRIOR,
 *
 * where f⁰_tj is the mean strength of the examples in the step, which is what the pack says there, under f_tj ≤ f_t,j+1 and
 * f = 0 where the term is absent. It is convex. Term by term, a Newton step is taken for all of a term's steps at once (no
 * example lies in two of them, so they do not speak of one another) and projected onto what never falls, weighed by the
 * curvature, which is the minimum of the quadratic model under the constraint. No chance is involved: examples that look
 * alike are put together and taken in one fixed order, whatever order they came in. Without labels the pull is all there
 * is; where the classes can be told apart without error, it keeps every number finite.
 *
 * @param examples with their terms as the pack's own weights give them, no scorecard applied
 * @param base of the pack in force: `risk.base`
 */
export function fitScorecard(
  examples: readonly Example[],
  base: number,
  from: Pick<LearntFrom, 'source' | 'until'>,
): FittedScorecard {
  const terms = termsOf(examples);
  const groups = groupsOf(examples, terms);
  const logOdds = minimise(terms, groups, base);
  const positives = examples.filter(({ positive }) => positive).length;
  const scorecard: Scorecard = {
    base: rounded(logOdds),
    terms: Object.fromEntries(terms.map((term) => [term.name, tableOf(term)])),
    learntFrom: { ...from, positives, negatives: examples.length - positives },
  };
  const weighed = examples.map((one) => ({ ...one, terms: scored(one.terms, scorecard) }));
  return { scorecard, reliability: reliabilityOf(scorecard.base, weighed) };
}

/**
 * The terms that were seen often enough, by name, cut into steps that begin at their own weights. One that is next to nothing
 * wherever it is seen has no edge that tells it from absent.
 */
function termsOf(examples: readonly Example[]): Fitted[] {
  const seen = new Map<string, { all: number[]; positive: number[] }>();
  for (const { terms, positive } of examples) {
    for (const { name, logOdds } of terms) {
      if (logOdds === 0) continue;
      const strengths = seen.get(name) ?? { all: [], positive: [] };
      seen.set(name, strengths);
      strengths.all.push(logOdds);
      if (positive) strengths.positive.push(logOdds);
    }
  }
  return [...seen]
    .filter(([, { all }]) => all.length >= SEEN_MIN)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { all, positive }]) => {
      const sorted = all.sort((a, b) => a - b);
      const edges = edgesOf(sorted, positive);
      const absent = stepOf(edges, 0);
      const prior = priorOf(sorted, edges, absent);
      return { name, edges, absent, prior, logOdds: prior.slice(), groups: [], steps: [] };
    })
    .filter(({ edges }) => edges.length > 0);
}

/**
 * Where the steps begin. Positive examples are few and strong: by the quantiles of all alone most of them would share the
 * last step.
 */
function edgesOf(sorted: readonly number[], positive: number[]): number[] {
  const strong = positive.sort((a, b) => a - b);
  const edges = new Set<number>();
  for (const strengths of [sorted, strong]) {
    for (let i = 0; i < QUANTILES && strengths.length > 0; i += 1) {
      const value = strengths[Math.floor((strengths.length * i) / QUANTILES)]!;
      edges.add(Math.floor(value * EDGE_UNITS) / EDGE_UNITS);
    }
  }
  const ascending = [...edges].sort((a, b) => a - b);
  // What speaks against suspicion is absent above its last step; what speaks for it, below its first.
  if (sorted[0]! < 0) return [...ascending.slice(1).filter((edge) => edge < 0), 0];
  return ascending.filter((edge) => edge > 0);
}

/** Of each step the mean strength of what lies in it: what the pack's own weights say there. */
function priorOf(
  sorted: readonly number[],
  edges: readonly number[],
  absent: number,
): Float64Array {
  const sums = new Float64Array(edges.length + 1);
  const counts = new Float64Array(edges.length + 1);
  for (const strength of sorted) {
    const step = stepOf(edges, strength);
    sums[step]! += strength;
    counts[step]! += 1;
  }
  return sums.map((sum, step) => {
    if (step === absent) return 0;
    // Rounding may have left a step empty: its edge is next to it.
    const mean = counts[step] === 0 ? edges[Math.max(0, step - 1)]! : sum / counts[step]!;
    return Math.min(LOG_ODDS_MAX, Math.max(-LOG_ODDS_MAX, mean));
  });
}

/** Examples that look alike put together, in an order of their own. */
function groupsOf(examples: readonly Example[], terms: readonly Fitted[]): Group[] {
  const byLook = new Map<string, Group>();
  for (const { terms: seen, positive } of examples) {
    const strengthOf = new Map(seen.map(({ name, logOdds }) => [name, logOdds]));
    const steps = new Map<Fitted, number>();
    for (const term of terms) {
      const step = stepOf(term.edges, strengthOf.get(term.name) ?? 0);
      if (step !== term.absent) steps.set(term, step);
      strengthOf.delete(term.name);
    }
    const others = [...strengthOf].sort(([a], [b]) => (a < b ? -1 : 1));
    const offset = others.reduce((sum, [, logOdds]) => sum + logOdds, 0);
    const look = `${[...steps].map(([{ name }, step]) => `${name} ${step}`).join()} ${offset}`;
    const group = byLook.get(look) ?? { offset, steps, positives: 0, negatives: 0 };
    byLook.set(look, group);
    if (positive) group.positives += 1;
    else group.negatives += 1;
  }
  return [...byLook].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** Fits the terms where they stand. @returns the base */
function minimise(terms: readonly Fitted[], groups: readonly Group[], before: number): number {
  const sums = new Float64Array(groups.length);
  groups.forEach(({ offset, steps }, group) => {
    sums[group] = before + offset;
    for (const [term, step] of steps) {
      term.groups.push(group);
      term.steps.push(step);
      sums[group] += term.logOdds[step]!;
    }
  });
  let base = before;
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let slope = PRIOR * (before - base);
    let curvature = PRIOR;
    groups.forEach((group, i) => {
      slope += slopeOf(group, sums[i]!);
      curvature += curvatureOf(group, sums[i]!);
    });
    const moved = within(base + held(slope / curvature), LOG_ODDS_MAX) - base;
    base += moved;
    sums.forEach((_, i) => {
      sums[i]! += moved;
    });
    for (const term of terms) refit(term, groups, sums);
  }
  return base;
}

/** One Newton step for all steps of a term, projected onto what never falls and is 0 where the term is absent. */
function refit(term: Fitted, groups: readonly Group[], sums: Float64Array): void {
  const { prior, logOdds, absent } = term;
  const slope = prior.map((before, step) => PRIOR * (before - logOdds[step]!));
  const curvature = new Float64Array(prior.length).fill(PRIOR);
  term.groups.forEach((group, i) => {
    const step = term.steps[i]!;
    slope[step]! += slopeOf(groups[group]!, sums[group]!);
    curvature[step]! += curvatureOf(groups[group]!, sums[group]!);
  });
  const wanted = logOdds.map((value, step) => value + held(slope[step]! / curvature[step]!));
  const against = neverFalling(wanted.subarray(0, absent), curvature.subarray(0, absent));
  const speaking = neverFalling(wanted.subarray(absent + 1), curvature.subarray(absent + 1));
  const refitted = [
    ...against.map((value) => Math.max(-LOG_ODDS_MAX, Math.min(0, value))),
    0,
    ...speaking.map((value) => Math.min(LOG_ODDS_MAX, Math.max(0, value))),
  ];
  term.groups.forEach((group, i) => {
    const step = term.steps[i]!;
    sums[group]! += refitted[step]! - logOdds[step]!;
  });
  logOdds.set(refitted);
}

const chance = (sum: number): number => 1 / (1 + Math.exp(-sum));

const slopeOf = ({ positives, negatives }: Group, sum: number): number =>
  positives - (positives + negatives) * chance(sum);

const curvatureOf = ({ positives, negatives }: Group, sum: number): number =>
  (positives + negatives) * chance(sum) * (1 - chance(sum));

const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
const held = (move: number): number => within(move, MOVE_MAX);

/** The nearest values that never fall, by weighted squares: neighbours that do are put together at their mean. */
export function neverFalling(values: Float64Array, weights: Float64Array): number[] {
  const blocks: { mean: number; weight: number; count: number }[] = [];
  values.forEach((value, i) => {
    let block = { mean: value, weight: weights[i]!, count: 1 };
    for (let last = blocks.at(-1); last && last.mean > block.mean; last = blocks.at(-1)) {
      blocks.pop();
      const weight = last.weight + block.weight;
      const mean = (last.mean * last.weight + block.mean * block.weight) / weight;
      block = { mean, weight, count: last.count + block.count };
    }
    blocks.push(block);
  });
  return blocks.flatMap(({ mean, count }) => Array<number>(count).fill(mean));
}

// Zero is added so that there is no −0, which a document cannot tell from 0.
const rounded = (logOdds: number): number =>
  Math.round(logOdds * LOG_ODDS_UNITS) / LOG_ODDS_UNITS + 0;

const tableOf = ({ edges, logOdds }: Fitted): ScorecardTable => ({
  edges,
  logOdds: [...logOdds].map(rounded),
});
