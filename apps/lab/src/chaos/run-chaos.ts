import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, SECOND_MS } from '#domain';
import { RandomStream } from '../simulate/random-stream';
import { disturb, DISTURBANCE_KINDS, type DisturbanceKind, drawKind } from './disturbance';
import { difference, type Outcome, outcomeOf } from './outcome';
import { play, type Played, PROVIDER, settled } from './play';
import { type Scenario, scenarioOf } from './scenario';
import { ShakenPostgres } from './shaken-postgres';
import { ShakenSystem } from './shaken-system';

/** From when a request is sent until something goes wrong: before it is stored, before it is scored, or a while after. */
const AFTER_REQUEST_MS = { low: 0, high: 80 } as const;
/** Without a request: what was told last is being worked on, or nothing is. */
const QUIET_MAX_MS = 500;
const PACE_POLL_MS = 5;

export interface ChaosTask {
  readonly disturbances: number;
  readonly seed: number;
  readonly stop: AbortSignal;
  /** Told a line each. */
  readonly say: (line: string) => void;
}

export interface KindReport {
  readonly kind: DisturbanceKind;
  readonly times: number;
  /** From the disturbance's end until all services were ready again. */
  readonly recoverySecondsMedian: number;
  readonly recoverySecondsMax: number;
}

export interface ChaosReport {
  readonly seed: number;
  readonly disturbances: number;
  readonly leftOut: readonly DisturbanceKind[];
  readonly kinds: readonly KindReport[];
  readonly transfers: number;
  readonly requestsRepeated: number;
  readonly seconds: number;
  readonly transfersPerSecond: number;
  readonly catchUpSeconds: number;
  readonly alerts: number;
  readonly cases: number;
  readonly events: number;
  /** What is not as in the undisturbed run; null where all is. */
  readonly difference: string | null;
}

/** Plays one feed twice, the second time with disturbances at moments drawn from the seed, and compares what came of it. */
export async function runChaos(task: ChaosTask): Promise<ChaosReport> {
  const { disturbances, seed, stop, say } = task;
  const scenario = scenarioOf(seed, disturbances, PROVIDER);
  say(`${scenario.batches.flat().length} transfers in ${scenario.batches.length} requests`);
  say('undisturbed …');
  const expected = await withSystem(stop, async (system) => {
    await play(system, scenario, new RandomStream(seed, 'again'), stop, () => Promise.resolve());
    await settled(system, stop);
    return outcomeOf(system);
  });
  if (expected.alerts.length === 0 || expected.cases.length === 0) {
    throw new AppError('INVALID_INPUT', 'nothing comes of this seed’s feed; take another');
  }
  say(`  ${expected.alerts.length} alerts, ${expected.cases.length} cases`);
  say('disturbed …');
  return withSystem(stop, (system) => shake(system, task, scenario, expected));
}

async function shake(
  system: ShakenSystem,
  { disturbances, seed, stop, say }: ChaosTask,
  scenario: Scenario,
  expected: Outcome,
): Promise<ChaosReport> {
  const random = new RandomStream(seed, 'chaos');
  const { hasOwnDisk } = system.postgres;
  const possible = DISTURBANCE_KINDS.filter((kind) => kind !== 'disk full' || hasOwnDisk);
  const recoveries = new Map<DisturbanceKind, number[]>();
  let done = 0;
  let requestSent = (): void => undefined;
  const nextRequest = (): Promise<void> =>
    new Promise((resolve) => {
      requestSent = resolve;
    });
  const shakeOn = async (ends: AbortSignal): Promise<void> => {
    for (; done < disturbances; done += 1) {
      ends.throwIfAborted();
      await Promise.race([nextRequest(), sleep(QUIET_MAX_MS)]);
      await sleep(random.between(AFTER_REQUEST_MS.low, AFTER_REQUEST_MS.high));
      const kind = drawKind(random, possible);
      const seconds = await disturb(system, kind, random);
      recoveries.set(kind, [...(recoveries.get(kind) ?? []), seconds]);
      say(`  ${done + 1} of ${disturbances}: ${kind}, ready after ${seconds.toFixed(1)} s`);
    }
  };
  // Where either fails, the other does not go on for ever.
  const failed = new AbortController();
  const orFail = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
  const ends = AbortSignal.any([stop, failed.signal]);
  const fromMs = performance.now();
  // The feed lasts as long as the disturbances do.
  const pace = async (batch: number): Promise<void> => {
    const share = batch / scenario.batches.length;
    while (done < disturbances && done + 1 < share * disturbances) {
      ends.throwIfAborted();
      await sleep(PACE_POLL_MS);
    }
    requestSent();
  };
  const [played] = await Promise.all([
    orFail(play(system, scenario, new RandomStream(seed, 'again'), ends, pace)),
    orFail(shakeOn(ends)),
  ]);
  const seconds = (performance.now() - fromMs) / SECOND_MS;
  const catchUpSeconds = await settled(system, stop);
  const actual = await outcomeOf(system);
  return {
    seed,
    disturbances,
    leftOut: DISTURBANCE_KINDS.filter((kind) => !possible.includes(kind)),
    kinds: kindReports(recoveries),
    ...figures(played, seconds),
    catchUpSeconds,
    alerts: actual.alerts.length,
    cases: actual.cases.length,
    events: actual.events.length,
    difference: difference(expected, actual),
  };
}

const figures = (
  { transfers, repeated }: Played,
  seconds: number,
): Pick<ChaosReport, 'transfers' | 'requestsRepeated' | 'seconds' | 'transfersPerSecond'> => ({
  transfers,
  requestsRepeated: repeated,
  seconds,
  transfersPerSecond: transfers / seconds,
});

function kindReports(recoveries: ReadonlyMap<DisturbanceKind, readonly number[]>): KindReport[] {
  return DISTURBANCE_KINDS.flatMap((kind): KindReport[] => {
    const seconds = [...(recoveries.get(kind) ?? [])].sort((a, b) => a - b);
    if (seconds.length === 0) return [];
    return [
      {
        kind,
        times: seconds.length,
        recoverySecondsMedian: seconds[seconds.length >> 1]!,
        recoverySecondsMax: seconds.at(-1)!,
      },
    ];
  });
}

async function withSystem<T>(
  stop: AbortSignal,
  work: (system: ShakenSystem) => Promise<T>,
): Promise<T> {
  const postgres = await ShakenPostgres.start();
  let system: ShakenSystem | null = null;
  const kill = (): void => void system?.kill();
  stop.addEventListener('abort', kill, { once: true });
  try {
    system = await ShakenSystem.start(postgres, stop);
    const result = await work(system);
    await system.stopCleanly();
    return result;
  } finally {
    stop.removeEventListener('abort', kill);
    await system?.kill();
    await postgres.stop();
  }
}
