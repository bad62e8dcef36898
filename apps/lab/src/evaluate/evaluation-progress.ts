import { type EventTimeMs } from '#domain';
import { progressLine, shareDone } from '../feed/progress-line';
import { printable } from '../printable';

/** Redraws a second at most, in a terminal. */
const UPDATES_PER_SECOND_MAX = 10;

/** Where the progress is written: standard error, so that standard output holds the table and nothing else. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Tells a person how far an evaluation is: one line redrawn in a terminal, a line a run in a log. */
export class EvaluationProgress {
  private name = '';
  private run = '';
  private startedMs = 0;
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly out: ProgressOutput) {}

  begin(name: string): void {
    this.name = printable(name);
    this.run = '';
  }

  /** @param atMs the event time that the run has reached */
  rows(run: string, rows: number, rowsTotal: number, atMs: EventTimeMs): void {
    const nowMs = performance.now();
    if (run !== this.run) {
      this.run = run;
      this.startedMs = nowMs;
      this.lastMs = Number.NEGATIVE_INFINITY;
    }
    const atEnd = rows >= rowsTotal;
    if (!atEnd && (!this.out.isTTY || nowMs - this.lastMs < 1_000 / UPDATES_PER_SECOND_MAX)) return;
    this.lastMs = nowMs;
    const seconds = (nowMs - this.startedMs) / 1_000;
    const state = {
      ...{ rows, rowsTotal, accepted: 0, duplicates: 0, rejected: 0 },
      feedClockMs: atMs,
      rowsPerSecond: seconds > 0 ? rows / seconds : 0,
    };
    const head = `${this.name}, ${run}  `;
    if (!this.out.isTTY) {
      this.out.write(`${head}${progressLine(state, Number.POSITIVE_INFINITY)}\n`);
      return;
    }
    const columns = (this.out.columns ?? 80) - head.length;
    const end = shareDone(state) === 1 ? '\n' : '';
    this.out.write(`\r\u001b[K${head}${progressLine(state, columns)}${end}`);
  }

  notice(text: string): void {
    this.out.write(`${this.out.isTTY ? '\r\u001b[K' : ''}${printable(text)}\n`);
  }
}
