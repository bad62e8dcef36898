import { setTimeout as sleep } from 'node:timers/promises';
import { invariant } from '#domain';
import { type RowsAnswer } from '#contracts';
import { type RandomStream } from '../simulate/random-stream';
import { PROVIDERS } from '../system/running-system';
import { type Scenario } from './scenario';
import { type ShakenSystem } from './shaken-system';

export const PROVIDER = PROVIDERS[0];
/** Before this batch the operations become known. */
const OPERATIONS_BEFORE = 3;
/** After so many answers one of the batches before is sent again. */
const REPEAT_CHANCE = 0.05;
const RETRY_MS = 25;
/** A request is sent again for so long: longer than any disturbance takes. */
const ANSWERED_MAX_MS = 180_000;
const SETTLED_MAX_MS = 300_000;
const SETTLED_POLL_MS = 50;

/** What became of what was sent. */
export interface Played {
  readonly transfers: number;
  /** Requests that got no answer, or one that asks to come back, and were sent again. */
  readonly repeated: number;
}

/**
 * Tells a scenario to a system, each request again until it is answered.
 *
 * @param stop ends it
 * @param pace is awaited before each batch, by its number
 */
export async function play(
  system: ShakenSystem,
  { batches, operations }: Scenario,
  random: RandomStream,
  stop: AbortSignal,
  pace: (batch: number) => Promise<void>,
): Promise<Played> {
  let [transfers, repeated] = [0, 0];
  /** @param ask gives null where it is to be asked again */
  const untilAnswered = async <T>(ask: () => Promise<T | null>): Promise<T> => {
    for (const fromMs = performance.now(); ; repeated += 1) {
      stop.throwIfAborted();
      const answer = await ask().catch(() => null);
      if (answer !== null) return answer;
      if (performance.now() - fromMs > ANSWERED_MAX_MS) {
        throw system.service('ingestion').failed('or case-referral answers no request any more');
      }
      await sleep(RETRY_MS);
    }
  };
  const post = async (batch: number): Promise<RowsAnswer<'transferId'>> => {
    const rows = batches[batch]!;
    const answer = await untilAnswered(() => system.post<RowsAnswer<'transferId'>>(PROVIDER, rows));
    invariant(answer.rejected === 0, 'every row of the scenario is a good one');
    invariant(answer.accepted + answer.duplicates === rows.length, 'every row is answered for');
    return answer;
  };
  for (const [batch, rows] of batches.entries()) {
    await pace(batch);
    if (batch === OPERATIONS_BEFORE) {
      for (const operation of operations) {
        await untilAnswered(() => system.register(operation));
      }
    }
    await post(batch);
    transfers += rows.length;
    if (!random.chance(REPEAT_CHANCE)) continue;
    const again = await post(random.whole(0, batch));
    invariant(again.accepted === 0, 'what was acknowledged is there');
  }
  return { transfers, repeated };
}

/** Waits until everything that was told has had all its consequences. @returns seconds that this took */
export async function settled(system: ShakenSystem, stop: AbortSignal): Promise<number> {
  const fromMs = performance.now();
  for (;;) {
    stop.throwIfAborted();
    if (await isSettled(system).catch(() => false)) return (performance.now() - fromMs) / 1_000;
    if (performance.now() - fromMs > SETTLED_MAX_MS) {
      throw system.service('scoring').failed('and case-referral do not catch up');
    }
    await sleep(SETTLED_POLL_MS);
  }
}

async function isSettled(system: ShakenSystem): Promise<boolean> {
  const told = await system.service('scoring').ask('/v1/progress');
  const { state, position, head } = JSON.parse(told ?? '{}') as Record<string, unknown>;
  if (state !== 'LIVE' || position !== head) return false;
  const { eventsBehind, casesBehind } =
    await system.read<Record<'eventsBehind' | 'casesBehind', number>>('/v1/overview');
  return eventsBehind === 0 && casesBehind === 0;
}
