import { FLOW_LIMITS, type FlowLimits } from '#flow';
import { Detector, packHash, type RulePack } from '#typologies';
import { AlertJudge } from './alert-judge';
import { type AnswerKey, readAnswerKey } from './answer-key';
import { OneHopRules, scoreAmountTimesNovelty, withinBudget } from './baselines';
import { type DataSet } from './data-set';
import { type EvaluationProgress } from './evaluation-progress';
import { type FeedLog } from './feed-log';
import { labelledReport } from './labelled';
import {
  MIDDLE_BUDGET,
  packFigures,
  perThousandPerDay,
  type RunProgress,
  type Stretch,
  stretchOf,
  withBudget,
} from './pack-figures';
import { readFeedLog } from './read-feed-log';
import { type AlertListener, replay } from './replay';
import {
  ALERTS_PER_PATTERN,
  type BaselineReport,
  type BudgetReport,
  type DataSetReport,
  type SeededReport,
} from './report';
import { SeededTally } from './seeded-tally';
import { readSeeding, type Seeding } from './seeding';
import { TransferScores } from './transfer-scores';

/** Puts one pack to the test of one data set. */
export class DataSetEvaluation {
  private constructor(
    private readonly set: DataSet,
    private readonly pack: RulePack,
    private readonly log: FeedLog,
    private readonly key: AnswerKey,
    private readonly seeding: Seeding | null,
    private readonly labels: number | null,
    private readonly progress: EvaluationProgress,
  ) {}

  /**
   * Reads a data set and runs it through the service's own engine: once for each budget without known operations, and with
   * them, without and with the retro-hunt.
   *
   * @param labels so many patterns are learnt from, and the learnt pack is put beside the present one; null for none
   * @throws AppError INVALID_INPUT naming the file and the line that is wrong
   */
  static async run(
    set: DataSet,
    pack: RulePack,
    progress: EvaluationProgress,
    labels: number | null = null,
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
    return new DataSetEvaluation(set, pack, log, key, seeding, labels, progress).report();
  }

  private report(): DataSetReport {
    const { set, log, key, pack, labels } = this;
    const stretch = stretchOf(log, key, set.dayResolution);
    const told = this.told;
    const { figures, speed, typologyMicros } = packFigures(stretch, pack, told);
    const feed = { name: set.name, dayResolution: set.dayResolution, log, key };
    const labelled = labels === null ? null : labelledReport(feed, pack, labels, told);
    if (labels !== null && labelled === null) {
      this.progress.notice(`${set.name}: has no ${labels} patterns that could be labelled`);
    }
    return {
      name: set.name,
      pack: packHash(pack),
      rows: log.size,
      rowsDeclared: set.rowsDeclared,
      launderingRows: key.launderingRows,
      patterns: key.counted.length,
      visiblePatterns: stretch.visible.size,
      oneRowPatterns: key.patterns.length - key.counted.length,
      typologyMicros,
      walletDays: stretch.walletDays,
      ...figures,
      labelled,
      seeded: this.seeded(stretch),
      baselines: this.baselines(stretch.visible),
      ...speed,
    };
  }

  private readonly told: RunProgress = (run, rows) => {
    this.progress.rows(run, rows, this.log.size, this.log.atMs(rows - 1));
  };

  private seeded(stretch: Stretch): SeededReport | null {
    const { seeding, log, key } = this;
    if (seeding === null) return null;
    const followed = (what: string, limits: FlowLimits) => {
      const tally = new SeededTally(log, key, seeding);
      const pack = withBudget(this.pack, perThousandPerDay(stretch, MIDDLE_BUDGET));
      const detector = new Detector({ pack, limits, watch: tally });
      const onAlert: AlertListener = (alert) => {
        tally.alerted(alert);
      };
      replay(log, seeding, detector, onAlert, (rows) => {
        this.told(what, rows);
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
