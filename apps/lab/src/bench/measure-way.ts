import { type RunningSystem, serviceOf, withServices } from '../system/running-system';
import { DatabaseWatch } from '../system/database-watch.repository';
import { scoringProgress } from '../system/scoring-progress';
import { SystemCosts } from '../system/system-costs';
import { type ThrowAwayServer } from '../system/throw-away-server';
import { type LoadTask } from '../load/load-client';
import { writeBodies } from '../load/request-bodies';
import { type Figures, MIB, type Progress, rounded } from './bench-row';
import { POWER_LAW_FEED, PowerLawFeed } from './power-law-feed';
import { type WayRow } from './way-plan';

/** More than any machine of record takes: the client ends by its time, not by its feed. */
const TAKEN_PER_SECOND_MAX = 25_000;
/** So far behind detection may be while as much is sent as is taken: two seconds of it at ten thousand a second. */
const LAG_ENTRIES_MAX = 20_000;
/**
 * Ten transfers of a wallet and day. A feed sent a hundred times as fast as it happens: spread over more days, what two providers
 * send at the same time would lie further apart by the feed's clock.
 */
const DAYS = 1;
const SAMPLE_MS = 1_000;
const CATCH_UP = { pollMs: 20, quietMaxMs: 60_000 } as const;

/** What the load client, a process of its own, is asked for and gives back. */
export type RunLoad = (task: LoadTask) => Promise<Figures>;

/** Measures running services under a load, the load client's own costs apart. */
export async function measureWay(
  row: WayRow,
  server: ThrowAwayServer,
  seconds: number,
  runLoad: RunLoad,
  progress: Progress,
  stop: AbortSignal,
): Promise<Figures> {
  const feed = new PowerLawFeed({ ...POWER_LAW_FEED, days: DAYS });
  const transfers = seconds * (row.transfersPerSecond ?? TAKEN_PER_SECOND_MAX);
  const bodies = await writeBodies(
    (count) => feed.next(count),
    transfers,
    row.rowsPerRequest,
    row.providers,
    server.folder,
    progress,
  );
  return withServices(server, row.services, {}, stop, async (system) => {
    const watch = await DatabaseWatch.open(server.databaseUrl);
    try {
      const before = await watch.sizes();
      const costs = await SystemCosts.from(system, watch);
      const ingestion = serviceOf(system, 'ingestion').url;
      const isWhole = system.services.has('scoring');
      const load = runLoad({
        streams: bodies.map((of) => ({
          ingestion: {
            service: 'ingestion',
            url: ingestion,
            key: system.keys.providers.get(of.provider)!,
          },
          bodies: of,
        })),
        transfersPerSecond: row.transfersPerSecond,
        secondsMax: seconds,
        lag: isWhole
          ? { url: serviceOf(system, 'scoring').url, entriesMax: LAG_ENTRIES_MAX }
          : null,
        alerts: isWhole
          ? {
              address: {
                service: 'case-referral',
                url: serviceOf(system, 'case-referral').url,
                key: system.keys.analyst,
              },
              pollMs: row.alertsPollMs,
            }
          : null,
      });
      const samples = sampleWhile(load, system, costs, stop);
      const figures = await load;
      const catchUp = await caughtUp(system);
      const [peak] = await Promise.all([samples]);
      const cpu = await costs.cpu();
      const after = await watch.sizes();
      const each = (micros: number): number => rounded(micros / figures.transfers);
      const total = [...cpu.values()].reduce((sum, micros) => sum + micros, 0);
      const tables = Object.values(after.tableBytes).reduce((sum, bytes) => sum + bytes, 0);
      return {
        ...figures,
        transfersPerSecond: Math.round(figures.transfers / (figures.seconds + catchUp)),
        cpuMicrosPerTransfer: each(total),
        rssMiB: Math.round(peak / MIB),
        catchUpSeconds: rounded(catchUp),
        walBytesPerTransfer: rounded((after.walBytes - before.walBytes) / figures.transfers),
        tableBytesPerTransfer: rounded(tables / figures.transfers),
        ...(await watch.eventsTold()),
        ...Object.fromEntries(
          [...cpu].map(([part, micros]) => [`cpuMicrosPerTransfer, ${part}`, each(micros)]),
        ),
      };
    } finally {
      await watch.close();
    }
  });
}

/** The most memory that the services had together, in bytes. */
async function sampleWhile(
  load: Promise<unknown>,
  system: RunningSystem,
  costs: SystemCosts,
  stop: AbortSignal,
): Promise<number> {
  const end = new AbortController();
  const ended = load
    .catch(() => undefined)
    .then(() => {
      end.abort();
    });
  let peak = 0;
  let line = 0;
  while (!end.signal.aborted && !stop.aborted) {
    const memory = await costs.memory();
    await costs.cpu();
    peak = Math.max(
      peak,
      [...memory.values()].reduce((sum, bytes) => sum + bytes, 0),
    );
    if ((line += 1) % 10 === 0) {
      const told = system.services.has('scoring')
        ? await scoringProgress(serviceOf(system, 'scoring'))
        : null;
      process.stdout.write(
        `  ${[...memory].map(([name, bytes]) => `${name} ${Math.round(bytes / MIB)} MiB`).join(', ')}` +
          (told ? `, scored ${told.position}, behind ${told.head - told.position}\n` : '\n'),
      );
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))]);
  }
  return peak;
}

/** Seconds until everything that was posted had all its consequences. */
async function caughtUp(system: RunningSystem): Promise<number> {
  if (!system.services.has('scoring')) return 0;
  const fromMs = performance.now();
  const scoring = serviceOf(system, 'scoring');
  await scoring.until('detection to catch up', CATCH_UP, async () => {
    const told = await scoringProgress(scoring);
    if (told?.state !== 'LIVE') return 0;
    return told.position === told.head ? true : told.position;
  });
  const people = serviceOf(system, 'case-referral');
  await people.until('cases to catch up', CATCH_UP, async () => {
    const response = await fetch(`${people.url}/v1/overview`, {
      headers: { authorization: `Bearer ${system.keys.analyst}` },
    });
    const behind = (await response.json()) as { eventsBehind: number; casesBehind: number };
    const left = behind.eventsBehind + behind.casesBehind;
    return left === 0 ? true : left;
  });
  return (performance.now() - fromMs) / 1_000;
}
