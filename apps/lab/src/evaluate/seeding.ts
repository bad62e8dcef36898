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
  if (set.indicatorsFile === null) return null;
  const called = `${set.called}: indicators.csv`;
  const lines = await readIndicatorLines(set.indicatorsFile, called);
  return lines.length === 0 ? null : layIn(lines, called, log, key);
}

function layIn(
  lines: readonly IndicatorLine[],
  called: string,
  log: FeedLog,
  key: AnswerKey,
): Seeding {
  const sorted = [...lines].sort((a, b) => a.knownFromMs - b.knownFromMs || a.line - b.line);
  const placeOf = new Map(key.patterns.map(({ id }, pattern) => [id, pattern]));
  const renamed = new Map<string, string>();
  const operations = new Map<string, SeededOperation & { patterns: Set<number> }>();
  const knownFromMs = new Map<number, EventTimeMs>();
  const namedWallets = new Map<number, Set<string>>();
  const indicators: Indicator[] = [];
  for (const line of sorted) {
    const id = renamed.get(line.operationId) ?? `operation-${renamed.size + 1}`;
    renamed.set(line.operationId, id);
    const match = matchOf(line, called);
    indicators.push({ operationId: id, type: line.type, match, knownFromMs: line.knownFromMs });
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
  return { operations, knownFromMs, namedWallets, before: controlEntries(indicators, log) };
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

function controlEntries(
  indicators: readonly Indicator[],
  log: FeedLog,
): Map<RowIndex, IndicatorsRegistered> {
  const entries = new Map<RowIndex, IndicatorsRegistered>();
  let next = 0;
  for (let row = 0; row < log.size && next < indicators.length; row += 1) {
    const from = next;
    while (next < indicators.length && indicators[next]!.knownFromMs <= log.atMs(row)) next += 1;
    if (next === from) continue;
    entries.set(row, {
      kind: 'indicators.registered.v1',
      position: log.positionBefore(row),
      indicators: indicators.slice(from, next),
    });
  }
  return entries;
}
