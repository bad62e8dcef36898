import { type Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { BodyReader, END, QUIET, stalled } from './body-reader';
import { LineCutter } from './line-cutter';
import { type LineReader } from './line-reader';

/** Rows as they came, and what their places in the body are. */
export interface RowBatch {
  readonly rows: readonly unknown[];
  /** The line on which each row begins, from 1. */
  readonly lines: readonly number[];
  /** All lines before and with this one are in this batch and those before it. */
  readonly upToLine: number;
}

export interface BatchLimits {
  readonly rowsMax: number;
  readonly lineBytesMax: number;
  /** A body that brings nothing for so long is given up. */
  readonly idleMs: number;
  /** Called several times a second while nothing comes. What it throws ends the reading. */
  readonly onQuiet: () => void;
  /** So many lines were dealt with before, and are passed over. */
  readonly afterLine?: number;
}

/** A batch is handed on before it is full once it holds so many bytes: rows of the longest kind must not fill the memory. */
const BATCH_BYTES_MAX = 4 * 1_024 * 1_024;
/** Rows that came do not wait longer than this for others to fill their batch: a live feed may be a trickle. */
const FLUSH_MS = 250;

/** Gathers the rows of a body's lines. */
class BatchInHand {
  private rows: unknown[] = [];
  private lines: number[] = [];
  private bytes = 0;
  private line = 0;

  constructor(
    private readonly reader: LineReader,
    private readonly limits: BatchLimits,
  ) {}

  readonly sink = (row: unknown, line: number): void => {
    this.rows.push(row);
    this.lines.push(line);
  };

  take(line: Parameters<LineReader['read']>[0]): void {
    this.line += 1;
    const wasDealtWith = this.line <= (this.limits.afterLine ?? 0);
    if (wasDealtWith && this.reader.isReady) return;
    this.reader.read(line, this.line, this.sink);
    this.bytes += typeof line === 'symbol' ? 0 : line.length;
  }

  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  get isFull(): boolean {
    return this.rows.length >= this.limits.rowsMax || this.bytes >= BATCH_BYTES_MAX;
  }

  handOver(): RowBatch {
    const { rows, lines } = this;
    // Lines that are held back are of no row yet.
    const upToLine = (this.reader.heldFrom ?? this.line + 1) - 1;
    this.rows = [];
    this.lines = [];
    this.bytes = 0;
    return { rows, lines, upToLine };
  }
}

/**
 * The rows of a body in batches, as they come. Holds one batch, one chunk and the lines that may still become a row, however long the body;
 * the next chunk is read when the batch before it has been dealt with. A batch may be over its rows by those few held lines.
 *
 * @throws AppError INVALID_INPUT where the body breaks off, stalls, or cannot be read as a whole
 */
export async function* rowBatches(
  stream: Readable,
  reader: LineReader,
  limits: BatchLimits,
): AsyncGenerator<RowBatch> {
  const body = new BodyReader(stream);
  const cutter = new LineCutter(limits.lineBytesMax);
  const batch = new BatchInHand(reader, limits);
  for (let quietMs = 0; ;) {
    const chunk = await body.next(FLUSH_MS);
    if (chunk === END) break;
    if (chunk === QUIET) {
      quietMs += FLUSH_MS;
      if (!batch.isEmpty) yield batch.handOver();
      limits.onQuiet();
      if (quietMs >= limits.idleMs) throw stalled(limits.idleMs);
      continue;
    }
    quietMs = 0;
    for (const line of cutter.cut(chunk)) {
      batch.take(line);
      if (!batch.isFull) continue;
      yield batch.handOver();
      // Where nothing of a batch had to be stored, nobody else has had a turn meanwhile: a megabyte of bad lines that lies
      // ready took four seconds.
      await setImmediate();
    }
  }
  batch.take(cutter.finish());
  reader.end(batch.sink);
  if (!batch.isEmpty) yield batch.handOver();
}
