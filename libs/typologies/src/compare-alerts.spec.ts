import { compareAlerts } from './compare-alerts';

interface Named {
  readonly id: string;
  readonly firstAt: string;
  readonly transfers: readonly string[];
}
const alert = (id: string, transfers: string, firstAt = '2026-03-01T10:00:00Z'): Named => ({
  ...{ id, firstAt, transfers: transfers.split(' ') },
});
const compare = (active: readonly Named[], shadow: readonly Named[]) =>
  compareAlerts(active, shadow, ({ transfers }) => transfers);

describe('a comparison of two packs', () => {
  it('takes alerts for one finding where they share a transfer, whatever they are called', () => {
    const comparison = compare(
      [alert('a', 't1 t2'), alert('b', 't3 t4'), alert('c', 't9')],
      [alert('x', 't2 t7'), alert('y', 't4'), alert('z', 't3'), alert('b', 't8')],
    );
    expect(comparison).toMatchObject({ active: 3, shadow: 4, activeInBoth: 2, shadowInBoth: 3 });
    expect(comparison.activeOnly.map(({ id }) => id)).toEqual(['c']);
    expect(comparison.shadowOnly.map(({ id }) => id)).toEqual(['b']);
  });

  it('counts by day, as the feed has it', () => {
    const { days } = compare(
      [alert('a', 't1', '2026-03-02T01:00:00+05:00'), alert('b', 't2', '2026-03-01T00:00:00Z')],
      [alert('x', 't1', '2026-02-28T23:59:59.999Z')],
    );
    expect(days).toEqual([
      { day: '2026-02-28', active: 0, shadow: 1 },
      { day: '2026-03-01', active: 2, shadow: 0 },
    ]);
  });

  it('is of nothing where nothing was raised', () => {
    expect(compare([], [])).toEqual({
      ...{ active: 0, shadow: 0, activeInBoth: 0, shadowInBoth: 0 },
      ...{ days: [], activeOnly: [], shadowOnly: [] },
    });
  });
});
