import { DAY_MS, HOUR_MS } from '#domain';
import { FeedClock } from './feed-clock';

const START_MS = Date.UTC(2026, 0, 5);

/** The clock after these times, in milliseconds since the start. */
function after(...times: number[]): number {
  const clock = new FeedClock();
  let now = 0;
  for (const time of times) now = clock.hear(START_MS + time) - START_MS;
  return now;
}

describe('the clock of the feed', () => {
  it('follows the rows, and does not go back for a late one', () => {
    expect(after(0, 1_000, 5_000)).toBe(5_000);
    expect(after(0, 5_000, 1_000)).toBe(5_000);
  });

  it('believes a row no more than an hour', () => {
    expect(after(0, HOUR_MS)).toBe(HOUR_MS);
    expect(after(0, HOUR_MS + 1)).toBe(HOUR_MS);
    expect(after(0, 70 * 365 * DAY_MS, 2_000)).toBe(HOUR_MS);
  });

  it('catches up with a feed that was silent', () => {
    const rows = Array.from({ length: 100 }, (_, i) => 3 * DAY_MS + i);
    expect(after(0, ...rows)).toBe(3 * DAY_MS + 99);
  });

  it('is set right by many rows where the first was wild', () => {
    const wild = 70 * 365 * DAY_MS;
    const rows = Array.from({ length: 100 }, (_, i) => i * 1_000);
    expect(after(wild, ...rows.slice(0, 99))).toBe(wild);
    expect(after(wild, ...rows)).toBe(99_000);
  });
});
