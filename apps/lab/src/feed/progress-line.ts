import { SECOND_MS, type EventTimeMs } from '#domain';

/** How far a feed is. */
export interface FeedState {
  /** Answered so far, from the feed's beginning. */
  readonly rows: number;
  readonly rowsTotal: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The event time the feed has reached; null before its first row. */
  readonly feedClockMs: EventTimeMs | null;
  /** Of this run. */
  readonly rowsPerSecond: number;
}

const BAR_WIDTH = 24;
const MINUTE_SECONDS = 60;

export const grouped = (count: number): string =>
  Math.round(count).toLocaleString('en-US', { maximumFractionDigits: 0 });

/** 2024-01-13 04:10, the feed's own time in UTC. */
export const feedClock = (atMs: EventTimeMs | null): string =>
  atMs === null
    ? 'not begun'
    : new Date(atMs - (atMs % SECOND_MS)).toISOString().slice(0, 16).replace('T', ' ');

function remaining({ rows, rowsTotal, rowsPerSecond }: FeedState): string {
  if (rowsPerSecond <= 0 || rows >= rowsTotal) return '';
  const seconds = Math.ceil((rowsTotal - rows) / rowsPerSecond);
  const minutes = Math.floor(seconds / MINUTE_SECONDS);
  return `${minutes}:${String(seconds % MINUTE_SECONDS).padStart(2, '0')} left`;
}

export const shareDone = ({ rows, rowsTotal }: FeedState): number =>
  rowsTotal === 0 ? 1 : Math.min(1, rows / rowsTotal);

/**
 * One line that says how far a feed is, such as
 * `[#########---------------]  38 %  195,000 of 514,150  41,200/s  feed time 2024-01-12 09:41  0:08 left`.
 *
 * @param columns the terminal's width: the line is cut to it, since a wrapped line cannot be redrawn
 */
export function progressLine(state: FeedState, columns: number): string {
  const share = shareDone(state);
  const filled = Math.round(share * BAR_WIDTH);
  const parts = [
    `[${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}] ${String(Math.floor(share * 100)).padStart(3)} %`,
    `${grouped(state.rows)} of ${grouped(state.rowsTotal)}`,
    `${grouped(state.rowsPerSecond)}/s`,
    `feed time ${feedClock(state.feedClockMs)}`,
    ...(state.rejected > 0 ? [`${grouped(state.rejected)} rejected`] : []),
    remaining(state),
  ];
  return parts
    .filter(Boolean)
    .join('  ')
    .slice(0, Math.max(0, columns - 1));
}
