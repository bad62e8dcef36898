import { type Interval, type ReliabilityBand, type RulePack } from '#typologies';
import { type AlertFigures } from './alert-judge';
import { type RankingFigures } from './ranking';
import { type Speed } from './replay';
import { type SeededFigures } from './seeded-tally';

/** Alerts per counted pattern, true and false together, that the budgets allow. */
export const ALERTS_PER_PATTERN = [1, 3, 10] as const;

export interface BudgetReport extends AlertFigures {
  readonly alertsPerPattern: number;
  /** Alerts per 1,000 active wallets a day: what the engine was told. Null for a baseline, which is told nothing. */
  readonly perThousandPerDay: number | null;
}

export interface BaselineReport extends RankingFigures {
  /** Null where the baseline names single transfers: no alert of one is ever true. */
  readonly budgets: readonly BudgetReport[] | null;
}

export interface SeededReport extends SeededFigures {
  /** The same with the past of each newly known wallet gone through; null where the engine is set not to. */
  readonly withRetroHunt: SeededFigures | null;
}

/** What one pack is worth on a stretch of a feed. */
export interface PackFigures extends RankingFigures {
  readonly budgets: readonly BudgetReport[];
}

/** A pack whose scorecard was learnt from the first patterns of a feed, beside the present one, on the rows after. */
export interface LabelledReport {
  /** Patterns whose labels became dispositions. */
  readonly n: number;
  /** When the last of them ended: what came later is judged, and was not learnt from (RFC 3339). */
  readonly cut: string;
  /** Account-days before the cut that belong to them… */
  readonly positives: number;
  /** …and that do not. */
  readonly negatives: number;
  /** Rows after the cut, and the patterns with two of them or more. */
  readonly rows: number;
  readonly patterns: number;
  readonly walletDays: number;
  readonly present: PackFigures;
  readonly learnt: PackFigures;
  /** Of account-days after the cut, by the learnt pack. */
  readonly reliability: readonly ReliabilityBand[];
  /** Of those that it was learnt from. */
  readonly reliabilityLearntFrom: readonly ReliabilityBand[];
  /** The whole document; its version and hash name it. */
  readonly proposed: RulePack;
}

/** What one data set says of one pack. Everything but the speed is a function of the two. */
export interface DataSetReport extends RankingFigures, Speed {
  readonly name: string;
  /** The pack's hash. */
  readonly pack: string;
  readonly rows: number;
  readonly rowsDeclared: number | null;
  readonly launderingRows: number;
  /** Those that count: of two rows and more. */
  readonly patterns: number;
  readonly visiblePatterns: number;
  /** Patterns of a single row, which count nowhere but in the figures per transfer. */
  readonly oneRowPatterns: number;
  readonly walletDays: number;
  /** What the look of each typology takes, in microseconds a transfer, on this machine. */
  readonly typologyMicros: Readonly<Record<string, number>>;
  readonly budgets: readonly BudgetReport[];
  /** Null where the set names no known operation. */
  readonly seeded: SeededReport | null;
  /** Null where no labels were asked for, or the set has fewer patterns. */
  readonly labelled: LabelledReport | null;
  readonly baselines: {
    readonly amountTimesNovelty: BaselineReport;
    readonly oneHopRules: BaselineReport;
  };
}

/** What one pack finds of a data set beside another, at one budget. */
export interface BudgetComparison {
  readonly alertsPerPattern: number;
  /** Patterns that only the second finds, and only the first. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** The second's pattern recall less the first's, pattern by pattern; null where none counts. */
  readonly patternRecall: Interval | null;
  /** Of each, the share of its counted alerts that are true; null where none counts. */
  readonly alertPrecision: readonly [first: Interval | null, second: Interval | null];
}

/** A later pack beside the first that was named, on one data set. */
export interface PackComparison {
  readonly name: string;
  /** Hashes. */
  readonly packs: readonly [first: string, second: string];
  readonly budgets: readonly BudgetComparison[];
}

/** What `lab evaluate --json` writes. Widened freely; what it has keeps its name. */
export interface EvaluationReport {
  readonly schemaVersion: 1;
  readonly packs: readonly { readonly version: string; readonly hash: string }[];
  /** One entry per data set and pack. */
  readonly dataSets: readonly DataSetReport[];
  /** Of each data set, every pack after the first beside it; empty where there is one pack. */
  readonly comparisons: readonly PackComparison[];
}

const DECIMALS = 6;

/** The report as text. Shares are told to six decimals: the rest is noise of the addition. */
export function reportJson(report: EvaluationReport): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value;
  return `${JSON.stringify(report, rounded, 1)}\n`;
}
