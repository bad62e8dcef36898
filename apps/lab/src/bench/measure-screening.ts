import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, formatEventTime, SECOND_MS } from '#domain';
import { processCpuMicros, processPeakRssBytes } from '../system/process-costs';
import { PROVIDERS, serviceOf, withServices } from '../system/running-system';
import { type ThrowAwayServer } from '../system/throw-away-server';
import { type Figures, MIB, type Progress, rounded, roundedOrNull } from './bench-row';
import { LatencyHistogram, MICROSECOND_MS } from './latency-histogram';
import { OlderLog } from './older-log.repository';
import { ScreeningLoad } from './screening-load.repository';

export const SCREENING_ROW = {
  name: 'screening: 100 looks/s',
  seconds: 60,
  alerts: 1_000_000,
} as const;

const LOOKS_PER_SECOND = 100;
const ASKING = 16;
const WARM_UP_LOOKS = 200;
/** Payees that were reported with their number, through the service, whose key makes tokens of them. */
const NUMBERED = 1_000;
const numberOf = (n: number): string => String(923_000_000_000 + n);

/** As often known as not, as often by a number as by a wallet. */
const payeeOf = (n: number): object => {
  const nth = n % NUMBERED;
  switch (n % 4) {
    case 0:
      return { walletId: `k-${nth}` };
    case 1:
      return { msisdn: numberOf(nth) };
    case 2:
      return { walletId: `nobody-${n}` };
    default:
      return { msisdn: numberOf(1_000_000 + n) };
  }
};

async function post(url: string, key: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  if (answer.status !== 200) throw new AppError('UNAVAILABLE', `answered ${answer.status}`);
}

const numbered = (): object[] =>
  Array.from({ length: NUMBERED }, (_, n) => ({
    transferId: `k-${n}`,
    occurredAt: formatEventTime(Date.UTC(2026, 0, 1) + n),
    ...{ type: 'P2P', amount: '1.00', currency: 'PKR' },
    debtor: { walletId: `payer-${n}` },
    creditor: { walletId: `k-${n}`, msisdn: numberOf(n) },
  }));

/**
 * Looks before paying at a steady rate, with many alerts behind them; each look is due at its time, whatever those before took.
 *
 * @throws AppError UNAVAILABLE where a look is not answered
 */
export async function measureScreening(
  server: ThrowAwayServer,
  alertsMax: number | null,
  secondsMax: number,
  progress: Progress,
  stop: AbortSignal,
): Promise<Figures> {
  const alerts = Math.min(SCREENING_ROW.alerts, alertsMax ?? SCREENING_ROW.alerts);
  const settings = { INGESTION_SCREENINGS_PER_MINUTE_MAX: '1000000' };
  return withServices(server, ['ingestion'], settings, stop, async (system) => {
    const ingestion = serviceOf(system, 'ingestion');
    const load = await ScreeningLoad.of(server.databaseUrl);
    const older = await OlderLog.of(server.databaseUrl);
    try {
      await load.letProvidersLook();
      await older.leaveRoom(alerts);
      const key = system.keys.providers.get(PROVIDERS[0])!;
      await post(`${ingestion.url}/v1/transfers`, key, { transfers: numbered() });
      await older.fill(alerts, progress, stop);
      await load.fill(alerts);
      const look = (n: number): Promise<void> =>
        post(`${ingestion.url}/v1/screenings`, key, { payee: payeeOf(n) });
      for (let n = 0; n < WARM_UP_LOOKS; n += 1) await look(n);
      const waits = new LatencyHistogram(MICROSECOND_MS);
      const cpuBefore = await processCpuMicros(ingestion.pid);
      const seconds = Math.min(SCREENING_ROW.seconds, secondsMax);
      const looks = seconds * LOOKS_PER_SECOND;
      const fromMs = performance.now();
      let next = 0;
      const asking = async (): Promise<void> => {
        while (next < looks && !stop.aborted) {
          const n = (next += 1);
          const dueMs = fromMs + (n * SECOND_MS) / LOOKS_PER_SECOND;
          await sleep(Math.max(0, dueMs - performance.now()));
          await look(WARM_UP_LOOKS + n);
          waits.add(performance.now() - dueMs);
          progress(n, looks);
        }
      };
      await Promise.all(Array.from({ length: ASKING }, asking));
      const measured = (performance.now() - fromMs) / SECOND_MS;
      const cpu = await processCpuMicros(ingestion.pid);
      const peak = await processPeakRssBytes(ingestion.pid);
      return {
        transfers: waits.size,
        transfersPerSecond: Math.round(waits.size / measured),
        cpuMicrosPerTransfer:
          cpu === null || cpuBefore === null ? null : rounded((cpu - cpuBefore) / waits.size),
        p50Ms: roundedOrNull(waits.quantileMs(0.5)),
        p99Ms: roundedOrNull(waits.quantileMs(0.99)),
        p999Ms: roundedOrNull(waits.quantileMs(0.999)),
        bytesPerTransfer: null,
        rssMiB: peak === null ? null : Math.round(peak / MIB),
        seconds: rounded(measured),
        alertsBehind: alerts,
        bands: JSON.stringify(await load.bands()),
      };
    } finally {
      await older.close();
      await load.close();
    }
  });
}
