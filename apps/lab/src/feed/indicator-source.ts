import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  AppError,
  INDICATOR_TYPES,
  type EventTimeMs,
  type IndicatorType,
  MODI,
  type Modus,
  OPERATION_KINDS,
  type OperationKind,
  parseEventTime,
} from '#domain';
import { csvLines } from './csv-lines';

/** A mark that becomes known while the feed runs. */
export interface FeedIndicator {
  readonly operationId: string;
  readonly type: IndicatorType;
  readonly value: string;
  readonly knownFromMs: EventTimeMs;
}

/** An indicator as its line tells it, with the pattern that it was taken from. */
export interface IndicatorLine extends FeedIndicator {
  readonly line: number;
  /** Empty where the file does not say. */
  readonly patternId: string;
}

export interface FeedOperation {
  readonly name: string;
  readonly kind: OperationKind;
  readonly modus: Modus;
}

/** What is known of operations, and from when. */
export interface Intelligence {
  /** In the order they become known. */
  readonly indicators: readonly FeedIndicator[];
  readonly operation: (operationId: string) => FeedOperation;
}

export const NO_INTELLIGENCE: Intelligence = { indicators: [], operation: unnamed };

/** A file with more is not a list of indicators. */
const INDICATORS_MAX = 100_000;
const FLAG = '--indicators';
const REQUIRED_COLUMNS = ['walletId', 'operationId', 'knownFrom'] as const;
const COLUMNS: ReadonlySet<string> = new Set([...REQUIRED_COLUMNS, 'patternId', 'type', 'value']);

/** Data sets of others name no operations: the id is all there is. */
function unnamed(operationId: string): FeedOperation {
  return { name: operationId, kind: 'CALL_CENTRE', modus: 'OTHER' };
}

/**
 * Reads indicators.csv, and the operations' names from the dataset.json beside it where there is one.
 *
 * @throws AppError INVALID_INPUT naming the line and the column
 */
export async function readIntelligence(path: string): Promise<Intelligence> {
  const indicators: FeedIndicator[] = [];
  const seen = new Set<string>();
  for (const { operationId, type, value, knownFromMs } of await readIndicatorLines(path, FLAG)) {
    const key = `${operationId}\n${type}\n${value}`;
    if (!seen.has(key)) indicators.push({ operationId, type, value, knownFromMs });
    seen.add(key);
  }
  indicators.sort((a, b) => a.knownFromMs - b.knownFromMs);
  const named = await readOperations(join(dirname(path), 'dataset.json'));
  return { indicators, operation: (id) => named.get(id) ?? unnamed(id) };
}

/**
 * Every line of an indicators.csv, in the file's order.
 *
 * @param flag how errors name the file
 * @throws AppError INVALID_INPUT naming the line and the column
 */
export async function readIndicatorLines(path: string, flag: string): Promise<IndicatorLine[]> {
  const indicators: IndicatorLine[] = [];
  let header: string[] | null = null;
  let line = 0;
  for await (const cells of csvLines(path, flag)) {
    line += 1;
    if (header === null) {
      header = checkedHeader(cells, flag);
      continue;
    }
    if (line > INDICATORS_MAX) {
      throw new AppError('INVALID_INPUT', `${flag}: more than ${INDICATORS_MAX} indicators`);
    }
    indicators.push(readIndicator(header, cells, line, flag));
  }
  if (header === null) throw new AppError('INVALID_INPUT', `${flag}: the file is empty`);
  return indicators;
}

function checkedHeader(header: string[], flag: string): string[] {
  const missing = REQUIRED_COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new AppError('INVALID_INPUT', `${flag}: missing column ${missing.join(', ')}`);
  }
  const unknown = header.filter((column) => !COLUMNS.has(column));
  if (unknown.length > 0) {
    const named = unknown.map((column) => JSON.stringify(column)).join(', ');
    throw new AppError('INVALID_INPUT', `${flag}: unknown column ${named}`);
  }
  return header;
}

function readIndicator(
  header: readonly string[],
  cells: readonly string[],
  line: number,
  flag: string,
): IndicatorLine {
  const refuse = (column: string, reason: string): never => {
    throw new AppError('INVALID_INPUT', `${flag}: line ${line}, ${column} ${reason}`);
  };
  const cell = (column: string): string => cells[header.indexOf(column)] ?? '';
  const type = cell('type') || 'wallet';
  const known = INDICATOR_TYPES.find((name) => name === type);
  if (known === undefined) return refuse('type', `must be one of ${INDICATOR_TYPES.join(', ')}`);
  const value = cell('value') || (known === 'wallet' ? cell('walletId') : '');
  const operationId = cell('operationId');
  if (value === '') refuse(known === 'wallet' ? 'walletId' : 'value', 'is empty');
  if (operationId === '') refuse('operationId', 'is empty');
  try {
    const knownFromMs = parseEventTime(cell('knownFrom'));
    const patternId = cell('patternId');
    return { operationId, type: known, value, knownFromMs, patternId, line };
  } catch (error) {
    if (error instanceof AppError) return refuse('knownFrom', error.message);
    throw error;
  }
}

async function readOperations(path: string): Promise<ReadonlyMap<string, FeedOperation>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  let described: unknown;
  try {
    described = (JSON.parse(text) as { operations?: unknown }).operations ?? {};
  } catch {
    throw new AppError('INVALID_INPUT', `${FLAG}: the dataset.json beside the file is not JSON`);
  }
  const entries = Object.entries(described as Record<string, unknown>).map(([id, value]) => {
    const { name, kind, modus } = (value ?? {}) as Record<string, unknown>;
    const operation: FeedOperation = {
      name: typeof name === 'string' && name !== '' ? name : id,
      kind: OPERATION_KINDS.find((known) => known === kind) ?? 'CALL_CENTRE',
      modus: MODI.find((known) => known === modus) ?? 'OTHER',
    };
    return [id, operation] as const;
  });
  return new Map(entries);
}
