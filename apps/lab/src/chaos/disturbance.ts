import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE_MS } from '#domain';
import { type RandomStream } from '../simulate/random-stream';
import { SERVICES } from '../system/service-environment.config';
import { type ShakenSystem } from './shaken-system';

export const DISTURBANCE_KINDS = [
  'kill ingestion',
  'kill scoring',
  'kill case-referral',
  'kill all three',
  'PostgreSQL ends at once',
  'disk full',
  'pause',
  'clock jump',
] as const;
export type DisturbanceKind = (typeof DISTURBANCE_KINDS)[number];

/** How often each is drawn beside the others. */
const WEIGHTS: Readonly<Record<DisturbanceKind, number>> = {
  'kill ingestion': 5,
  'kill scoring': 6,
  'kill case-referral': 5,
  'kill all three': 1,
  'PostgreSQL ends at once': 3,
  'disk full': 1,
  pause: 3,
  'clock jump': 2,
};

const PAUSE_MS = { low: 100, high: 3_000 } as const;
const FULL_MS = { low: 100, high: 1_500 } as const;
const CLOCK_MINUTES = 2 * 24 * 60;

/** @param possible of those that this machine can do */
export function drawKind(
  random: RandomStream,
  possible: readonly DisturbanceKind[],
): DisturbanceKind {
  const total = possible.reduce((sum, kind) => sum + WEIGHTS[kind], 0);
  let drawn = random.between(0, total);
  for (const kind of possible) {
    drawn -= WEIGHTS[kind];
    if (drawn < 0) return kind;
  }
  return possible.at(-1)!;
}

/** Does something to the system, and waits until all of it is ready again. @returns seconds that this took */
export async function disturb(
  system: ShakenSystem,
  kind: DisturbanceKind,
  random: RandomStream,
): Promise<number> {
  const one = random.pick(SERVICES);
  const pauseMs = random.between(PAUSE_MS.low, PAUSE_MS.high);
  const fullMs = random.between(FULL_MS.low, FULL_MS.high);
  const offsetMs = Math.round(random.between(-CLOCK_MINUTES, CLOCK_MINUTES) * MINUTE_MS);
  let fromMs = performance.now();
  switch (kind) {
    case 'PostgreSQL ends at once':
      await system.postgres.crash();
      break;
    case 'disk full':
      await system.postgres.fillDisk(fullMs);
      // From when there is room again.
      fromMs = performance.now();
      break;
    case 'pause':
      system.service(one).signal('SIGSTOP');
      await sleep(pauseMs);
      system.service(one).signal('SIGCONT');
      fromMs = performance.now();
      break;
    case 'clock jump':
      system.setClock(one, offsetMs);
      break;
    case 'kill ingestion':
      await system.killAndStart('ingestion');
      break;
    case 'kill scoring':
      await system.killAndStart('scoring');
      break;
    case 'kill case-referral':
      await system.killAndStart('case-referral');
      break;
    case 'kill all three':
      await Promise.all(SERVICES.map((name) => system.killAndStart(name)));
      break;
    default:
      kind satisfies never;
  }
  await system.ready();
  return (performance.now() - fromMs) / 1_000;
}
