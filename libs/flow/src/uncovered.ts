import { type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts } from './accounts';
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
  const page = accounts.page(account);
  const row = accounts.offset(account);
  page[row + ACCOUNT.uncovered]! += openMinor;
  const open = row + ACCOUNT.uncoveredOpen;
  const at = row + ACCOUNT.uncoveredAt;
  const forgotten = page[open + UNCOVERED_MAX - 1]! > 0;
  for (let i = UNCOVERED_MAX - 1; i > 0; i -= 1) {
    page[open + i] = page[open + i - 1]!;
    page[at + i] = page[at + i - 1]!;
  }
  page[open] = openMinor;
  page[at] = atMs;
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
  const page = accounts.page(account);
  const row = accounts.offset(account);
  // Most accounts have nothing open.
  if (page[row + ACCOUNT.uncovered] === 0) return 0;
  let rest = amountMinor;
  for (let i = 0; i < UNCOVERED_MAX && rest > 0; i += 1) {
    const open = page[row + ACCOUNT.uncoveredOpen + i]!;
    if (open === 0 || page[row + ACCOUNT.uncoveredAt + i]! <= atMs) continue;
    const filled = Math.min(open, rest);
    page[row + ACCOUNT.uncoveredOpen + i] = open - filled;
    rest -= filled;
  }
  const filled = amountMinor - rest;
  page[row + ACCOUNT.backfilled]! += filled;
  page[row + ACCOUNT.uncovered]! -= filled;
  page[row + ACCOUNT.taken]! += filled;
  return filled;
}
