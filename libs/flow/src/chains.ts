import { type EventTimeMs } from '#domain';
import { type AccountIndex, type Accounts, NONE } from './accounts';
import { type CreditPool, type CreditSlot, type DebitPool, type DebitSlot } from './credit-pool';

/** Each account's credits and debits, chained through their pools, newest first. */

/** The account's credit of that transfer, while it is remembered; NONE where it is not. */
export function creditOf(
  accounts: Accounts,
  credits: CreditPool,
  account: AccountIndex,
  position: number,
): CreditSlot {
  let slot = accounts.creditHead[account]!;
  while (slot !== NONE && credits.transfer[slot] !== position) slot = credits.next[slot]!;
  return slot;
}

/** Whether `payer` is among those who paid the account, as far as it remembers. */
export function wasPaidBy(
  accounts: Accounts,
  credits: CreditPool,
  account: AccountIndex,
  payer: AccountIndex,
): boolean {
  let slot = accounts.creditHead[account]!;
  while (slot !== NONE && credits.payer[slot] !== payer) slot = credits.next[slot]!;
  return slot !== NONE;
}

/** Whether `payee` is among those the account paid, as far as it remembers. */
export function hasPaid(
  accounts: Accounts,
  debits: DebitPool,
  account: AccountIndex,
  payee: AccountIndex,
): boolean {
  let slot = accounts.debitHead[account]!;
  while (slot !== NONE && debits.payee[slot] !== payee) slot = debits.next[slot]!;
  return slot !== NONE;
}

/** Puts a credit where its time belongs: a late one is not the newest. */
export function chainCredit(
  accounts: Accounts,
  credits: CreditPool,
  account: AccountIndex,
  slot: CreditSlot,
): void {
  let before = NONE;
  let after = accounts.creditHead[account]!;
  while (after !== NONE && credits.at[after]! > credits.at[slot]!) {
    before = after;
    after = credits.next[after]!;
  }
  credits.next[slot] = after;
  if (before === NONE) accounts.creditHead[account] = slot;
  else credits.next[before] = slot;
  accounts.creditCount[account]! += 1;
}

export function unchainCredit(
  accounts: Accounts,
  credits: CreditPool,
  account: AccountIndex,
  slot: CreditSlot,
): void {
  let before = NONE;
  for (let at = accounts.creditHead[account]!; at !== slot; at = credits.next[at]!) before = at;
  if (before === NONE) accounts.creditHead[account] = credits.next[slot]!;
  else credits.next[before] = credits.next[slot]!;
  accounts.creditCount[account]! -= 1;
}

/**
 * The credit that matters least: the smallest that is spent and from before `sinceMs`, else the smallest of all, so that
 * dust never pushes evidence out; of equals the oldest.
 */
export function leastCredit(
  accounts: Accounts,
  credits: CreditPool,
  account: AccountIndex,
  sinceMs: EventTimeMs,
): { slot: CreditSlot; useless: boolean } {
  let least = accounts.creditHead[account]!;
  let leastUseless = false;
  for (let slot = least; slot !== NONE; slot = credits.next[slot]!) {
    const useless = credits.left[slot] === 0 && credits.at[slot]! < sinceMs;
    const smaller = credits.amount[slot]! <= credits.amount[least]!;
    if (useless === leastUseless ? smaller : useless) {
      least = slot;
      leastUseless = useless;
    }
  }
  return { slot: least, useless: leastUseless };
}

export function chainDebit(
  accounts: Accounts,
  debits: DebitPool,
  account: AccountIndex,
  slot: DebitSlot,
): void {
  debits.next[slot] = accounts.debitHead[account]!;
  accounts.debitHead[account] = slot;
  accounts.debitCount[account]! += 1;
}

export function forgetOldestDebit(
  accounts: Accounts,
  debits: DebitPool,
  account: AccountIndex,
): void {
  let before = NONE;
  let slot = accounts.debitHead[account]!;
  while (debits.next[slot]! !== NONE) {
    before = slot;
    slot = debits.next[slot]!;
  }
  if (before === NONE) accounts.debitHead[account] = NONE;
  else debits.next[before] = NONE;
  accounts.debitCount[account]! -= 1;
  debits.release(slot);
}
