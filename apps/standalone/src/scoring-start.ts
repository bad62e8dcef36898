import { setTimeout as sleep } from 'node:timers/promises';
import { type Findings, type ScoringStart } from './findings';

const POLL_MS = 100;
/** A snapshot of a million wallets is checked in a tenth of this. After it, the log of scoring has to do. */
const KNOWN_WITHIN_MS = 120_000;

/**
 * Waits until scoring has said what it started from.
 *
 * @returns null where it has not in all that time, or the wait was ended: nothing depends on it
 */
export async function scoringStart(
  findings: Pick<Findings, 'scoring'>,
  stop: AbortSignal,
): Promise<ScoringStart | null> {
  const giveUpAtMs = performance.now() + KNOWN_WITHIN_MS;
  while (!stop.aborted && performance.now() < giveUpAtMs) {
    // It may be on its way up again.
    const progress = await findings.scoring().catch(() => null);
    if (progress?.startedFrom) return progress.startedFrom;
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return null;
}
