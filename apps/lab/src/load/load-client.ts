import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, invariant, SECOND_MS } from '#domain';
import { type RowsAnswer } from '#contracts';
import { LatencyHistogram, MICROSECOND_MS } from '../bench/latency-histogram';
import { type ApiAddress, ApiClient } from '../feed/api-client';
import { AlertWatch } from './alert-watch';
import { LagGate, type LagLimit } from './lag-gate';
import { BodyFile, type RequestBodies } from './request-bodies';

/** One provider's feed: sent in its order, one request after the other. */
export interface LoadStream {
  readonly ingestion: ApiAddress;
  readonly bodies: RequestBodies;
}

export interface LoadTask {
  readonly streams: readonly LoadStream[];
  /** Offered by all together, whatever the answers take; null for as fast as they and the limit of the lag allow. */
  readonly transfersPerSecond: number | null;
  readonly secondsMax: number;
  /** Sending waits while detection is further behind; null where it may be any way behind. */
  readonly lag: LagLimit | null;
  /** Where alerts are looked for, and how often; null where they are not. */
  readonly alerts: {
    readonly address: ApiAddress;
    readonly pollMs: number;
    /** Only those count that name a wallet whose number begins so. */
    readonly ofWallets: string;
  } | null;
}

export interface LoadOutcome {
  readonly transfers: number;
  readonly seconds: number;
  /** From when a request was due to its answer. */
  readonly answers: LatencyHistogram;
  /** From a transfer's answer until the alert that it made true was shown; an alert that was revised before it was seen is left out. */
  readonly alerts: LatencyHistogram;
}

/** How long alerts are looked for after the last answer. */
const ALERTS_AFTER_MS = 3 * SECOND_MS;

/** When each request was answered, by its last transfer. */
class AnswerTimes {
  private readonly times: Float64Array;

  constructor(private readonly bodies: RequestBodies) {
    this.times = new Float64Array(bodies.ends.length);
  }

  note(index: number): void {
    this.times[index] = performance.now();
  }

  /** Null where the request that tells of the transfer has not been answered. */
  of(transfer: number): number | null {
    const { lasts } = this.bodies;
    let [low, high] = [0, lasts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (lasts[middle]! < transfer) low = middle + 1;
      else high = middle;
    }
    return this.times[low] === 0 ? null : (this.times[low] ?? null);
  }
}

/** Posts prepared feeds, and measures how long answers and alerts take. */
export async function runLoad(
  task: LoadTask,
  progress: (transfers: number) => void,
): Promise<LoadOutcome> {
  const { streams, transfersPerSecond: rate } = task;
  const stop = new AbortController();
  const gate = task.lag && new LagGate(task.lag);
  const answers = new LatencyHistogram(MICROSECOND_MS);
  const times = new Map(streams.map(({ bodies }) => [bodies.provider, new AnswerTimes(bodies)]));
  const watch =
    task.alerts &&
    new AlertWatch(
      task.alerts.address,
      task.alerts.pollMs,
      task.alerts.ofWallets,
      (provider, transfer) => times.get(provider)?.of(transfer) ?? null,
    );
  const fromMs = performance.now();
  const untilMs = fromMs + task.secondsMax * SECOND_MS;
  let transfers = 0;
  const send = async ({ ingestion, bodies }: LoadStream): Promise<void> => {
    const client = new ApiClient(ingestion, stop.signal);
    const file = await BodyFile.open(bodies);
    // All streams end together where each is sent at its share of the rate.
    const perSecond =
      rate === null
        ? null
        : (rate * sumOf(bodies.rows)) / sumOf(streams.flatMap((one) => one.bodies.rows));
    let sent = 0;
    try {
      for (const [index, rows] of bodies.rows.entries()) {
        await gate?.open(untilMs);
        if (performance.now() > untilMs) return;
        const body = await file.read(index);
        sent += rows;
        const dueMs =
          perSecond === null ? performance.now() : fromMs + (sent * SECOND_MS) / perSecond;
        const waitMs = dueMs - performance.now();
        if (waitMs > 0) await sleep(waitMs);
        const posted = await client.post('/v1/transfers', body);
        times.get(bodies.provider)!.note(index);
        answers.add(performance.now() - dueMs);
        const { accepted, rejected, duplicates } = posted!.answer as RowsAnswer<'transferId'>;
        invariant(rejected === 0, 'every row of the load is a good one');
        // Of a request that was answered 503 a part may be stored.
        transfers += accepted + duplicates;
        progress(transfers);
      }
    } finally {
      await file.close();
    }
  };
  try {
    await Promise.all(streams.map(send));
    const seconds = (performance.now() - fromMs) / SECOND_MS;
    if (transfers === 0) throw new AppError('UNAVAILABLE', 'no request was answered in time');
    if (watch) await sleep(ALERTS_AFTER_MS);
    return {
      transfers,
      seconds,
      answers,
      alerts: (await watch?.end()) ?? new LatencyHistogram(MICROSECOND_MS),
    };
  } finally {
    stop.abort();
    gate?.end();
    await watch?.end();
  }
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
