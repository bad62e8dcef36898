import { type Figures, MICROS_PER_SECOND, MIB, type Progress, rounded } from './bench-row';
import { type Stored } from './fill-log';
import { processCpuMicros, processPeakRssBytes } from '../system/process-costs';
import { scoringProgress, type ScoringProgress } from '../system/scoring-progress';
import { ServiceProcess } from '../system/service-process';

const SCORE_POLL_MS = 250;
/** As exact as a start is measured; asking costs the process a thousandth of that. */
const START_POLL_MS = 25;
/** Nothing moves for so long in a process that works. */
const QUIET_MAX_MS = 300_000;

/** What it cost to come to a snapshot. */
interface ScoredLog {
  readonly seconds: number;
  /** Scoring stood still for so long while the snapshot was written. */
  readonly pauseSeconds: number;
}

/** Where scoring works, and what is stored there. */
export interface StartTask {
  readonly databaseUrl: string;
  readonly snapshotFolder: string;
  readonly stored: Stored;
}

/**
 * A snapshot at the end of the log, and none on the way: the one that a clean stop would write, written where the process
 * still answers how long that took.
 */
const settingsOf = (task: StartTask): Readonly<Record<string, string>> => ({
  DATABASE_URL: task.databaseUrl,
  SCORING_SNAPSHOT_DIR: task.snapshotFolder,
  SCORING_SNAPSHOT_EVERY: String(task.stored.transfers),
});

const isThere = ({ state, position, head }: ScoringProgress): boolean =>
  state === 'LIVE' && position === head;

/**
 * Lets scoring score the whole log, alerts and all, write its snapshot, and stop.
 *
 * @throws AppError UNAVAILABLE with scoring's last words where it fails
 */
export async function scoreLog(
  task: StartTask,
  progress: Progress,
  stop: AbortSignal,
): Promise<ScoredLog> {
  return ServiceProcess.with('scoring', settingsOf(task), stop, async (scoring) => {
    const waiting = { pollMs: SCORE_POLL_MS, quietMaxMs: QUIET_MAX_MS };
    let fromMs = performance.now();
    let hasAnswered = false;
    await scoring.until('the log to be scored', waiting, async () => {
      const told = await scoringProgress(scoring);
      if (told === null) return 0;
      // From its first answer: starting is not scoring.
      if (!hasAnswered) fromMs = performance.now();
      hasAnswered = true;
      progress(told.position, told.head);
      return isThere(told) ? true : told.position;
    });
    const seconds = (performance.now() - fromMs) / 1_000;
    await scoring.until('the snapshot to be written', waiting, async () => {
      const count = (outcome: string): Promise<number> =>
        scoring.metric('layerwatch_snapshots_total', `outcome="${outcome}"`);
      if ((await count('failed')) > 0) throw scoring.failed('could not write its snapshot');
      return (await count('written')) > 0 ? true : 0;
    });
    const pauseSeconds = await scoring.metric('layerwatch_snapshot_pause_seconds_sum');
    return { seconds, pauseSeconds };
  });
}

/**
 * Starts scoring over a log that is scored, and measures from the start of its process until it reads on: Node, the
 * modules, the database and the snapshot. The snapshot's file is still in the system's memory, as after an upgrade.
 *
 * @throws AppError UNAVAILABLE with scoring's last words where it fails, or did without the snapshot
 */
export async function measureStart(
  task: StartTask,
  scored: ScoredLog,
  stop: AbortSignal,
): Promise<Figures> {
  const { transfers, wallets } = task.stored;
  const fromMs = performance.now();
  return ServiceProcess.with('scoring', settingsOf(task), stop, async (scoring) => {
    const waiting = { pollMs: START_POLL_MS, quietMaxMs: QUIET_MAX_MS };
    await scoring.until('scoring to be live', waiting, async () => {
      const told = await scoringProgress(scoring);
      return told !== null && isThere(told) ? true : 0;
    });
    const seconds = (performance.now() - fromMs) / 1_000;
    const [cpuMicros, rssBytes, told, position, snapshotBytes] = await Promise.all([
      processCpuMicros(scoring.pid),
      processPeakRssBytes(scoring.pid),
      scoringProgress(scoring),
      scoring.metric('layerwatch_snapshot_position'),
      scoring.metric('layerwatch_snapshot_bytes'),
    ]);
    // Otherwise this were the figure of something else.
    if (position !== told?.head) throw scoring.failed('did not start from its snapshot');
    return {
      transfers,
      transfersPerSecond: Math.round(transfers / seconds),
      cpuMicrosPerTransfer: cpuMicros === null ? null : rounded(cpuMicros / transfers),
      p50Ms: null,
      p99Ms: null,
      p999Ms: null,
      bytesPerTransfer: null,
      rssMiB: rssBytes === null ? null : Math.round(rssBytes / MIB),
      seconds: rounded(seconds),
      startSeconds: rounded(seconds),
      cpuSeconds: cpuMicros === null ? null : rounded(cpuMicros / MICROS_PER_SECOND),
      wallets,
      snapshotMiB: rounded(snapshotBytes / MIB),
      pauseSeconds: rounded(scored.pauseSeconds),
      scoringSeconds: rounded(scored.seconds),
      scoredPerSecond: Math.round(transfers / scored.seconds),
    };
  });
}
