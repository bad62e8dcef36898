import { AppError } from '#domain';
import { RefusedRow } from '../refused-row';
import { type CellsToRow, checkHeader, type RowForm } from '../row-form';
import { idIn } from '../row-reading';
import { placeOf, pointerTo, writeField, type WrittenRow } from '../row-writer';
import { instantReader } from './local-instant';
import { type FieldMapping, type MappingDocument } from './mapping-document';
import { kindOf, TARGET_PATHS } from './read-mapping';
import { amountReader } from './written-amount';

/** Makes a field's text of the texts of its columns, those that are there. */
type ReadField = (text: string, currency: string) => { text: string } | { fault: string };

/** A field of the contract, and how its text comes about. */
interface MappedField {
  readonly path: string;
  readonly place: ReturnType<typeof placeOf>;
  readonly columns: readonly string[];
  readonly constant: string | undefined;
  readonly trim: boolean;
  readonly read: ReadField;
}

/** The text in one of the sender's columns; undefined where it is empty. */
type Look = (column: string) => string | undefined | { fault: string };

/** A parser of JSON has rounded what has more digits. */
const EXACT_DIGITS_MAX = 15;

/** Rows in a provider's own columns, read by its mapping. */
export class MappedForm implements RowForm {
  readonly delimiter: string;
  private readonly fields: readonly MappedField[];
  private readonly columnByPointer: ReadonlyMap<string, string>;

  /** @param document that `readMapping` found good */
  constructor(document: MappingDocument) {
    this.delimiter = document.delimiter ?? ',';
    this.fields = TARGET_PATHS.flatMap((path) => {
      const field = document.fields[path];
      return field === undefined ? [] : [mappedField(path, field)];
    });
    this.columnByPointer = new Map(
      this.fields.map(({ path, columns }) => [pointerTo(path), columns.join(', ')]),
    );
  }

  openCsv(header: readonly string[]): CellsToRow {
    checkHeader(header);
    const places = new Map(header.map((name, at) => [name, at]));
    for (const { path, columns } of this.fields) {
      if (columns.every((column) => places.has(column))) continue;
      throw new AppError(
        'INVALID_INPUT',
        `the first line lacks a column that the mapping names in /fields/${path}/from`,
      );
    }
    return (cells) =>
      this.map((column) => {
        const at = places.get(column);
        return at === undefined ? undefined : cells[at];
      });
  }

  ofJson(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return RefusedRow.whole('must be an object');
    }
    return this.map((column) => textAt(value as Readonly<Record<string, unknown>>, column));
  }

  columnOf(path: string): string | undefined {
    const columns = this.columnByPointer.get(path);
    return columns === '' ? undefined : columns;
  }

  private map(look: Look): WrittenRow | RefusedRow {
    const row: WrittenRow = {};
    const currency = this.currencyOf(look);
    for (const field of this.fields) {
      const read = fieldText(field, look, currency);
      if (read === undefined) continue;
      if (typeof read === 'string') {
        writeField(row, field.place, read);
        continue;
      }
      const path = pointerTo(field.path);
      const column = this.columnOf(path);
      return new RefusedRow(
        {
          code: 'INVALID_INPUT',
          path,
          detail: read.fault,
          ...(column === undefined ? {} : { column }),
        },
        idIn(row, 'transferId'),
      );
    }
    // Theirs are the fields that a row must have: it is refused for what it lacks in them, not for them.
    row.debtor ??= {};
    row.creditor ??= {};
    return row;
  }

  /** As far as it can be told: what minor units are goes by it. */
  private currencyOf(look: Look): string {
    const field = this.fields.find(({ path }) => path === 'currency');
    const read = field === undefined ? undefined : fieldText(field, look, '');
    return typeof read === 'string' ? read : '';
  }
}

function mappedField(path: string, mapping: FieldMapping): MappedField {
  const { from = [], constant, trim = false } = mapping;
  const columns = typeof from === 'string' ? [from] : from;
  return { path, place: placeOf(path), columns, constant, trim, read: fieldReader(path, mapping) };
}

function fieldReader(path: string, mapping: FieldMapping): ReadField {
  const { values, otherwise, format, timeZone } = mapping;
  switch (kindOf(path)) {
    case 'AMOUNT': {
      const read = amountReader(mapping);
      return (text, currency) => {
        const result = read(text, currency);
        return 'fault' in result ? result : { text: result.amount };
      };
    }
    case 'INSTANT': {
      if (format === undefined) return (text) => ({ text });
      const read = instantReader(format, timeZone);
      return (text) => {
        const result = read(text);
        return 'fault' in result ? result : { text: result.instant };
      };
    }
    case 'TEXT': {
      if (values === undefined) return (text) => ({ text });
      const words = new Map(Object.entries(values));
      return (text) => {
        const word = words.get(text) ?? otherwise;
        return word === undefined
          ? { fault: 'is no value that the mapping names' }
          : { text: word };
      };
    }
  }
}

/** @returns undefined where its columns are empty: the field is left out */
function fieldText(
  { columns, constant, trim, read }: MappedField,
  look: Look,
  currency: string,
): string | undefined | { fault: string } {
  if (constant !== undefined) return constant;
  let joined = '';
  for (const column of columns) {
    const found = look(column);
    if (typeof found === 'object') return found;
    const text = trim ? found?.trim() : found;
    if (text === undefined || text === '') continue;
    joined = joined === '' ? text : `${joined} ${text}`;
  }
  if (joined === '') return undefined;
  const result = read(joined, currency);
  return 'fault' in result ? result : result.text;
}

/** The text at a path of a row of JSON, whether the row is flat or not. */
function textAt(row: Readonly<Record<string, unknown>>, path: string): ReturnType<Look> {
  let value: unknown = row;
  if (Object.hasOwn(row, path)) value = row[path];
  else {
    for (const part of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
        return undefined;
      }
      value = (value as Readonly<Record<string, unknown>>)[part];
    }
  }
  if (value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number') return { fault: 'must be text or a number' };
  const text = String(value);
  return text.includes('e') || text.replace(/\D/g, '').replace(/^0+/, '').length > EXACT_DIGITS_MAX
    ? { fault: 'is a number with more digits than are read exactly: send it as text' }
    : text;
}
