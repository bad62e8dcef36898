import {
  type Account,
  type Credit,
  liveOrigins,
  type Operation,
  ORIGINS_IN_PILE_MAX,
} from './reference-account';
import { type ReferenceCaps } from './reference-caps';

/** What is left of a row that leaves the account becomes part of the mixed pile. */
export function joinPile(account: Account, credit: Credit, caps: ReferenceCaps): void {
  if (credit.leftMinor === 0) return;
  account.mixed += credit.leftMinor;
  for (const [operation, share] of credit.origins) {
    const before = account.pile.get(operation) ?? 0;
    account.pile.set(operation, before + credit.leftMinor * share);
  }
  if (liveOrigins(credit.origins).length > 0) {
    account.mixedAtMs = Math.max(account.mixedAtMs, credit.atMs);
  }
  while (account.pile.size > ORIGINS_IN_PILE_MAX) {
    account.pile.delete(smallest(account.pile));
    caps.count('originsInPileMax');
  }
  credit.leftMinor = 0;
}

/** Withdrawn operations count as nothing; of equals, the one named later. */
export function smallest(amounts: ReadonlyMap<Operation, number>): Operation {
  const counted = ([operation, amount]: [Operation, number]): number =>
    operation.withdrawn ? 0 : amount;
  return [...amounts].sort((a, b) => counted(a) - counted(b) || b[0].number - a[0].number)[0]![0];
}

/**
 * Takes money out of the pile; every origin loses the same share.
 *
 * @returns how much there was to take, and what of it came from which operation
 */
export function takeFromPile(
  account: Account,
  wantedMinor: number,
): { takenMinor: number; origins: [Operation, number][] } {
  const takenMinor = Math.min(wantedMinor, account.mixed);
  if (takenMinor === 0) return { takenMinor, origins: [] };
  const share = takenMinor / account.mixed;
  const origins: [Operation, number][] = liveOrigins(account.pile).map(([operation, amount]) => [
    operation,
    amount * share,
  ]);
  for (const [operation, amount] of account.pile) {
    account.pile.set(operation, amount * ((account.mixed - takenMinor) / account.mixed));
  }
  account.mixed -= takenMinor;
  if (account.mixed === 0) account.pile.clear();
  return { takenMinor, origins };
}

/** Rows older than the memory leave: credits join the pile, debits are forgotten. */
export function expire(
  account: Account,
  nowMs: number,
  memoryMs: number,
  caps: ReferenceCaps,
): void {
  const isOld = (row: { atMs: number }): boolean => row.atMs < nowMs - memoryMs;
  for (const credit of account.credits.filter(isOld)) joinPile(account, credit, caps);
  account.credits = account.credits.filter((credit) => !isOld(credit));
  account.debits = account.debits.filter((debit) => !isOld(debit));
}
