import { isUtf8 } from 'node:buffer';
import { type CutLine, TOO_LONG } from './line-cutter';
import { RefusedRow } from './refused-row';

/** Takes a row, and the number of the line that it begins on, from 1. */
export type RowSink = (row: unknown, line: number) => void;

/** Makes rows of lines, one line after the other. */
export interface LineReader {
  /** Whether what the lines to come mean is known: it is once a header was read, where there is one. */
  readonly isReady: boolean;
  /** The first of the lines that it holds back, since they may turn out to be one row with those to come; null where it holds none. */
  readonly heldFrom: number | null;
  /** @throws AppError INVALID_INPUT where the lines as a whole cannot be read; a bad row is a `RefusedRow` in its place */
  read(line: CutLine, number: number, sink: RowSink): void;
  /** After the last line. @throws AppError INVALID_INPUT where what is needed never came */
  end(sink: RowSink): void;
}

/** The text of a line, or why it has none. */
export function lineText(line: CutLine, lineBytesMax: number): string | RefusedRow {
  if (line === TOO_LONG) return RefusedRow.whole(`the line is longer than ${lineBytesMax} bytes`);
  if (line.length === 0) return '';
  if (!isUtf8(line)) return RefusedRow.whole('the line is not UTF-8');
  return line.toString('utf8');
}

export const isBlank = (text: string): boolean => text.trim() === '';

/** Reads NDJSON: each line is a row, blank ones are none. */
export class JsonLines implements LineReader {
  readonly isReady = true;
  readonly heldFrom = null;

  constructor(
    private readonly lineBytesMax: number,
    private readonly ofJson: (value: unknown) => unknown,
  ) {}

  read(line: CutLine, number: number, sink: RowSink): void {
    const text = lineText(line, this.lineBytesMax);
    if (typeof text !== 'string') sink(text, number);
    else if (!isBlank(text)) sink(this.parse(text), number);
  }

  end(): void {
    // Each line is a whole row.
  }

  private parse(text: string): unknown {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return RefusedRow.whole('the line is not JSON').asItCame(text);
    }
    const row = this.ofJson(value);
    return row instanceof RefusedRow ? row.asItCame(text) : row;
  }
}
