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
  readonly budgets: readonly BudgetReport[];
  /** Null where the set names no known operation. */
  readonly seeded: SeededReport | null;
  readonly baselines: {
    readonly amountTimesNovelty: BaselineReport;
    readonly oneHopRules: BaselineReport;
  };
}

/** What `lab evaluate --json` writes. Widened freely; what it has keeps its name. */
export interface EvaluationReport {
  readonly schemaVersion: 1;
  readonly packs: readonly { readonly version: string; readonly hash: string }[];
  /** One entry per data set and pack. */
  readonly dataSets: readonly DataSetReport[];
}

const DECIMALS = 6;

/** The report as text. Shares are told to six decimals: the rest is noise of the addition. */
export function reportJson(report: EvaluationReport): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value;
  return `${JSON.stringify(report, rounded, 1)}\n`;
}
