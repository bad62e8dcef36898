import { isUtf8 } from 'node:buffer';
import { type Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { BodyReader, END, QUIET, stalled } from './body-reader';

/** A line of NDJSON that is no row at all. No JSON value is one, so it can stand among those that are. */
export class UnreadableLine {
  constructor(readonly detail: string) {}
}

export interface BatchLimits {
  readonly rowsMax: number;
  readonly lineBytesMax: number;
  /** A body that brings nothing for so long is given up. */
  readonly idleMs: number;
  /** Called several times a second while nothing comes. What it throws ends the reading. */
  readonly onQuiet: () => void;
}

/** A batch is handed on before it is full once it holds so many bytes: rows of the longest kind must not fill the memory. */
const BATCH_BYTES_MAX = 4 * 1_024 * 1_024;
/** Rows that came do not wait longer than this for others to fill their batch: a live feed may be a trickle. */
const FLUSH_MS = 250;

const LINE_FEED = 0x0a;
const TOO_LONG = Symbol('too long');

/** Cuts a body into lines; holds back the unfinished last one, up to a limit. */
class LineCutter {
  private parts: Buffer[] = [];
  private bytes = 0;
  private overlong = false;

  constructor(private readonly lineBytesMax: number) {}

  *cut(chunk: Buffer): Generator<Buffer | typeof TOO_LONG> {
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to >= 0; to = chunk.indexOf(LINE_FEED, from)) {
      this.hold(chunk.subarray(from, to));
      yield this.finish();
      from = to + 1;
    }
    this.hold(chunk.subarray(from));
  }

  /** The last line, which need not end with a line feed. */
  finish(): Buffer | typeof TOO_LONG {
    const line = this.overlong
      ? TOO_LONG
      : this.parts.length === 1
        ? this.parts[0]!
        : Buffer.concat(this.parts);
    this.parts = [];
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

const isBlank = (text: string): boolean => text.trim() === '';

/**
 * The rows of an NDJSON body in batches, as they come. Blank lines are none. Holds one batch, one chunk and one unfinished
 * line, however long the body; the next chunk is read when the batch before it has been dealt with.
 *
 * @throws AppError INVALID_INPUT where the body breaks off or stalls
 */
export async function* rowBatches(
  stream: Readable,
  limits: BatchLimits,
): AsyncGenerator<unknown[]> {
  const reader = new BodyReader(stream);
  const cutter = new LineCutter(limits.lineBytesMax);
  let rows: unknown[] = [];
  let bytes = 0;
  const take = (line: Buffer | typeof TOO_LONG): void => {
    const row = readLine(line, limits.lineBytesMax);
    if (row === undefined) return;
    rows.push(row);
    bytes += line === TOO_LONG ? 0 : line.length;
  };
  const isFull = (): boolean => rows.length >= limits.rowsMax || bytes >= BATCH_BYTES_MAX;
  const handOver = (): unknown[] => {
    const full = rows;
    rows = [];
    bytes = 0;
    return full;
  };
  for (let quietMs = 0; ;) {
    const chunk = await reader.next(FLUSH_MS);
    if (chunk === END) break;
    if (chunk === QUIET) {
      quietMs += FLUSH_MS;
      if (rows.length > 0) yield handOver();
      limits.onQuiet();
      if (quietMs >= limits.idleMs) throw stalled(limits.idleMs);
      continue;
    }
    quietMs = 0;
    for (const line of cutter.cut(chunk)) {
      take(line);
      if (!isFull()) continue;
      yield handOver();
      // Where nothing of a batch had to be stored, nobody else has had a turn meanwhile: a megabyte of bad lines that lies
      // ready took four seconds.
      await setImmediate();
    }
  }
  take(cutter.finish());
  if (rows.length > 0) yield handOver();
}

/** The row on a line; undefined where the line is blank. */
function readLine(line: Buffer | typeof TOO_LONG, lineBytesMax: number): unknown {
  if (line === TOO_LONG) {
    return new UnreadableLine(`the line is longer than ${lineBytesMax} bytes`);
  }
  if (!isUtf8(line)) return new UnreadableLine('the line is not UTF-8');
  const text = line.toString('utf8');
  if (isBlank(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return new UnreadableLine('the line is not JSON');
  }
}
