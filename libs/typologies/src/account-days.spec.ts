import { DAY_MS } from '#domain';
import { AccountDays, ACCOUNT_DAYS_MAX, type Finding } from './account-days';

const term = (logOdds: number) => ({ name: 'FAN_IN', family: 'NETWORK' as const, logOdds });
const FINDINGS: readonly Finding[] = ['DISMISSED', 'UNKNOWN', 'CONFIRMED'];

describe('account-days', () => {
  it('leave out what somebody still has in hand, unless something of the day was confirmed', () => {
    const days = new AccountDays((position) => FINDINGS[position]!);
    const judged = (anchor: number, ...positions: number[]): void => {
      for (const position of positions) days.judged(position, 0, anchor, [term(1)]);
    };
    judged(1, 0);
    judged(2, 0, 1, 0);
    judged(3, 1, 2, 0);
    expect(days.examples.map(({ positive }) => positive)).toEqual([false, true]);
  });

  it('let go of the oldest where they are too many', () => {
    const days = new AccountDays(() => 'CONFIRMED', 3);
    for (let day = 0; day < 5; day += 1) days.judged(day, day * DAY_MS, 1, [term(day)]);
    expect(days.examples.map(({ terms }) => terms[0]!.logOdds)).toEqual([2, 3, 4]);
    expect(ACCOUNT_DAYS_MAX).toBeGreaterThan(100_000);
  });
});
