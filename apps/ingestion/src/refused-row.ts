import { type Problem } from '#domain';

/** What is wrong with a row, and in which of the sender's own columns, where those are known. */
export interface RowFault extends Problem {
  readonly column?: string;
}

/** A row that was refused before its fields were looked at. No JSON value is one, so it can stand among those that are. */
export class RefusedRow {
  /**
   * @param id of the row, as far as it has one
   * @param raw as it came; null where nobody kept it
   */
  constructor(
    readonly fault: RowFault,
    readonly id: string | null = null,
    readonly raw: string | null = null,
  ) {}

  /** A row that is none at all. */
  static whole(detail: string): RefusedRow {
    return new RefusedRow({ code: 'INVALID_INPUT', path: '', detail });
  }

  /** With the row as it came; null where that cannot be said. */
  asItCame(raw: string | null): RefusedRow {
    return new RefusedRow(this.fault, this.id, raw);
  }
}

/** A value of JSON as text; null where it is nested too deep to be written again, though it could be read. */
export function jsonText(value: unknown): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}
