import { rowPaths } from '#contracts';
import { AppError } from '#domain';
import { type CellsToRow, checkHeader, type RowForm } from './row-form';
import { placeOf, writeField, type WrittenRow } from './row-writer';

/** Rows as the contract has them. Columns of CSV are named by the paths of its fields; an empty cell is a field left out. */
export class ContractForm implements RowForm {
  readonly delimiter = ',';
  private readonly paths: ReadonlySet<string>;

  /**
   * @param schemas of all kinds of row
   * @param required columns without which every row would be refused
   */
  constructor(
    schemas: readonly object[],
    private readonly required: readonly string[],
  ) {
    this.paths = new Set(schemas.flatMap(rowPaths));
  }

  openCsv(header: readonly string[]): CellsToRow {
    checkHeader(header);
    for (const [at, name] of header.entries()) {
      if (this.paths.has(name)) continue;
      // A first line that is none may hold persons: it is not repeated.
      throw new AppError(
        'INVALID_INPUT',
        `column ${at + 1} of the first line is no field; columns are named by their paths, such as creditor.kind`,
      );
    }
    const missing = this.required.filter((path) => !header.includes(path));
    if (missing.length > 0) {
      throw new AppError('INVALID_INPUT', `the first line lacks ${missing.join(', ')}`);
    }
    const places = header.map(placeOf);
    return (cells) => {
      const row: WrittenRow = {};
      for (const [at, place] of places.entries()) {
        const cell = cells[at]!;
        if (cell !== '') writeField(row, place, cell);
      }
      return row;
    };
  }

  ofJson(value: unknown): unknown {
    return value;
  }

  columnOf(): undefined {
    return undefined;
  }
}
