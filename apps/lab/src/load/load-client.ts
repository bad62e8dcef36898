import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, invariant, SECOND_MS } from '#domain';
import { type RowsAnswer } from '#contracts';
import { LatencyHistogram } from '../bench/latency-histogram';
import { type ApiAddress, ApiClient } from '../feed/api-client';
import { AlertWatch } from './alert-watch';
import { LagGate, type LagLimit } from './lag-gate';
import { BodyFile, type RequestBodies } from './request-bodies';

export interface LoadTask {
  readonly ingestion: ApiAddress;
  readonly bodies: RequestBodies;
  /** Requests under way at once. */
  readonly connections: number;
  /** Offered, whatever the answers take; null for as fast as the connections and the limit of the lag allow. */
  readonly transfersPerSecond: number | null;
  readonly secondsMax: number;
  /** Sending waits while detection is further behind; null where it may be any way behind. */
  readonly lag: LagLimit | null;
  /** Where alerts are looked for; null where they are not. */
  readonly alerts: ApiAddress | null;
}

export interface LoadOutcome {
  readonly transfers: number;
  readonly seconds: number;
  /** From when a request was due to its answer. */
  readonly answers: LatencyHistogram;
  /** From a transfer's answer until the alert that it made true was shown; alerts seen later than at once revised are left out. */
  readonly alerts: LatencyHistogram;
}

/** How long alerts are looked for after the last answer. */
const ALERTS_AFTER_MS = 3 * SECOND_MS;

/** Posts a prepared feed, and measures how long answers and alerts take. */
export async function runLoad(
  task: LoadTask,
  progress: (transfers: number) => void,
): Promise<LoadOutcome> {
  const { bodies, transfersPerSecond: rate, lag } = task;
  const stop = new AbortController();
  const client = new ApiClient(task.ingestion, stop.signal);
  const file = await BodyFile.open(bodies);
  const gate = lag === null ? null : new LagGate(lag);
  const answers = new LatencyHistogram();
  const answeredAtMs = new Float64Array(bodies.ends.length);
  const watch = task.alerts && new AlertWatch(task.alerts, bodies.rowsPerBody, answeredAtMs);
  const fromMs = performance.now();
  let next = 0;
  let transfers = 0;
  const dueAtMs = (index: number): number =>
    rate === null ? 0 : fromMs + (index * bodies.rowsPerBody * SECOND_MS) / rate;
  const sendOn = async (): Promise<void> => {
    while (next < bodies.ends.length && performance.now() - fromMs < task.secondsMax * SECOND_MS) {
      await gate?.open();
      const index = next;
      if (index >= bodies.ends.length) return;
      next += 1;
      const body = await file.read(index);
      const waitMs = dueAtMs(index) - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      const sentAtMs = rate === null ? performance.now() : dueAtMs(index);
      const posted = await client.post('/v1/transfers', body);
      answeredAtMs[index] = performance.now();
      answers.add(answeredAtMs[index]! - sentAtMs);
      const { accepted, rejected, duplicates } = posted!.answer as RowsAnswer<'transferId'>;
      // Of a request that was answered 503 a part may be stored.
      invariant(rejected === 0, 'every row of the load is a good one');
      transfers += accepted + duplicates;
      progress(transfers);
    }
  };
  try {
    await Promise.all(Array.from({ length: task.connections }, sendOn));
    const seconds = (performance.now() - fromMs) / SECOND_MS;
    if (transfers === 0) throw new AppError('UNAVAILABLE', 'no request was answered in time');
    if (watch) await sleep(ALERTS_AFTER_MS);
    return { transfers, seconds, answers, alerts: (await watch?.end()) ?? new LatencyHistogram() };
  } finally {
    stop.abort();
    gate?.end();
    await watch?.end();
    await file.close();
  }
}
