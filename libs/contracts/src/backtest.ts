import { type TransferRef } from '#domain';
import { type TypologyName } from './alert';

/** WAITING: nobody has taken it up. RUNNING: some process has. The others are ends. */
export const BACKTEST_STATUSES = ['WAITING', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED'] as const;
export type BacktestStatus = (typeof BACKTEST_STATUSES)[number];

/** A figure, and what would hold the true one nineteen times in twenty. */
export interface FigureInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What one pack would have raised over the stretch. */
export interface BacktestedPack {
  readonly version: string;
  readonly hash: string;
  readonly alerts: number;
  /** Alerts that share a transfer form one case. */
  readonly cases: number;
  /** Null where there are fewer than two days. */
  readonly alertsPerOfficerAndDay: FigureInterval | null;
  /** Of the alerts that were confirmed, those that share a transfer with one of these. */
  readonly confirmedReached: FigureInterval | null;
  readonly refutedReached: FigureInterval | null;
  /** Of these alerts, those that share a transfer with one that was disposed of: so many of them with a confirmed one. */
  readonly confirmedShare: FigureInterval | null;
}

export interface BacktestedAlert {
  readonly risk: number;
  readonly typologies: readonly TypologyName[];
  /** Event time. */
  readonly firstAt: string;
  readonly transfers: readonly TransferRef[];
}

/** What would have been gained and lost. */
export interface BacktestReport {
  /** Event time of the first and the last transfer of the stretch; null where it has none. */
  readonly from: string | null;
  readonly until: string | null;
  readonly transfers: number;
  /** Days of the feed, UTC, on which there was a transfer. */
  readonly days: number;
  readonly officers: number;
  /** Alerts of the stretch that were disposed of, as it stands. */
  readonly confirmed: number;
  readonly refuted: number;
  readonly present: BacktestedPack;
  readonly candidate: BacktestedPack;
  /** The candidate's less the present pack's, day by day and alert by alert. */
  readonly difference: {
    readonly alertsPerOfficerAndDay: FigureInterval | null;
    readonly confirmedReached: FigureInterval | null;
  };
  /** Cases of the one that share no transfer with any alert of the other, and confirmed alerts that only the one reaches. */
  readonly casesGained: number;
  readonly casesLost: number;
  readonly confirmedGained: number;
  readonly confirmedLost: number;
  /** The riskiest alerts of one that share no transfer with any of the other. */
  readonly gained: readonly BacktestedAlert[];
  readonly lost: readonly BacktestedAlert[];
  readonly perDay: readonly {
    readonly day: string;
    readonly present: number;
    readonly candidate: number;
  }[];
  /** Null where nothing was learnt. */
  readonly learning: BacktestLearning | null;
}

/** From what the candidate was learnt. */
export interface BacktestLearning {
  /** Event time: what came later is what the report is of. */
  readonly until: string;
  /** Account-days. */
  readonly positives: number;
  readonly negatives: number;
  /** Of account-days after it, by the candidate: of those that were given about one chance, how many came true. */
  readonly reliability: readonly {
    readonly from: number;
    readonly to: number;
    readonly examples: number;
    readonly positives: number;
    readonly predicted: number | null;
    readonly observed: number | null;
  }[];
}
