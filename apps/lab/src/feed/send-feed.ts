import { setTimeout as sleep } from 'node:timers/promises';
import { ROWS_MAX, type TransfersAnswer } from '#contracts';
import { AppError, formatEventTime, SECOND_MS } from '#domain';
import { type ApiClient } from './api-client';
import { type FeedProgress } from './feed-progress';
import { type FeedSource } from './feed-source';
import { feedSteps, readAhead, type RowBatch } from './feed-steps';
import { type FeedIndicator, type Intelligence } from './indicator-source';
import { type Reporter, type FeedSummary } from './reporter';

/** With a set pace, so many batches are sent a second, so that rows come evenly. */
const PACED_BATCHES_PER_SECOND = 5;
/** Indicators of one operation in one request. */
const INDICATORS_PER_POST = 100;

export interface SendFeedOptions {
  readonly source: FeedSource;
  readonly intelligence: Intelligence;
  /** Whose wallets the indicators name. */
  readonly provider: string;
  /** Transfers a second; 0 is as fast as they are taken. */
  readonly rate: number;
}

/**
 * Posts a feed in file order, one batch at a time, and registers each indicator when the feed's clock reaches it.
 *
 * Whatever is answered is written down, so that a later run goes on from there. A row or an operation that is sent twice
 * changes nothing, so a crash between the answer and the note does no harm.
 */
export class SendFeed {
  private startedMs = 0;
  private rowsThisRun = 0;

  constructor(
    private readonly options: SendFeedOptions,
    private readonly progress: FeedProgress,
    private readonly ingestion: ApiClient,
    private readonly caseReferral: ApiClient,
    private readonly reporter: Reporter,
    private readonly stop: AbortSignal,
  ) {}

  /**
   * @returns true once every row has been answered; false where the program was told to stop before
   * @throws AppError UNAVAILABLE where a service is not to be had (the same command goes on from there); otherwise the
   *   service's refusal, or INVALID_INPUT for a malformed line
   */
  async run(): Promise<boolean> {
    this.startedMs = performance.now();
    try {
      const finished = (await this.checkMemory()) && (await this.sendRows());
      if (finished) this.progress.markDone();
      return finished;
    } finally {
      // A run that only finds everything sent already says nothing about speed.
      if (this.rowsThisRun > 0) this.progress.addElapsed(performance.now() - this.startedMs);
      await this.progress.save(performance.now());
      this.report();
    }
  }

  summary(): FeedSummary {
    const { rows, accepted, duplicates, rejected, elapsedMs, problems } = this.progress.state;
    const seconds = elapsedMs / SECOND_MS;
    const transfersPerSecond = seconds > 0 ? Math.round(rows / seconds) : 0;
    return { accepted, duplicates, rejected, seconds, transfersPerSecond, problems };
  }

  /**
   * The note says how far an earlier run came, but not into which database. The first row tells: where it is new, the
   * database has not seen this feed, and everything is sent.
   */
  private async checkMemory(): Promise<boolean> {
    if (this.progress.state.rows === 0) return true;
    for await (const row of this.options.source.rows()) {
      const due = this.options.intelligence.indicators.filter(
        ({ knownFromMs }) => knownFromMs <= (row.occurredAtMs ?? 0),
      );
      if (!(await this.register(due))) return false;
      const batch = { body: `{"transfers":[${row.json}]}`, rows: 1, clockMs: row.occurredAtMs };
      const answer = await this.post(batch);
      if (answer === null) return false;
      if (answer.accepted === 1) {
        this.progress.restart();
        this.progress.markRegistered(due);
        this.progress.markAnswered(batch, answer);
      }
      break;
    }
    return true;
  }

  private async sendRows(): Promise<boolean> {
    const { source, intelligence, rate } = this.options;
    const rowsSkipped = this.progress.state.rows;
    const pending = intelligence.indicators.filter((one) => !this.progress.isRegistered(one));
    const paced = Math.max(1, Math.ceil(rate / PACED_BATCHES_PER_SECOND));
    const batchRowsMax = rate > 0 ? Math.min(ROWS_MAX, paced) : ROWS_MAX;
    const steps = feedSteps(source.rows(), pending, { rowsSkipped, batchRowsMax });
    this.report();
    for await (const step of readAhead(steps)) {
      if (this.stop.aborted) return false;
      const taken =
        step.kind === 'batch' ? await this.send(step.batch) : await this.register(step.due);
      if (!taken) return false;
      await this.progress.saveSometimes(performance.now());
    }
    return true;
  }

  private async send(batch: RowBatch): Promise<boolean> {
    if (!(await this.keepPace())) return false;
    const answer = await this.post(batch);
    if (answer === null) return false;
    this.progress.markAnswered(batch, answer);
    this.rowsThisRun += batch.rows;
    this.report();
    return true;
  }

  /** @returns false where the program was told to stop meanwhile */
  private async keepPace(): Promise<boolean> {
    const { rate } = this.options;
    const dueMs = rate > 0 ? this.startedMs + (this.rowsThisRun / rate) * SECOND_MS : 0;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: this.stop }).catch(() => undefined);
    return !this.stop.aborted;
  }

  private async post(batch: RowBatch): Promise<TransfersAnswer | null> {
    const outcome = await this.ingestion.post('/v1/transfers', batch.body);
    if (outcome === null) return null;
    const answer = outcome.answer as TransfersAnswer | undefined;
    const answered = answer ? answer.accepted + answer.duplicates + answer.rejected : Number.NaN;
    if (!answer || answered !== batch.rows || !Array.isArray(answer.problems)) {
      throw new AppError(
        'UNAVAILABLE',
        'what answers at the address of ingestion does not answer for every row; is it another program?',
      );
    }
    return answer;
  }

  /** @returns false where the program was told to stop before the service answered */
  private async register(due: readonly FeedIndicator[]): Promise<boolean> {
    const operationIds = new Set(due.map((indicator) => indicator.operationId));
    for (const id of operationIds) {
      const ofOperation = due.filter((indicator) => indicator.operationId === id);
      const operation = this.options.intelligence.operation(id);
      for (let at = 0; at < ofOperation.length; at += INDICATORS_PER_POST) {
        const part = ofOperation.slice(at, at + INDICATORS_PER_POST);
        const body = { id, ...operationBody(operation), indicators: part.map(this.indicatorBody) };
        const outcome = await this.caseReferral.post('/v1/operations', JSON.stringify(body));
        if (outcome === null) return false;
        this.progress.markRegistered(part);
        this.reporter.operation({
          operationId: id,
          name: operation.name,
          indicators: part.length,
        });
      }
    }
    return true;
  }

  private readonly indicatorBody = ({ type, value, knownFromMs }: FeedIndicator) => ({
    type,
    value,
    // A wallet is known by its provider too; any other mark stands for itself.
    ...(type === 'wallet' ? { provider: this.options.provider } : {}),
    knownFrom: formatEventTime(knownFromMs),
  });

  private report(): void {
    const { rows, accepted, duplicates, rejected, feedClockMs } = this.progress.state;
    const seconds = (performance.now() - this.startedMs) / SECOND_MS;
    this.reporter.progress({
      rows,
      rowsTotal: Math.max(rows, this.options.source.rowsTotal),
      accepted,
      duplicates,
      rejected,
      feedClockMs,
      rowsPerSecond: seconds > 0 ? this.rowsThisRun / seconds : 0,
    });
  }
}

const operationBody = ({ name, kind, modus }: ReturnType<Intelligence['operation']>) => ({
  name,
  kind,
  modus,
});
