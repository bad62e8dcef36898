import { AppError } from '#domain';

/** Makes a row of the cells of one line, as many as the header has; a `RefusedRow` where it cannot. */
export type CellsToRow = (cells: readonly string[]) => unknown;

/** In what form a sender writes its rows: in the contract's own words, or in its own by way of a mapping. */
export interface RowForm {
  /** What stands between the cells of CSV. */
  readonly delimiter: string;
  /** @throws AppError INVALID_INPUT where these columns cannot make rows: it names places, never what stands in them */
  openCsv(header: readonly string[]): CellsToRow;
  ofJson(value: unknown): unknown;
  /** @param path JSON pointer to a field of the contract @returns the sender's own columns for it, where they have other names */
  columnOf(path: string): string | undefined;
}

/** The most columns that a header may name. */
export const COLUMNS_MAX = 300;

/** @throws AppError INVALID_INPUT where a header has too many columns, or one twice */
export function checkHeader(header: readonly string[]): void {
  if (header.length > COLUMNS_MAX) {
    throw new AppError('INVALID_INPUT', `the first line names more than ${COLUMNS_MAX} columns`);
  }
  const seen = new Map<string, number>();
  for (const [at, name] of header.entries()) {
    const before = name === '' ? undefined : seen.get(name);
    if (before !== undefined) {
      throw new AppError(
        'INVALID_INPUT',
        `columns ${before + 1} and ${at + 1} of the first line have the same name`,
      );
    }
    seen.set(name, at);
  }
}
