import { AppError } from '#domain';
import { csvLines, lineOfRecord } from '../feed/csv-lines';
import { type DataSet } from './data-set';
import { type RowIndex } from './feed-log';

/** One laundering attempt. */
export interface Pattern {
  readonly id: string;
  readonly type: string;
  /** Its transfers, in the log's order. */
  readonly rows: readonly RowIndex[];
}

/** A pattern of fewer rows is no layering, and no alert of two transfers can be about it. */
export const PATTERN_ROWS_MIN = 2;

const COLUMNS = ['transferId', 'patternId', 'patternType'] as const;
const NO_PATTERNS: readonly number[] = [];

/** One line of labels.csv or lookalikes.csv, its transfer found. */
export interface Label {
  readonly row: RowIndex;
  readonly patternId: string;
  readonly patternType: string;
}

/**
 * What the set's author knows and the engine is never shown: which transfers launder, in which pattern, and which only look
 * like it.
 */
export class AnswerKey {
  readonly patterns: readonly Pattern[];
  private readonly patternsByRow = new Map<RowIndex, number[]>();
  private readonly lookalikes: ReadonlySet<RowIndex> | null;

  /** @param lookalikes null where the set labels none */
  constructor(labels: readonly Label[], lookalikes: readonly Label[] | null) {
    const rowsById = new Map<string, { type: string; rows: Set<RowIndex> }>();
    for (const { row, patternId, patternType } of labels) {
      const pattern = rowsById.get(patternId) ?? { type: patternType, rows: new Set() };
      pattern.rows.add(row);
      rowsById.set(patternId, pattern);
    }
    this.patterns = [...rowsById].map(([id, { type, rows }]) => ({
      id,
      type,
      rows: [...rows].sort((a, b) => a - b),
    }));
    this.patterns.forEach(({ rows }, pattern) => {
      for (const row of rows) {
        this.patternsByRow.set(row, [...(this.patternsByRow.get(row) ?? []), pattern]);
      }
    });
    this.lookalikes = lookalikes && new Set(lookalikes.map(({ row }) => row));
  }

  /** The patterns, by their place in {@link patterns}, that a transfer belongs to: none, or one; rarely more. */
  patternsOf(row: RowIndex): readonly number[] {
    return this.patternsByRow.get(row) ?? NO_PATTERNS;
  }

  isLaundering(row: RowIndex): boolean {
    return this.patternsByRow.has(row);
  }

  get launderingRows(): number {
    return this.patternsByRow.size;
  }

  get labelsLookalikes(): boolean {
    return this.lookalikes !== null;
  }

  isLookalike(row: RowIndex): boolean {
    return this.lookalikes?.has(row) ?? false;
  }

  isCounted(pattern: number): boolean {
    return this.patterns[pattern]!.rows.length >= PATTERN_ROWS_MIN;
  }

  /** What is known of the rows from one on: a pattern is what is left of it. */
  from(first: RowIndex): AnswerKey {
    const labels = this.patterns.flatMap(({ id, type, rows }) =>
      rows.filter((row) => row >= first).map((row) => ({ row, patternId: id, patternType: type })),
    );
    const lookalikes =
      this.lookalikes === null
        ? null
        : [...this.lookalikes]
            .filter((row) => row >= first)
            .map((row) => ({ row, patternId: '', patternType: '' }));
    return new AnswerKey(labels, lookalikes);
  }

  /** The patterns that count, by their place in {@link patterns}. */
  get counted(): number[] {
    return [...this.patterns.keys()].filter((pattern) => this.isCounted(pattern));
  }
}

/**
 * Reads what a data set's author knows of its transfers.
 *
 * @param rowOf the row of a transfer, by the data set's own id
 * @throws AppError INVALID_INPUT naming the file and the line
 */
export async function readAnswerKey(
  set: DataSet,
  rowOf: (transferId: string) => RowIndex | undefined,
): Promise<AnswerKey> {
  const labels = await readLabels(set.labelsFile, `${set.called}: labels.csv.gz`, rowOf);
  const lookalikes =
    set.lookalikesFile === null
      ? null
      : await readLabels(set.lookalikesFile, `${set.called}: lookalikes.csv.gz`, rowOf);
  return new AnswerKey(labels, lookalikes);
}

async function readLabels(
  path: string,
  called: string,
  rowOf: (transferId: string) => RowIndex | undefined,
): Promise<Label[]> {
  const labels: Label[] = [];
  const typeById = new Map<string, string>();
  let places: number[] | null = null;
  let record = 0;
  for await (const cells of csvLines(path, called)) {
    record += 1;
    if (places === null) {
      places = placesOf(cells, called);
      continue;
    }
    const [transferId, patternId, patternType] = places.map((place) => cells[place]!);
    const row = rowOf(transferId!);
    const knownType = typeById.get(patternId!);
    typeById.set(patternId!, patternType!);
    const reason =
      row === undefined
        ? 'names a transfer that transfers.csv.gz does not hold'
        : patternId === '' || patternType === ''
          ? 'lacks its patternId or patternType'
          : knownType !== undefined && knownType !== patternType
            ? 'gives its pattern another type than a line before'
            : null;
    if (reason !== null || row === undefined) {
      const line = await lineOfRecord(path, called, record);
      throw new AppError('INVALID_INPUT', `${called}: line ${line} ${reason ?? ''}`);
    }
    labels.push({ row, patternId: patternId!, patternType: patternType! });
  }
  if (places === null) throw new AppError('INVALID_INPUT', `${called}: the file is empty`);
  return labels;
}

function placesOf(header: readonly string[], called: string): number[] {
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new AppError('INVALID_INPUT', `${called}: missing column ${missing.join(', ')}`);
  }
  return COLUMNS.map((column) => header.indexOf(column));
}
