import { type DetectionWatch } from '#typologies';
import { type AnswerKey } from './answer-key';
import { type FeedLog, type RowIndex } from './feed-log';
import { rankingFigures, type RankingFigures } from './ranking';

/** A score for every transfer of a feed: the highest that anything gave it, 0 where nothing did. */
export class TransferScores {
  private readonly scores: Float64Array;

  constructor(private readonly log: FeedLog) {
    this.scores = new Float64Array(log.size);
  }

  raise(row: RowIndex, score: number): void {
    if (score > this.scores[row]!) this.scores[row] = score;
  }

  /** @param ranks whether a row is ranked at all */
  figures(key: AnswerKey, ranks: (row: RowIndex) => boolean = () => true): RankingFigures {
    const { log } = this;
    const scores = new Float64Array(log.size);
    const positives = new Uint8Array(log.size);
    let count = 0;
    for (let row = 0; row < log.size; row += 1) {
      // A later status is no transfer of its own.
      if (!log.isTransfer(row) || !ranks(row)) continue;
      scores[count] = this.scores[row]!;
      positives[count] = key.isLaundering(row) ? 1 : 0;
      count += 1;
    }
    return rankingFigures(scores.subarray(0, count), positives.subarray(0, count));
  }
}

export type ScoreWatch = DetectionWatch & Required<Pick<DetectionWatch, 'scored'>>;

/**
 * Scores transfers with the threshold off: by the higher of what was thought of the transfer itself, in either of its
 * accounts, and of any candidate alert that names it.
 *
 * @param also is told of what was thought of each transfer too
 */
export const watchScores = (
  log: FeedLog,
  scores: TransferScores,
  also: ScoreWatch['scored'] | null = null,
): ScoreWatch => ({
  scored: (position, risk, anchor, terms) => {
    scores.raise(log.rowOf(position), risk);
    also?.(position, risk, anchor, terms);
  },
  candidate: (risk, evidence) => {
    for (const { position } of evidence) scores.raise(log.rowOf(position), risk);
  },
  carried: () => undefined,
});
