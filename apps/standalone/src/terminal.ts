import { type Paint, paintFor } from './render/paint';
import { colourIsUnwanted } from './terminal.config';

const ERASE_LINE = '\r\u001b[2K';

/**
 * The only writer to the terminal. A line in the making (a progress bar) stays the last one, is drawn again in place, and
 * gives way to whole lines; where output goes to a file or a pipe, there is none.
 */
export class Terminal {
  readonly paint: Paint;
  private unfinished: string | null = null;

  constructor(
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly err: NodeJS.WriteStream = process.stderr,
  ) {
    this.paint = paintFor(this.isTerminal && !colourIsUnwanted());
    // A reader that has gone away (`npm start | head`) is no reason to stop watching feeds.
    for (const stream of [out, err]) stream.on('error', () => undefined);
  }

  get isTerminal(): boolean {
    return this.out.isTTY;
  }

  line(text = ''): void {
    this.erase();
    this.out.write(`${text}\n`);
    this.draw();
  }

  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** What went wrong, and what to do: to standard error, on a line of its own. */
  problem(text: string): void {
    this.erase();
    this.err.write(`${text}\n`);
    this.draw();
  }

  /** Shows a line that is not finished, in place of the one before; null takes it away. */
  progress(text: string | null): void {
    this.erase();
    this.unfinished = text;
    this.draw();
  }

  private erase(): void {
    if (this.isTerminal && this.unfinished !== null) this.out.write(ERASE_LINE);
  }

  private draw(): void {
    if (!this.isTerminal || this.unfinished === null) return;
    // A line that wraps leaves its first part behind when it is drawn again.
    this.out.write(this.unfinished.slice(0, Math.max(0, this.out.columns - 1)));
  }
}
