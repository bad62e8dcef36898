import { grouped } from '../feed/progress-line';
import { printable } from '../printable';
import { type Interval } from '#typologies';
import {
  type BudgetReport,
  type DataSetReport,
  type LabelledReport,
  type PackComparison,
} from './report';
import { type RankingFigures } from './ranking';
import { type SeededFigures } from './seeded-tally';

type Row = readonly (string | number)[];

/** A share as people compare them: .47; nothing where the figure does not apply. */
function share(value: number | null, digits = 2): string {
  if (value === null) return '–';
  const text = value.toFixed(digits);
  return value < 1 && text.startsWith('0.') ? text.slice(1) : text;
}

/** Columns as wide as their widest cell; the first to the left, figures to the right. */
function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(String(cell))));
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  return cells.map((row) => `  ${line(row)}\n`).join('');
}

const rankingRow = (name: string, report: RankingFigures): Row => [
  name,
  share(report.averagePrecision, 3),
  share(report.precisionAt100),
  share(report.precisionAt500),
  share(report.f1),
];

const budgetRow = (name: string, budget: BudgetReport): Row => [
  name,
  budget.alertsPerPattern,
  budget.perThousandPerDay === null ? '–' : budget.perThousandPerDay.toFixed(2),
  grouped(budget.alertsRaised),
  grouped(budget.alerts),
  grouped(budget.falseRevisions),
  share(budget.alertPrecision),
  share(budget.patternRecall),
  share(budget.visibleRecall),
  share(budget.evidencePrecision),
  share(budget.delayShareMedian),
  share(budget.interceptableShare),
  share(budget.lookalikeShare),
];

const BUDGET_HEADS: Row = [
  'alerts',
  'per pattern',
  '/1,000/day',
  'raised',
  'counted',
  'bad revisions',
  'precision',
  'recall',
  'visible',
  'evidence',
  'delay',
  'interceptable',
  'look-alikes',
];

function typeRows({ budgets }: DataSetReport): Row[] {
  const types = Object.keys(budgets[0]!.recallByType);
  return [
    ['found by type', ...types],
    ...budgets.map((budget): Row => [
      `  at ${budget.alertsPerPattern} per pattern`,
      ...types.map((type) => share(budget.recallByType[type] ?? null)),
    ]),
  ];
}

const seededRow = (name: string, figures: SeededFigures): Row => [
  name,
  share(figures.laterTransfersReached),
  share(figures.laterTransfersReachedFurther),
  grouped(figures.innocentReached),
  share(figures.taintPrecision, 3),
  share(figures.patternsReached),
];

function seededTable({ seeded }: DataSetReport): string {
  if (seeded === null) return '';
  return table([
    ['known operations', 'later rows', 'beyond the named', 'innocent', 'precision', 'patterns'],
    seededRow('followed', seeded),
    ...(seeded.withRetroHunt ? [seededRow('and hunted back', seeded.withRetroHunt)] : []),
  ]);
}

/** Chances are told in percent where they are small. */
const percent = (value: number | null): string =>
  value === null ? '–' : `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;

function labelledTables(labelled: LabelledReport | null): string {
  if (labelled === null) return '';
  const { n, cut, positives, negatives, present, learnt, reliability, proposed } = labelled;
  return [
    `  after ${n} labelled patterns, ${cut}: learnt from ${grouped(positives)} account-days of theirs and ` +
      `${grouped(negatives)} others;\n  on the ${grouped(labelled.rows)} rows after, ${labelled.patterns} patterns. ` +
      `Proposed: ${printable(proposed.version)}\n\n`,
    table([
      ['transfers after', 'average precision', 'precision@100', 'precision@500', 'F1'],
      rankingRow('present pack', present),
      rankingRow('learnt pack', learnt),
    ]),
    '\n',
    table([
      ['alerts after', ...BUDGET_HEADS.slice(1)],
      ...present.budgets.map((budget) => budgetRow('present pack', budget)),
      ...learnt.budgets.map((budget) => budgetRow('learnt pack', budget)),
    ]),
    '\n',
    table([
      ['chance given', 'account-days', 'mean', 'came true'],
      ...reliability.map(({ from, to, examples, predicted, observed }): Row => [
        `${percent(from)} to ${percent(to)}`,
        grouped(examples),
        percent(predicted),
        percent(observed),
      ]),
    ]),
    '\n',
  ].join('');
}

/** A figure with what it may as well be: .47 (.41 to .53). */
const withInterval = (interval: Interval | null): string =>
  interval === null
    ? '–'
    : `${share(interval.value)} (${share(interval.low)} to ${share(interval.high)})`;

/** What a pack finds beside the first, for a terminal. */
export function comparisonTable(
  { name, budgets }: PackComparison,
  first: string,
  second: string,
): string {
  return [
    `\n${printable(name)}: ${printable(second)} beside ${printable(first)}; intervals of 95 %\n\n`,
    table([
      ['per pattern', 'gained', 'lost', 'recall, difference', 'precision before', 'after'],
      ...budgets.map((budget): Row => [
        String(budget.alertsPerPattern),
        grouped(budget.gained.length),
        grouped(budget.lost.length),
        withInterval(budget.patternRecall),
        withInterval(budget.alertPrecision[0]),
        withInterval(budget.alertPrecision[1]),
      ]),
    ]),
  ].join('');
}

/** One data set's figures, for a terminal. */
export function reportTable(report: DataSetReport): string {
  const { baselines, budgets } = report;
  const one = report.oneRowPatterns > 0 ? `, ${report.oneRowPatterns} more of one row` : '';
  return [
    `\n${printable(report.name)}: ${grouped(report.rows)} transfers, ${grouped(report.launderingRows)} of them laundering in ` +
      `${report.patterns} patterns (${report.visiblePatterns} structurally visible${one})\n\n`,
    table([
      ['transfers', 'average precision', 'precision@100', 'precision@500', 'F1'],
      rankingRow('Layerwatch', report),
      rankingRow('amount × pair novelty', baselines.amountTimesNovelty),
      rankingRow('one-hop rules', baselines.oneHopRules),
    ]),
    '\n',
    table([
      BUDGET_HEADS,
      ...budgets.map((budget) => budgetRow('Layerwatch', budget)),
      ...(baselines.oneHopRules.budgets ?? []).map((budget) => budgetRow('one-hop rules', budget)),
    ]),
    '\n',
    report.patterns > 0 ? `${table(typeRows(report))}\n` : '',
    labelledTables(report.labelled),
    seededTable(report),
    `\n  ${grouped(report.transfersPerSecond)} transfers/s · ${report.cpuMicrosPerTransfer} µs CPU a transfer · ` +
      `${grouped(report.rssMiB)} MiB, the lab's own tables included\n`,
  ].join('');
}
