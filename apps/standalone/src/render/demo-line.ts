import { type DemoProgress } from '../demo-messages';
import { counted, describeInstant, gauge, grouped } from './layout';

const BAR_WIDTH = 12;

export interface DemoState {
  readonly progress: DemoProgress;
  /** Of this run; null before there is anything to measure. */
  readonly rowsPerSecond: number | null;
  readonly alerts: number;
}

/** 0 to 1; null where nobody knows how long the feed is. */
export function shareOf({ rows, rowsTotal }: DemoProgress): number | null {
  if (rowsTotal === null) return null;
  return rowsTotal === 0 ? 1 : Math.min(1, rows / rowsTotal);
}

/** How far the demo feed is, in one line of at most 79 characters: a line that wraps cannot be drawn again in place. */
export function demoLine({ progress, rowsPerSecond, alerts }: DemoState): string {
  const share = shareOf(progress);
  const parts = [
    share === null
      ? ''
      : `${gauge(share, BAR_WIDTH)} ${String(Math.floor(share * 100)).padStart(3)} %`,
    `${grouped(progress.rows)} rows`,
    rowsPerSecond === null ? '' : `${grouped(Math.round(rowsPerSecond))}/s`,
    progress.feedClock === null ? '' : describeInstant(progress.feedClock).slice(0, 16),
    counted(alerts, 'alert'),
  ];
  return parts.filter((part) => part !== '').join('  ');
}
