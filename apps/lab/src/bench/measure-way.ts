import { setTimeout as sleep } from 'node:timers/promises';
import { type LoadTask } from '../load/load-client';
import { DatabaseWatch } from '../system/database-watch.repository';
import { type RunningSystem, serviceOf, withServices } from '../system/running-system';
import { scoringProgress } from '../system/scoring-progress';
import { SystemCosts } from '../system/system-costs';
import { type ThrowAwayServer } from '../system/throw-away-server';
import { type Figures, MIB, type Progress, rounded, roundedOrNull } from './bench-row';
import { OlderLog } from './older-log.repository';
import { loadOf, makeBodies, registerKnownWallets, type WayBodies } from './way-load';
import { type WayRow } from './way-plan';

const SAMPLE_MS = 1_000;
/** Samples from one line that says how it goes to the next. */
const LINE_EVERY = 20;
const CATCH_UP = { pollMs: 20, quietMaxMs: 60_000 } as const;

/** Twenty thousand transfers, whatever the machine. */
const WARM_UP_SECONDS_MAX = 120;
/** Of a run that long, some two hundred: as many as a picture shows. */
const SAMPLES_KEPT = 200;

const sumOf = (numbers: Iterable<number>): number => {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
};

/** How the system stood at a moment of the run. */
export interface WaySample {
  readonly seconds: number;
  /** Of memory of its own, by service. */
  readonly serviceBytes: Readonly<Record<string, number>>;
  readonly tableBytes: Readonly<Record<string, number>>;
  readonly entriesBehind: number;
}

/** Measures running services under a load, which a process of its own makes. */
export class MeasureWay {
  /** In even steps over the run. */
  readonly samples: WaySample[] = [];
  private peakBytes = 0;

  /** @param runLoad runs the load client in a process of its own */
  constructor(
    private readonly row: WayRow,
    private readonly seconds: number,
    private readonly runLoad: (task: LoadTask) => Promise<Figures>,
    private readonly progress: Progress,
    private readonly stop: AbortSignal,
  ) {}

  /** @throws AppError UNAVAILABLE with the last words of a service that fails, or where the load client does */
  async run(server: ThrowAwayServer): Promise<Figures> {
    const bodies = await makeBodies(this.row, this.seconds, server.folder, this.progress);
    return withServices(server, this.row.services, {}, this.stop, async (system) => {
      const watch = await DatabaseWatch.open(server.databaseUrl);
      try {
        await this.prepare(system, bodies);
        return await this.measure(system, bodies, watch);
      } finally {
        await watch.close();
      }
    });
  }

  private async prepare(system: RunningSystem, bodies: WayBodies): Promise<void> {
    const { olderTransfers } = this.row;
    const older = olderTransfers > 0 ? await OlderLog.of(system.server.databaseUrl) : null;
    try {
      await older?.leaveRoom(olderTransfers);
      await this.warmUp(system, bodies);
      // What was warmed up with stands after these: detection is past them, and never reads them.
      await older?.fill(olderTransfers, this.progress, this.stop);
    } finally {
      await older?.close();
    }
  }

  private async warmUp(system: RunningSystem, bodies: WayBodies): Promise<void> {
    if (bodies.warmUp.length > 0) {
      const task = loadOf(this.row, bodies.warmUp, this.seconds, system);
      const all = { transfersPerSecond: null, secondsMax: WARM_UP_SECONDS_MAX, alerts: null };
      await this.runLoad({ ...task, ...all });
    }
    await registerKnownWallets(this.row, bodies, system);
    await caughtUp(system);
  }

  private async measure(
    system: RunningSystem,
    bodies: WayBodies,
    watch: DatabaseWatch,
  ): Promise<Figures> {
    const before = await watch.sizes();
    const costs = await SystemCosts.from(system, watch);
    const load = this.runLoad(loadOf(this.row, bodies.measured, this.seconds, system));
    await this.sampleDuring(load, system, costs, watch);
    const figures = await load;
    const catchUpSeconds = await caughtUp(system);
    const cpu = await costs.cpu();
    const after = await watch.sizes();
    const scored = await watch.scoringLatencies();
    const each = (total: number): number => rounded(total / figures.transfers);
    const parts = [...cpu].map(([part, micros]) => [`cpuMicros: ${part}`, each(micros)] as const);
    process.stdout.write(parts.map(([part, micros]) => `  ${part} ${micros}\n`).join(''));
    const busySeconds = this.row.transfersPerSecond === null ? catchUpSeconds : 0;
    return {
      ...figures,
      transfersPerSecond: Math.round(figures.transfers / (figures.seconds + busySeconds)),
      cpuMicrosPerTransfer: each(sumOf(cpu.values())),
      rssMiB: Math.round(this.peakBytes / MIB),
      catchUpSeconds: rounded(catchUpSeconds),
      walBytesPerTransfer: each(after.walBytes - before.walBytes),
      tableBytesPerTransfer: each(
        sumOf(Object.values(after.tableBytes)) - sumOf(Object.values(before.tableBytes)),
      ),
      scoringP50Ms: roundedOrNull(scored.p50Ms),
      scoringP99Ms: roundedOrNull(scored.p99Ms),
      ...(await watch.litter()),
      ...(await watch.eventsTold()),
      ...Object.fromEntries(parts),
    };
  }

  /** Notes the most memory that the services have together, and says now and then how it goes. */
  private async sampleDuring(
    load: Promise<unknown>,
    system: RunningSystem,
    costs: SystemCosts,
    watch: DatabaseWatch,
  ): Promise<void> {
    const end = new AbortController();
    const ended = load
      .catch(() => undefined)
      .then(() => {
        end.abort();
      });
    const fromMs = performance.now();
    const keepEvery = Math.ceil((this.seconds * 1_000) / SAMPLE_MS / SAMPLES_KEPT);
    for (let sample = 1; !end.signal.aborted; sample += 1) {
      await costs.cpu();
      const memory = await costs.memory();
      this.peakBytes = Math.max(this.peakBytes, sumOf(memory.values()));
      if (sample % keepEvery === 0) {
        this.samples.push({
          seconds: (performance.now() - fromMs) / 1_000,
          serviceBytes: Object.fromEntries(memory),
          tableBytes: (await watch.sizes()).tableBytes,
          entriesBehind: (await entriesBehind(system)) ?? 0,
        });
      }
      if (sample % LINE_EVERY === 0) {
        const sizes = [...memory].map(([name, bytes]) => `${name} ${Math.round(bytes / MIB)} MiB`);
        const behind = await entriesBehind(system);
        if (behind !== null) sizes.push(`${behind} behind`);
        process.stdout.write(`  ${sizes.join(', ')}\n`);
      }
      await Promise.race([ended, sleep(SAMPLE_MS)]);
    }
  }
}

/** Null where it is not known. */
async function entriesBehind(system: RunningSystem): Promise<number | null> {
  const scoring = system.services.get('scoring');
  const told = scoring && (await scoringProgress(scoring));
  return told ? told.head - told.position : null;
}

/** Waits until everything that was posted has had all its consequences. @returns seconds */
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
