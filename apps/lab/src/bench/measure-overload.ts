import { setTimeout as sleep } from 'node:timers/promises';
import { type RowsAnswer, type TransferRow } from '#contracts';
import { AppError, formatEventTime, SECOND_MS } from '#domain';
import { processOwnRssBytes, processPeakRssBytes } from '../system/process-costs';
import { PROVIDERS, serviceOf, withServices } from '../system/running-system';
import { type ThrowAwayServer } from '../system/throw-away-server';
import { type Figures, MIB, type Progress, rounded, roundedOrNull } from './bench-row';
import { LatencyHistogram, MICROSECOND_MS } from './latency-histogram';

export const OVERLOAD_ROW = {
  name: 'overload: 120 connections of three who flood, one of one who does not',
  seconds: 600,
} as const;

const CONNECTIONS_EACH = 40;
const ROWS_PER_REQUEST = 100;
/** Who floods waits no longer than this when it is told to come back, whatever it is told. */
const FLOOD_PAUSE_MS = 20;
const ROWS_OF_OTHER = 10;
const PAUSE_OF_OTHER_MS = 100;
const REQUEST_MAX_MS = 60_000;
const WALLETS = 200_000;
const PARTS = 10;

/** Rows that nobody has sent, of wallets that come again. */
class FreshRows {
  private made = 0;

  body(rows: number): string {
    return JSON.stringify({ transfers: Array.from({ length: rows }, () => this.row()) });
  }

  private row(): TransferRow {
    const n = (this.made += 1);
    const payer = (n * 7_919) % WALLETS;
    // Never the payer: both are different remainders.
    const payee = (payer + 1 + (n % 1_000)) % WALLETS;
    return {
      transferId: `o-${n}`,
      occurredAt: formatEventTime(Date.UTC(2026, 0, 1) + n),
      type: 'P2P',
      amount: `${1 + (n % 5_000)}.00`,
      currency: 'PKR',
      debtor: { walletId: `w-${payer}`, msisdn: String(923_000_000_000 + payer) },
      creditor: { walletId: `w-${payee}`, msisdn: String(923_000_000_000 + payee) },
    };
  }
}

/** What became of the requests of some providers. */
class Tally {
  stored = 0;
  refused = 0;
  readonly waits = new LatencyHistogram(MICROSECOND_MS);

  /** @returns whether the body was taken */
  async post(url: string, key: string, body: string): Promise<boolean> {
    const began = performance.now();
    const answer = await fetch(`${url}/v1/transfers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(REQUEST_MAX_MS),
    });
    const text = await answer.text();
    if (answer.status === 429) {
      this.refused += 1;
      return false;
    }
    if (answer.status !== 200) throw new AppError('UNAVAILABLE', `answered ${answer.status}`);
    this.waits.add(performance.now() - began);
    this.stored += (JSON.parse(text) as RowsAnswer<'transferId'>).accepted;
    return true;
  }
}

/**
 * Sends ingestion more than it takes: three providers over forty connections each, each the next body as soon as the last was
 * answered, and one provider at its leisure. Tells what was stored, how many were told to come back, how the one fared, and the
 * memory of the service at each tenth of the time.
 *
 * @throws AppError UNAVAILABLE where anything but 200 and 429 is answered
 */
export async function measureOverload(
  server: ThrowAwayServer,
  secondsMax: number,
  progress: Progress,
  stop: AbortSignal,
): Promise<Figures> {
  return withServices(server, ['ingestion'], {}, stop, async (system) => {
    const ingestion = serviceOf(system, 'ingestion');
    const [flood, other] = [new Tally(), new Tally()];
    const rows = new FreshRows();
    const seconds = Math.min(OVERLOAD_ROW.seconds, secondsMax);
    const fromMs = performance.now();
    const untilMs = fromMs + seconds * SECOND_MS;
    const keyOf = (provider: string): string => system.keys.providers.get(provider)!;
    const goesOn = (): boolean => performance.now() < untilMs && !stop.aborted;
    const floods = PROVIDERS.slice(1).flatMap((provider) =>
      Array.from({ length: CONNECTIONS_EACH }, async () => {
        let body = rows.body(ROWS_PER_REQUEST);
        while (goesOn()) {
          const taken = await flood.post(ingestion.url, keyOf(provider), body);
          if (taken) body = rows.body(ROWS_PER_REQUEST);
          else await sleep(FLOOD_PAUSE_MS);
          progress(flood.stored, flood.stored);
        }
      }),
    );
    const atLeisure = async (): Promise<void> => {
      while (goesOn()) {
        await other.post(ingestion.url, keyOf(PROVIDERS[0]), rows.body(ROWS_OF_OTHER));
        await sleep(PAUSE_OF_OTHER_MS);
      }
    };
    const memory: number[] = [];
    const watch = async (): Promise<void> => {
      for (let part = 1; part <= PARTS && goesOn(); part += 1) {
        await sleep(Math.max(0, fromMs + (part * (untilMs - fromMs)) / PARTS - performance.now()));
        memory.push(Math.round(((await processOwnRssBytes(ingestion.pid)) ?? 0) / MIB));
      }
    };
    await Promise.all([...floods, atLeisure(), watch()]);
    const measured = (performance.now() - fromMs) / SECOND_MS;
    const peak = await processPeakRssBytes(ingestion.pid);
    return {
      transfers: flood.stored + other.stored,
      transfersPerSecond: Math.round((flood.stored + other.stored) / measured),
      cpuMicrosPerTransfer: null,
      p50Ms: roundedOrNull(flood.waits.quantileMs(0.5)),
      p99Ms: roundedOrNull(flood.waits.quantileMs(0.99)),
      p999Ms: roundedOrNull(flood.waits.quantileMs(0.999)),
      bytesPerTransfer: null,
      rssMiB: peak === null ? null : Math.round(peak / MIB),
      seconds: rounded(measured),
      rssMiBByTenth: memory.join(' '),
      toldToWait: flood.refused,
      ofOtherToldToWait: other.refused,
      ofOtherAnswered: other.waits.size,
      ofOtherP50Ms: roundedOrNull(other.waits.quantileMs(0.5)),
      ofOtherP99Ms: roundedOrNull(other.waits.quantileMs(0.99)),
    };
  });
}
