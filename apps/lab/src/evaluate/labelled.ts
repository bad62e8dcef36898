import {
  AccountDays,
  baseOf,
  Detector,
  fitScorecard,
  reliabilityOf,
  type RulePack,
  withScorecard,
} from '#typologies';
import { printable } from '../printable';
import { type AnswerKey } from './answer-key';
import { type DataSet } from './data-set';
import { type FeedLog, type RowIndex } from './feed-log';
import { packFigures, type RunProgress, stretchOf } from './pack-figures';
import { replay } from './replay';
import { type LabelledReport } from './report';
import { type ScoreWatch } from './transfer-scores';

/** A data set that has been read. */
export interface LabelledFeed extends Pick<DataSet, 'name' | 'dayResolution'> {
  readonly log: FeedLog;
  readonly key: AnswerKey;
}

/** Of a set's name, in the pack that was learnt from it. */
const NAME_TOLD_MAX = 200;

/** The moment at which the first patterns have ended, and all that is known then. */
export interface LabelCut {
  /** The first row after it. */
  readonly row: RowIndex;
  /** The rows of the patterns that have ended, each a disposition by now. */
  readonly labelled: ReadonlySet<RowIndex>;
}

/** @returns null where there are not so many patterns */
export function cutAfter(key: AnswerKey, n: number): LabelCut | null {
  const byEnd = key.counted
    .map((pattern) => key.patterns[pattern]!.rows)
    .sort((a, b) => a.at(-1)! - b.at(-1)!);
  const last = byEnd[n - 1];
  if (last === undefined) return null;
  return { row: last.at(-1)! + 1, labelled: new Set(byEnd.slice(0, n).flat()) };
}

/** What is judged from a row on, by the day; whatever is not positive counts as dismissed. */
export function daysFrom(
  log: FeedLog,
  from: RowIndex,
  isPositive: (row: RowIndex) => boolean,
): { readonly days: AccountDays; readonly scored: ScoreWatch['scored'] } {
  const days = new AccountDays((position) =>
    isPositive(log.rowOf(position)) ? 'CONFIRMED' : 'DISMISSED',
  );
  const scored: ScoreWatch['scored'] = (position, _risk, anchor, terms) => {
    const row = log.rowOf(position);
    if (row >= from) days.judged(position, log.atMs(row), anchor, terms);
  };
  return { days, scored };
}

/**
 * Learns a scorecard from the first patterns of a feed as an office would: when the last of them has ended, its dispositions
 * are their labels, and whatever else was judged until then was dismissed, a pattern that nobody has found yet included.
 * Then both packs are put to the test of the rows after.
 *
 * The learning run stops at the cut: neither a label nor a row after it is seen. Both packs then run over the feed from its
 * beginning, as a shadow does, so that what is usual and the bar are taught alike.
 *
 * @returns null where the set has fewer patterns
 */
export function labelledReport(
  { name, log, key, dayResolution }: LabelledFeed,
  pack: RulePack,
  n: number,
  told: RunProgress,
): LabelledReport | null {
  const cut = cutAfter(key, n);
  if (cut === null) return null;
  const before = daysFrom(log, 0, (row) => cut.labelled.has(row));
  const plain: RulePack = { ...pack, scorecard: undefined };
  const watch = { scored: before.scored, candidate: () => undefined, carried: () => undefined };
  const nobody = (): void => undefined;
  replay(
    log,
    null,
    new Detector({ pack: plain, watch }),
    nobody,
    (rows) => {
      told(`learning from ${n} patterns`, rows);
    },
    cut.row,
  );
  const until = new Date(log.atMs(cut.row - 1)).toISOString();
  const { scorecard, reliability } = fitScorecard(before.days.examples, pack.risk.base, {
    source: `${n} patterns of ${printable(name).slice(0, NAME_TOLD_MAX)}`,
    until,
  });
  const proposed = withScorecard(pack, scorecard);
  const stretch = stretchOf(log, key, dayResolution, cut.row);
  const after = daysFrom(log, cut.row, (row) => stretch.key.isLaundering(row));
  const present = packFigures(stretch, pack, (run, rows) => {
    told(`present pack after the labels, ${run}`, rows);
  });
  const toldLearnt: RunProgress = (run, rows) => {
    told(`learnt pack after the labels, ${run}`, rows);
  };
  const learnt = packFigures(stretch, proposed, toldLearnt, after.scored);
  return {
    ...{ n, cut: until },
    ...{ positives: scorecard.learntFrom.positives, negatives: scorecard.learntFrom.negatives },
    rows: log.size - cut.row,
    patterns: stretch.key.counted.length,
    walletDays: stretch.walletDays,
    ...{ present: present.figures, learnt: learnt.figures },
    reliability: reliabilityOf(baseOf(proposed), after.days.examples),
    reliabilityLearntFrom: reliability,
    proposed,
  };
}
