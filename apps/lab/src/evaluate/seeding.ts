import { type IndicatorsRegistered } from '#contracts';
import { AppError, type EventTimeMs, type Indicator, walletKey } from '#domain';
import { type IndicatorLine, readIndicatorLines } from '../feed/indicator-source';
import { type AnswerKey } from './answer-key';
import { type DataSet } from './data-set';
import { type FeedLog, LAB_PROVIDER, type RowIndex } from './feed-log';
import { labToken } from './lab-row';

/** A known operation, as the lab judges by it. */
export interface SeededOperation {
  /** The name that the engine is given: it says nothing. */
  readonly id: string;
  /** When its first indicator became known. */
  readonly knownFromMs: EventTimeMs;
  /** Patterns that its indicators were taken from, by their place in the answer key. */
  readonly patterns: ReadonlySet<number>;
}

/** What is known of operations, and from when, as entries of the log. */
export interface Seeding {
  readonly operations: ReadonlyMap<string, SeededOperation>;
  /** When a pattern's first indicator became known. */
  readonly knownFromMs: ReadonlyMap<number, EventTimeMs>;
  /** Wallets that indicators of a pattern name, by their key. */
  readonly namedWallets: ReadonlyMap<number, ReadonlySet<string>>;
  /** The control entry that comes right before a row. */
  readonly before: ReadonlyMap<RowIndex, IndicatorsRegistered>;
}

/**
 * Reads a data set's indicators and lays them into its log: each right before the first row that occurred at or after
 * its `knownFrom`, so that the engine knows of it neither earlier nor later than the investigators did. One that the feed's
 * clock never reaches is never told.
 *
 * @returns null where the set has none
 * @throws AppError INVALID_INPUT naming the file and the line
 */
export async function readSeeding(
  set: DataSet,
  log: FeedLog,
  key: AnswerKey,
): Promise<Seeding | null> {
  const named = await readNamedIndicators(set);
  return named.length === 0 ? null : layIn(named, log, key);
}

/** An indicator under the name that the engine is given, with the line that told of it. */
export interface NamedIndicator {
  readonly indicator: Indicator;
  readonly line: IndicatorLine;
}

/**
 * A data set's indicators, in the order they become known. Operations are renamed in that order: no spelling of the data
 * set's author reaches the engine.
 *
 * @throws AppError INVALID_INPUT naming the file and the line
 */
export async function readNamedIndicators(set: DataSet): Promise<NamedIndicator[]> {
  if (set.indicatorsFile === null) return [];
  const called = `${set.called}: indicators.csv`;
  const lines = await readIndicatorLines(set.indicatorsFile, called);
  const sorted = [...lines].sort((a, b) => a.knownFromMs - b.knownFromMs || a.line - b.line);
  const renamed = new Map<string, string>();
  return sorted.map((line) => {
    const operationId = renamed.get(line.operationId) ?? `operation-${renamed.size + 1}`;
    renamed.set(line.operationId, operationId);
    const { type, knownFromMs } = line;
    return { line, indicator: { operationId, type, match: matchOf(line, called), knownFromMs } };
  });
}

function layIn(named: readonly NamedIndicator[], log: FeedLog, key: AnswerKey): Seeding {
  const placeOf = new Map(key.patterns.map(({ id }, pattern) => [id, pattern]));
  const operations = new Map<string, SeededOperation & { patterns: Set<number> }>();
  const knownFromMs = new Map<number, EventTimeMs>();
  const namedWallets = new Map<number, Set<string>>();
  for (const { line, indicator } of named) {
    const { operationId: id, match } = indicator;
    const operation = operations.get(id) ?? {
      id,
      knownFromMs: line.knownFromMs,
      patterns: new Set(),
    };
    operations.set(id, operation);
    const pattern = placeOf.get(line.patternId);
    if (pattern === undefined) continue;
    operation.patterns.add(pattern);
    if (!knownFromMs.has(pattern)) knownFromMs.set(pattern, line.knownFromMs);
    if (line.type !== 'wallet') continue;
    namedWallets.set(pattern, (namedWallets.get(pattern) ?? new Set()).add(match));
  }
  const queue = new IndicatorQueue(named.map(({ indicator }) => indicator));
  const before = new Map<RowIndex, IndicatorsRegistered>();
  for (let row = 0; row < log.size; row += 1) {
    const entry = queue.entryBefore(log, row);
    if (entry !== null) before.set(row, entry);
  }
  return { operations, knownFromMs, namedWallets, before };
}

function matchOf({ type, value, line }: IndicatorLine, called: string): string {
  if (type === 'wallet') return walletKey({ provider: LAB_PROVIDER, walletId: value });
  try {
    return labToken(type, value);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('INVALID_INPUT', `${called}: line ${line}, value ${error.message}`);
  }
}

/** Indicators in the order they become known, each told right before the first row that has reached its time. */
export class IndicatorQueue {
  private next = 0;

  constructor(private readonly indicators: readonly Indicator[]) {}

  /** What is to be told before a row; null where nothing is. Asked for the rows in their order. */
  entryBefore(log: FeedLog, row: RowIndex): IndicatorsRegistered | null {
    const from = this.next;
    while (this.indicators[this.next] && this.indicators[this.next]!.knownFromMs <= log.atMs(row)) {
      this.next += 1;
    }
    if (this.next === from) return null;
    return {
      kind: 'indicators.registered.v1',
      position: log.positionBefore(row),
      indicators: this.indicators.slice(from, this.next),
    };
  }
}
