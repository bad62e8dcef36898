import { type EventTimeMs } from '#domain';
import { type AccountIndex, type Accounts } from './accounts';
import { UNCOVERED_MAX } from './flow-limits';

/**
 * Remembers that a debit paid out money that was never seen coming in: an opening balance, or a credit that is late.
 *
 * @returns whether an older one was forgotten over it: no credit can fill that any more
 */
export function leaveUncovered(
  accounts: Accounts,
  account: AccountIndex,
  openMinor: number,
  atMs: EventTimeMs,
): boolean {
  accounts.uncovered[account]! += openMinor;
  const first = account * UNCOVERED_MAX;
  const forgotten = accounts.uncoveredOpen[first + UNCOVERED_MAX - 1]! > 0;
  accounts.uncoveredOpen.copyWithin(first + 1, first, first + UNCOVERED_MAX - 1);
  accounts.uncoveredAt.copyWithin(first + 1, first, first + UNCOVERED_MAX - 1);
  accounts.uncoveredOpen[first] = openMinor;
  accounts.uncoveredAt[first] = atMs;
  return forgotten;
}

/**
 * A credit that comes late fills debits that happened after it and that nothing covered.
 *
 * @returns how much of it that took, in minor units
 */
export function backfill(
  accounts: Accounts,
  account: AccountIndex,
  amountMinor: number,
  atMs: EventTimeMs,
): number {
  let rest = amountMinor;
  const first = account * UNCOVERED_MAX;
  for (let i = first; i < first + UNCOVERED_MAX && rest > 0; i += 1) {
    const open = accounts.uncoveredOpen[i]!;
    if (open === 0 || accounts.uncoveredAt[i]! <= atMs) continue;
    const filled = Math.min(open, rest);
    accounts.uncoveredOpen[i] = open - filled;
    rest -= filled;
  }
  const filled = amountMinor - rest;
  accounts.backfilled[account]! += filled;
  accounts.uncovered[account]! -= filled;
  accounts.taken[account]! += filled;
  return filled;
}
