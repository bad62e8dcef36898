const LINE_FEED = 0x0a;
const EMPTY = Buffer.alloc(0);
/** Stands for a line that was passed over without being kept. */
export const TOO_LONG = Symbol('too long');

/** A line without its line feed. */
export type CutLine = Buffer | typeof TOO_LONG;

/** Cuts a body into lines; holds back the unfinished last one, up to a limit. */
export class LineCutter {
  private parts: Buffer[] = [];
  private bytes = 0;
  private overlong = false;

  constructor(private readonly lineBytesMax: number) {}

  *cut(chunk: Buffer): Generator<CutLine> {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      if (to > from) this.hold(chunk.subarray(from, to));
      yield this.finish();
      from = to + 1;
    }
    this.hold(chunk.subarray(from));
  }

  /** The last line, which need not end with a line feed. */
  finish(): CutLine {
    const line = this.overlong
      ? TOO_LONG
      : this.parts.length <= 1
        ? (this.parts[0] ?? EMPTY)
        : Buffer.concat(this.parts);
    if (this.bytes > 0) this.parts = [];
    this.bytes = 0;
    this.overlong = false;
    return line;
  }

  private hold(part: Buffer): void {
    this.bytes += part.length;
    if (this.bytes > this.lineBytesMax) {
      // The rest of the line is passed over without being kept.
      this.overlong = true;
      this.parts = [];
    } else if (part.length > 0) {
      this.parts.push(part);
    }
  }
}
