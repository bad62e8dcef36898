import { type LogEntry } from '#contracts';
import { REORDER_LIMITS } from '#flow';
import { type AlertDraft, type Detection, type Detector } from '#typologies';
import { type FeedLog, type RowIndex } from './feed-log';
import { type Seeding } from './seeding';

/** What the engine took for one run. Only its own work is timed: entries are made, and alerts judged, off the clock. */
export interface Speed {
  readonly transfersPerSecond: number;
  readonly cpuMicrosPerTransfer: number;
  /** The most that the whole process held while the run went. */
  readonly rssMiB: number;
}

/** Told of every alert raised or revised. @param row the last row that had been read */
export type AlertListener = (alert: AlertDraft, row: RowIndex) => void;

const BATCH_ROWS = 2_000;
const MIB = 1024 * 1024;

/** What was detected once a row had been read. */
interface Found {
  readonly row: RowIndex;
  readonly detections: readonly Detection[];
}

/**
 * Runs a data set's log through a detector, from its first row to its last. Where the feed's own time stands still for
 * longer than a row waits to be put in order, the detector is flushed, as the service does when its feed goes quiet: an alert is
 * dated by the row that led to it, not by whichever came next.
 *
 * @param seeding known operations to tell the detector of as the feed goes; null for none
 * @param told is called now and then with how many rows are done
 * @param until the row to stop before: the detector then has seen nothing of what comes after
 */
export function replay(
  log: FeedLog,
  seeding: Seeding | null,
  detector: Detector,
  onAlert: AlertListener,
  told: (rows: number) => void,
  until: RowIndex = log.size,
): Speed {
  let seconds = 0;
  let cpuMicros = 0;
  let rssBytes = 0;
  for (let from = 0; from < until; from += BATCH_ROWS) {
    const to = Math.min(from + BATCH_ROWS, until);
    const entries = entriesOf(log, seeding, from, to);
    const cpu = process.cpuUsage();
    const started = performance.now();
    const found = apply(log, detector, entries, to, until);
    seconds += (performance.now() - started) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    cpuMicros += user + system;
    rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
    for (const { row, detections } of found) {
      for (const detection of detections) if (detection.kind === 'alert') onAlert(detection, row);
    }
    told(to);
  }
  return {
    transfersPerSecond: Math.round(until / seconds),
    cpuMicrosPerTransfer: Math.round((cpuMicros / until) * 100) / 100,
    rssMiB: Math.round(rssBytes / MIB),
  };
}

function entriesOf(log: FeedLog, seeding: Seeding | null, from: RowIndex, to: RowIndex) {
  const entries: LogEntry[] = [];
  for (let row = from; row < to; row += 1) {
    const control = seeding?.before.get(row);
    if (control !== undefined) entries.push(control);
    entries.push(log.entry(row));
  }
  return entries;
}

/**
 * @param to the row after the last of the entries
 * @param until and after the last of all
 */
function apply(
  log: FeedLog,
  detector: Detector,
  entries: readonly LogEntry[],
  to: RowIndex,
  until: RowIndex,
): Found[] {
  const found: Found[] = [];
  const note = (row: RowIndex, detections: readonly Detection[]): void => {
    if (detections.length > 0) found.push({ row, detections });
  };
  for (const entry of entries) {
    // What a control entry leads to comes after the row before it.
    const row = log.rowOf(entry.kind === 'transfer' ? entry.position : entry.position + 1);
    const before = Math.max(0, row - 1);
    if (isQuietBefore(log, row)) note(before, detector.flush());
    note(entry.kind === 'transfer' ? row : before, detector.apply(entry));
  }
  if (to === until) note(to - 1, detector.flush());
  return found;
}

/** Whether the feed's own time stood still before a row for longer than rows wait. */
export const isQuietBefore = (log: FeedLog, row: RowIndex): boolean =>
  row > 0 && log.atMs(row) - log.atMs(row - 1) > REORDER_LIMITS.reorderMs;
