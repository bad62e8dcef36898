import { FLOW_LIMITS, type FlowLimits } from '#flow';
import { Detector, packHash, type RulePack } from '#typologies';
import { AlertJudge } from './alert-judge';
import { type AnswerKey, readAnswerKey } from './answer-key';
import { OneHopRules, scoreAmountTimesNovelty, withinBudget } from './baselines';
import { type DataSet } from './data-set';
import { type EvaluationProgress } from './evaluation-progress';
import { type FeedLog } from './feed-log';
import { readFeedLog } from './read-feed-log';
import { type AlertListener, replay, type Speed } from './replay';
import {
  ALERTS_PER_PATTERN,
  type BaselineReport,
  type BudgetReport,
  type DataSetReport,
  type SeededReport,
} from './report';
import { SeededTally } from './seeded-tally';
import { readSeeding, type Seeding } from './seeding';
import { TransferScores, watchScores } from './transfer-scores';
import { isStructurallyVisible } from './visible';
import { walletDays } from './wallet-days';

/** The budget that known operations are followed with, and the one whose run is timed. */
const MIDDLE_BUDGET = 3;

/** Puts one pack to the test of one data set. */
export class DataSetEvaluation {
  private constructor(
    private readonly set: DataSet,
    private readonly pack: RulePack,
    private readonly log: FeedLog,
    private readonly key: AnswerKey,
    private readonly seeding: Seeding | null,
    private readonly progress: EvaluationProgress,
  ) {}

  /**
   * Reads a data set and runs it through the service's own engine: once for each budget without known operations, and with
   * them, without and with the retro-hunt.
   *
   * @throws AppError INVALID_INPUT naming the file and the line that is wrong
   */
  static async run(
    set: DataSet,
    pack: RulePack,
    progress: EvaluationProgress,
  ): Promise<DataSetReport> {
    progress.begin(set.name);
    const { log, rowOf } = await readFeedLog(set, (rows, rowsTotal, atMs) => {
      progress.rows('reading', rows, rowsTotal, atMs);
    });
    const key = await readAnswerKey(set, rowOf);
    const seeding = await readSeeding(set, log, key);
    if (set.rowsDeclared !== null && set.rowsDeclared !== log.size) {
      progress.notice(
        `${set.name}: dataset.json declares ${set.rowsDeclared} rows, transfers.csv.gz holds ${log.size}`,
      );
    }
    return new DataSetEvaluation(set, pack, log, key, seeding, progress).report();
  }

  private report(): DataSetReport {
    const { set, log, key } = this;
    const { counted } = key;
    const visible = new Set(
      counted.filter((pattern) =>
        isStructurallyVisible(key.patterns[pattern]!, log, set.dayResolution),
      ),
    );
    const days = walletDays(log);
    const scores = new TransferScores(log);
    let speed: Speed | null = null;
    const budgets = ALERTS_PER_PATTERN.map((alertsPerPattern): BudgetReport => {
      const timed = alertsPerPattern === MIDDLE_BUDGET;
      // What a transfer scores does not depend on the bar: one watched run tells it, and not the one that is timed.
      const watch = alertsPerPattern === ALERTS_PER_PATTERN[0] ? watchScores(log, scores) : null;
      const judge = new AlertJudge(log, key, alertsPerPattern * counted.length);
      const perThousandPerDay = this.perThousandPerDay(alertsPerPattern, days);
      const took = this.runOnce(`${alertsPerPattern} alerts per pattern`, {
        detector: new Detector({ pack: this.packFor(perThousandPerDay), watch }),
        seeding: null,
        onAlert: ({ id, positions }, at) => {
          judge.emit({ alertId: id, rows: positions.map((position) => log.rowOf(position)), at });
        },
      });
      if (timed) speed = took;
      return { alertsPerPattern, perThousandPerDay, ...judge.figures(visible) };
    });
    return {
      name: set.name,
      pack: packHash(this.pack),
      rows: log.size,
      rowsDeclared: set.rowsDeclared,
      launderingRows: key.launderingRows,
      patterns: counted.length,
      visiblePatterns: visible.size,
      oneRowPatterns: key.patterns.length - counted.length,
      walletDays: days,
      ...scores.figures(key),
      budgets,
      seeded: this.seeded(days),
      baselines: this.baselines(visible),
      ...speed!,
    };
  }

  /** The engine is told this of its budget, and nothing else. */
  private perThousandPerDay(alertsPerPattern: number, days: number): number {
    return days === 0 ? 0 : (alertsPerPattern * this.key.counted.length * 1_000) / days;
  }

  private packFor(alertsPerThousandWalletsADay: number): RulePack {
    return { ...this.pack, risk: { ...this.pack.risk, alertsPerThousandWalletsADay } };
  }

  private runOnce(
    what: string,
    run: { detector: Detector; seeding: Seeding | null; onAlert: AlertListener },
  ): Speed {
    const { log, progress } = this;
    return replay(log, run.seeding, run.detector, run.onAlert, (rows) => {
      progress.rows(what, rows, log.size, log.atMs(rows - 1));
    });
  }

  private seeded(days: number): SeededReport | null {
    const { seeding, log, key } = this;
    if (seeding === null) return null;
    const followed = (what: string, limits: FlowLimits) => {
      const tally = new SeededTally(log, key, seeding);
      const pack = this.packFor(this.perThousandPerDay(MIDDLE_BUDGET, days));
      this.runOnce(what, {
        detector: new Detector({ pack, limits, watch: tally }),
        seeding,
        onAlert: (alert) => {
          tally.alerted(alert);
        },
      });
      return tally.figures();
    };
    const without = followed('known operations', { ...FLOW_LIMITS, retroHuntMs: 0 });
    const withRetroHunt =
      FLOW_LIMITS.retroHuntMs === 0 ? null : followed('known operations, hunted back', FLOW_LIMITS);
    return { ...without, withRetroHunt };
  }

  private baselines(visible: ReadonlySet<number>): DataSetReport['baselines'] {
    const { log, key } = this;
    const byAmount = new TransferScores(log);
    scoreAmountTimesNovelty(log, byAmount);
    const byRules = new TransferScores(log);
    const alerts = new OneHopRules(log, byRules).run();
    const budgets = ALERTS_PER_PATTERN.map((alertsPerPattern): BudgetReport => {
      const places = alertsPerPattern * key.counted.length;
      const judge = new AlertJudge(log, key, places);
      withinBudget(alerts, places).forEach(({ rows, at }, n) => {
        judge.emit({ alertId: String(n), rows, at });
      });
      return { alertsPerPattern, perThousandPerDay: null, ...judge.figures(visible) };
    });
    const oneHopRules: BaselineReport = { ...byRules.figures(key), budgets };
    return { amountTimesNovelty: { ...byAmount.figures(key), budgets: null }, oneHopRules };
  }
}
