import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#domain';
import { type Findings, type Overview } from './findings';
import { grouped } from './render/layout';

const POLL_MS = 200;
/** A full feed sent as fast as it is taken is scored within a fraction of this. */
const SETTLE_TIMEOUT_MS = 300_000;

export interface Settled {
  readonly overview: Overview;
  /** Whether all that was sent is in these figures. */
  readonly complete: boolean;
}

/**
 * Waits until everything that was sent is scored and in its cases.
 *
 * @param show told how far it is
 * @throws AppError UNAVAILABLE where a service has not answered in all that time
 */
export async function settle(
  findings: Findings,
  stop: AbortSignal,
  show: (line: string) => void,
): Promise<Settled> {
  const giveUpAtMs = performance.now() + SETTLE_TIMEOUT_MS;
  for (;;) {
    const found = await look(findings, show);
    if (found?.complete || (found && performance.now() > giveUpAtMs)) return found;
    if (performance.now() > giveUpAtMs)
      throw new AppError('UNAVAILABLE', 'the services do not answer');
    await sleep(POLL_MS, undefined, { signal: stop });
  }
}

/** @returns null where a service does not answer just now */
async function look(findings: Findings, show: (line: string) => void): Promise<Settled | null> {
  try {
    // In this order: events are stored with the position that they come from, so that once all is scored, all that is
    // still behind is in case-referral's count.
    const { position, head } = await findings.scoring();
    const overview = await findings.overview();
    const { eventsBehind, casesBehind } = overview;
    const complete = position >= head && eventsBehind === 0 && casesBehind === 0;
    if (position < head) show(`scoring: ${grouped(head - position)} log positions to go …`);
    else if (eventsBehind > 0) show(`cases: ${grouped(eventsBehind)} events to go …`);
    else if (!complete) show(`cases: ${grouped(casesBehind)} to be drawn …`);
    return { overview, complete };
  } catch {
    return null;
  }
}
