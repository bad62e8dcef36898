import { formatEventTime } from '#domain';
import { type ProblemCount } from './feed-progress';
import { printable, printableLines } from '../printable';
import { type FeedState, grouped, progressLine, shareDone } from './progress-line';

/** What a feed came to, over all its runs. */
export interface FeedSummary {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly seconds: number;
  readonly transfersPerSecond: number;
  readonly problems: readonly ProblemCount[];
}

export interface RegisteredOperation {
  readonly operationId: string;
  readonly name: string;
  /** How many were registered with it this time. */
  readonly indicators: number;
}

/** Tells whoever waits how the feed goes: a person at a terminal, a log, or the process that forked this one. */
export interface Reporter {
  progress(state: FeedState): void;
  operation(operation: RegisteredOperation): void;
  /** An earlier run has sent so many rows. */
  resumed(rows: number): void;
  done(summary: FeedSummary): void;
  stopped(rows: number): void;
  failed(message: string): void;
}

/** Messages, or redraws, a second at most. */
const UPDATES_PER_SECOND_MAX = 10;
/** A log gets a line each tenth. */
const LINES_PER_FEED = 10;

class Throttle {
  private lastMs = Number.NEGATIVE_INFINITY;

  allows(nowMs: number): boolean {
    if (nowMs - this.lastMs < 1_000 / UPDATES_PER_SECOND_MAX) return false;
    this.lastMs = nowMs;
    return true;
  }
}

const atEnd = (state: FeedState): boolean => state.rows >= state.rowsTotal;

/** Speaks to the parent process; prints nothing. */
export class MessageReporter implements Reporter {
  private readonly throttle = new Throttle();

  constructor(private readonly send: (message: object) => void) {}

  progress(state: FeedState): void {
    if (!this.throttle.allows(performance.now()) && !atEnd(state)) return;
    const { rows, rowsTotal, accepted, duplicates, rejected, feedClockMs } = state;
    this.send({
      type: 'progress',
      ...{ rows, rowsTotal, accepted, duplicates, rejected },
      feedClock: feedClockMs === null ? null : formatEventTime(feedClockMs),
    });
  }

  operation(operation: RegisteredOperation): void {
    this.send({ type: 'operation', ...operation });
  }

  done(summary: FeedSummary): void {
    this.send({ type: 'done', ...summary });
  }

  resumed(): void {
    // The first progress message says the same.
  }

  stopped(): void {
    // The parent sent the signal, or is gone: there is nothing to tell.
  }

  failed(message: string): void {
    this.send({ type: 'failed', message });
  }
}

/** Speaks to a person: one line redrawn in a terminal, a line each tenth in a log. */
export class TextReporter implements Reporter {
  private readonly throttle = new Throttle();
  private lastTenth = -1;

  constructor(private readonly out: NodeJS.WriteStream) {}

  progress(state: FeedState): void {
    if (this.out.isTTY) {
      if (!this.throttle.allows(performance.now()) && !atEnd(state)) return;
      this.out.write(`\r\u001b[K${progressLine(state, this.out.columns)}`);
      return;
    }
    const tenth = Math.floor(shareDone(state) * LINES_PER_FEED);
    if (tenth === this.lastTenth) return;
    this.lastTenth = tenth;
    this.out.write(`${progressLine(state, Number.POSITIVE_INFINITY)}\n`);
  }

  operation({ name, indicators }: RegisteredOperation): void {
    this.line(`operation registered: ${name}, ${indicators} indicator${indicators > 1 ? 's' : ''}`);
  }

  done(summary: FeedSummary): void {
    const { accepted, duplicates, rejected, seconds, transfersPerSecond, problems } = summary;
    if (this.out.isTTY) this.out.write('\n');
    this.line(
      `accepted ${grouped(accepted)} · duplicates ${grouped(duplicates)} · rejected ${grouped(rejected)}` +
        ` · ${seconds.toFixed(1)} s · ${grouped(transfersPerSecond)} transfers/s`,
    );
    for (const { code, path, detail, count } of problems) {
      this.line(`  ${grouped(count)} × ${[code, path].filter(Boolean).join(' ')}: ${detail}`);
    }
  }

  resumed(rows: number): void {
    this.line(`an earlier run has sent ${grouped(rows)} rows; --again begins with the first`);
  }

  stopped(rows: number): void {
    if (this.out.isTTY) this.out.write('\n');
    this.line(`stopped after ${grouped(rows)} rows; the same command goes on from there`);
  }

  failed(message: string): void {
    if (this.out.isTTY) this.out.write('\n');
    process.stderr.write(`${printableLines(message)}\n`);
  }

  private line(text: string): void {
    this.out.write(`${this.out.isTTY ? '\r\u001b[K' : ''}${printable(text)}\n`);
  }
}
