import { rowPaths, TRANSFER_ROW_SCHEMA } from '#contracts';
import { AppError } from '#domain';
import { shapeRefusal } from '../row-reading';
import { refusal } from '../row-refusal';
import { instantFault } from './local-instant';
import { type FieldMapping, hasMappingShape, type MappingDocument } from './mapping-document';

/** What kind of thing a field holds, and so how it may be written elsewhere. */
export type FieldKind = 'INSTANT' | 'AMOUNT' | 'TEXT';

/** Without these every row would be refused. */
const REQUIRED = [
  ...['transferId', 'occurredAt', 'type', 'amount', 'currency'],
  ...['debtor.walletId', 'creditor.walletId'],
];
const INSTANTS: Readonly<Record<string, 'minute' | 'day'>> = {
  occurredAt: 'minute',
  'debtor.openedAt': 'day',
  'creditor.openedAt': 'day',
};
const AMOUNTS: ReadonlySet<string> = new Set(['amount', 'balanceAfter']);
/** Options that only one kind of field has. */
const KIND_OF_OPTION: Readonly<Partial<Record<keyof FieldMapping, FieldKind>>> = {
  ...{ format: 'INSTANT', timeZone: 'INSTANT' },
  ...{ decimal: 'AMOUNT', grouping: 'AMOUNT', unit: 'AMOUNT' },
  ...{ values: 'TEXT', otherwise: 'TEXT' },
};

/** In the order of the contract. */
export const TARGET_PATHS: readonly string[] = rowPaths(TRANSFER_ROW_SCHEMA);

export const kindOf = (path: string): FieldKind =>
  Object.hasOwn(INSTANTS, path) ? 'INSTANT' : AMOUNTS.has(path) ? 'AMOUNT' : 'TEXT';

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly enum?: readonly (string | null)[];
}

/** The words that a field may hold; undefined where it is free. */
function wordsOf(path: string): readonly string[] | undefined {
  let node: SchemaNode | undefined = TRANSFER_ROW_SCHEMA as SchemaNode;
  for (const part of path.split('.')) node = node?.properties?.[part];
  return node?.enum?.filter((word) => word !== null);
}

/**
 * Reads a mapping document.
 *
 * @throws AppError INVALID_INPUT with one problem, whose path is the document's; no value of it is repeated
 */
export function readMapping(value: unknown): MappingDocument {
  if (!hasMappingShape(value)) throw told(shapeRefusal(hasMappingShape.errors?.[0], 'a mapping'));
  for (const [path, field] of Object.entries(value.fields)) {
    if (!TARGET_PATHS.includes(path)) {
      throw told(refusal(pointer(path), 'is no field of a transfer, such as creditor.kind'));
    }
    checkField(path, field);
  }
  for (const path of REQUIRED) {
    if (!Object.hasOwn(value.fields, path)) throw told(refusal(pointer(path), 'is required'));
  }
  return value;
}

/** What a program would call a field, or a code; anything else in the document's keys may be somebody's name, and is not repeated. */
const KEY = /^[\w.~-]{1,64}$/;
const NOT_REPEATED = '…';

const shownPath = (path: string): string =>
  path
    .split('/')
    .map((key) => (key === '' || KEY.test(key) ? key : NOT_REPEATED))
    .join('/');

const told = ({ problems }: AppError): AppError =>
  new AppError(
    'INVALID_INPUT',
    'this is no mapping that could be kept: see problems',
    problems.map((problem) => ({ ...problem, path: shownPath(problem.path) })),
  );

const pointer = (...parts: string[]): string =>
  ['/fields', ...parts.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');

function checkField(path: string, field: FieldMapping): void {
  const wrong = (detail: string, ...parts: string[]): AppError =>
    told(refusal(pointer(path, ...parts), detail));
  if ((field.from === undefined) === (field.constant === undefined)) {
    throw wrong('must have either from or constant');
  }
  const kind = kindOf(path);
  for (const option of Object.keys(field) as (keyof FieldMapping)[]) {
    const of = KIND_OF_OPTION[option];
    const isMisplaced = of !== undefined && of !== kind;
    if (isMisplaced) throw wrong('is not for a field of this kind', option);
    if (field.constant !== undefined && option !== 'constant') {
      throw wrong('has no meaning beside constant', option);
    }
  }
  const { otherwise, values, format, timeZone, grouping, decimal = '.' } = field;
  if (otherwise !== undefined && values === undefined) {
    throw wrong('has no meaning without values', 'otherwise');
  }
  if (grouping === decimal) throw wrong('must differ from decimal', 'grouping');
  if (timeZone !== undefined && format === undefined) {
    throw wrong('has no meaning without format', 'timeZone');
  }
  if (format !== undefined) {
    const fault = instantFault(format, timeZone, INSTANTS[path]!);
    if (fault !== null) throw wrong(fault.detail, fault.key);
  }
  checkWords(path, field, wrong);
}

/** A word of the document that no row may have would refuse every row it is in. */
function checkWords(
  path: string,
  { constant, otherwise, values = {} }: FieldMapping,
  wrong: (detail: string, ...parts: string[]) => AppError,
): void {
  const words = wordsOf(path);
  if (words === undefined) return;
  const check = (word: string | undefined, ...parts: string[]): void => {
    if (word === undefined || words.includes(word)) return;
    throw wrong(`must be one of ${words.join(', ')}`, ...parts);
  };
  check(constant, 'constant');
  check(otherwise, 'otherwise');
  for (const [theirs, ours] of Object.entries(values)) check(ours, 'values', theirs);
}
