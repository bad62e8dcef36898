import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '#domain';
import { type CutLine } from './line-cutter';
import { isBlank, type LineReader, lineText, type RowSink } from './line-reader';
import { RefusedRow } from './refused-row';
import { type CellsToRow, type RowForm } from './row-form';

/** A cell with line breaks may go over so many lines; so a quote that is never closed costs the row that opens it, and no other. */
const ROW_LINES_MAX = 20;
const BYTE_ORDER_MARK = '\ufeff';
const NEVER_CLOSED = 'the row opens a quote that is never closed';

/** What can be wrong with a row, without its text: it may hold somebody's name. */
const REASON_BY_CODE: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: NEVER_CLOSED,
  CSV_INVALID_CLOSING_QUOTE: 'the row has text after a closing quote',
  INVALID_OPENING_QUOTE: 'the row has a quote inside an unquoted cell',
};

interface HeldLine {
  readonly text: string;
  readonly number: number;
}

const hasOpenQuote = (text: string): boolean => {
  let open = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) open = !open;
  return open;
};

/**
 * Reads CSV (RFC 4180) of which the first line names the columns. Blank lines are none. A row is refused by itself; what makes the rest
 * unreadable, a header that is none, ends the reading.
 */
export class CsvLines implements LineReader {
  private toRow: CellsToRow | null = null;
  private columns = 0;
  private held: HeldLine[] = [];
  private heldLength = 0;

  constructor(
    private readonly lineBytesMax: number,
    private readonly form: RowForm,
  ) {}

  get isReady(): boolean {
    return this.toRow !== null;
  }

  get heldFrom(): number | null {
    return this.held[0]?.number ?? null;
  }

  read(line: CutLine, number: number, sink: RowSink): void {
    const text = lineText(line, this.lineBytesMax);
    if (typeof text === 'string') {
      this.take({ text, number }, sink);
      return;
    }
    if (this.toRow === null) throw noHeader();
    this.end(sink);
    sink(text, number);
  }

  end(sink: RowSink): void {
    if (this.toRow === null) throw noHeader();
    // Each turn takes the first of them away.
    while (this.held.length > 0) this.giveUpFirst(sink);
  }

  private take(line: HeldLine, sink: RowSink): void {
    if (this.held.length > 0) {
      this.hold(line, sink);
    } else if (this.toRow === null) {
      this.begin(line);
    } else if (!isBlank(line.text)) {
      if (hasOpenQuote(line.text)) this.hold(line, sink);
      else sink(this.rowOf(line.text, this.toRow), line.number);
    }
  }

  private begin({ text }: HeldLine): void {
    const line = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    if (isBlank(line)) return;
    const cells = hasOpenQuote(line) ? RefusedRow.whole(NEVER_CLOSED) : this.cellsOf(line);
    if (cells instanceof RefusedRow) throw noHeader();
    this.toRow = this.form.openCsv(cells.map((cell) => cell.trim()));
    this.columns = cells.length;
  }

  /** Holds a line that opens a quote, and those after it, until one closes it. */
  private hold(line: HeldLine, sink: RowSink): void {
    this.held.push(line);
    this.heldLength += line.text.length;
    if (this.held.length > 1 && hasOpenQuote(line.text)) {
      const cells = this.cellsOf(this.held.map(({ text }) => text).join('\n'));
      if (cells instanceof RefusedRow || cells.length !== this.columns) {
        this.giveUpFirst(sink);
      } else {
        const [first] = this.letGo();
        const row = this.toRow!(cells);
        sink(row instanceof RefusedRow ? row.asItCame(first!.text) : row, first!.number);
      }
    } else if (this.held.length >= ROW_LINES_MAX || this.heldLength > this.lineBytesMax) {
      this.giveUpFirst(sink);
    }
  }

  /** The first of the lines held is no row; those after it are read by themselves. */
  private giveUpFirst(sink: RowSink): void {
    const [first, ...others] = this.letGo();
    const cells = this.cellsOf(first!.text);
    const refused = cells instanceof RefusedRow ? cells : RefusedRow.whole(NEVER_CLOSED);
    sink(refused.asItCame(first!.text), first!.number);
    for (const line of others) this.take(line, sink);
  }

  private letGo(): HeldLine[] {
    const lines = this.held;
    this.held = [];
    this.heldLength = 0;
    return lines;
  }

  private rowOf(text: string, toRow: CellsToRow): unknown {
    const cells = this.cellsOf(text);
    if (cells instanceof RefusedRow) return cells.asItCame(text);
    const row =
      cells.length === this.columns
        ? toRow(cells)
        : RefusedRow.whole('the row has another number of columns than the first line');
    return row instanceof RefusedRow ? row.asItCame(text) : row;
  }

  private cellsOf(row: string): string[] | RefusedRow {
    const text = row.endsWith('\r') ? row.slice(0, -1) : row;
    const { delimiter } = this.form;
    // Nearly every line; the parser has to be made anew for each row.
    if (!text.includes('"')) return text.split(delimiter);
    try {
      const options = { delimiter, record_delimiter: '\n', relax_column_count: true };
      const records = parse(text, options);
      return records.length === 1 ? records[0]! : RefusedRow.whole(NEVER_CLOSED);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      return RefusedRow.whole(REASON_BY_CODE[error.code] ?? 'the row is not CSV');
    }
  }
}

const noHeader = (): AppError =>
  new AppError('INVALID_INPUT', 'the first line must name the columns, on one line in UTF-8');
