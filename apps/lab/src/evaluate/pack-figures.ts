import { Detector, type RulePack } from '#typologies';
import { AlertJudge } from './alert-judge';
import { type AnswerKey } from './answer-key';
import { type FeedLog, type RowIndex } from './feed-log';
import { type AlertListener, replay, type Speed } from './replay';
import { ALERTS_PER_PATTERN, type BudgetReport, type PackFigures } from './report';
import { TypologyCosts } from './typology-costs';
import { type ScoreWatch, TransferScores, watchScores } from './transfer-scores';
import { isStructurallyVisible } from './visible';
import { walletDays } from './wallet-days';

/** The budget that known operations are followed with, and the one whose run is timed. */
export const MIDDLE_BUDGET = 3;

/** The rows of a feed that are judged. The engine reads those before them all the same. */
export interface Stretch {
  readonly log: FeedLog;
  /** The first of them. */
  readonly from: RowIndex;
  /** What is known of them. */
  readonly key: AnswerKey;
  /** Of the counted patterns, those that their structure shows. */
  readonly visible: ReadonlySet<number>;
  readonly walletDays: number;
}

export function stretchOf(
  log: FeedLog,
  key: AnswerKey,
  dayResolution: boolean,
  from: RowIndex = 0,
): Stretch {
  const own = from === 0 ? key : key.from(from);
  const isVisible = (pattern: number): boolean =>
    isStructurallyVisible(own.patterns[pattern]!, log, dayResolution);
  const visible = new Set(own.counted.filter(isVisible));
  return { log, from, key: own, visible, walletDays: walletDays(log, from) };
}

/** The engine is told this of its budget, and nothing else. */
export const perThousandPerDay = (
  { key, walletDays: days }: Stretch,
  perPattern: number,
): number => (days === 0 ? 0 : (perPattern * key.counted.length * 1_000) / days);

export const withBudget = (pack: RulePack, alertsPerThousandWalletsADay: number): RulePack => ({
  ...pack,
  risk: { ...pack.risk, alertsPerThousandWalletsADay },
});

/** Told now and then how many rows of a run are done. */
export type RunProgress = (run: string, rows: number) => void;

/**
 * Runs a pack over a feed once for each budget, without known operations, and judges it on a stretch.
 *
 * @param also sees what is scored too
 */
export function packFigures(
  stretch: Stretch,
  pack: RulePack,
  told: RunProgress,
  also: ScoreWatch['scored'] | null = null,
): {
  readonly figures: PackFigures;
  readonly speed: Speed;
  readonly typologyMicros: Readonly<Record<string, number>>;
} {
  const { log, key, from } = stretch;
  const scores = new TransferScores(log);
  const costs = new TypologyCosts();
  const watched = { ...watchScores(log, scores, also), ...costs.watch };
  let speed: Speed | null = null;
  const budgets = ALERTS_PER_PATTERN.map((alertsPerPattern): BudgetReport => {
    // What a transfer scores does not depend on the bar: one watched run tells it, and not the one that is timed.
    const watch = alertsPerPattern === ALERTS_PER_PATTERN[0] ? watched : null;
    const judge = new AlertJudge(log, key, alertsPerPattern * key.counted.length);
    const perDay = perThousandPerDay(stretch, alertsPerPattern);
    const detector = new Detector({ pack: withBudget(pack, perDay), watch });
    const onAlert: AlertListener = ({ id, positions, typologies }, at) => {
      const rows = positions.map((position) => log.rowOf(position)).filter((row) => row >= from);
      if (at >= from && rows.length > 0) judge.emit({ alertId: id, rows, at, typologies });
    };
    const took = replay(log, null, detector, onAlert, (rows) => {
      told(`${alertsPerPattern} alerts per pattern`, rows);
    });
    if (alertsPerPattern === MIDDLE_BUDGET) speed = took;
    return { alertsPerPattern, perThousandPerDay: perDay, ...judge.figures(stretch.visible) };
  });
  // After a cut a pattern of which one row is left is neither to be found nor to be blamed.
  const ranks = (row: RowIndex): boolean =>
    from === 0 ||
    (row >= from &&
      (!key.isLaundering(row) || key.patternsOf(row).some((pattern) => key.isCounted(pattern))));
  const typologyMicros = costs.microsPerTransfer(log.size);
  return { figures: { ...scores.figures(key, ranks), budgets }, speed: speed!, typologyMicros };
}
