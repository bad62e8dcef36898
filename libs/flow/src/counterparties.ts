import { DAY_MS, type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts } from './accounts';
import { BlockRows, classFor, NO_BLOCK } from './block-rows';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';

export type Direction = 'paid' | 'wasPaidBy';

/** A row is one number: who and which way (32 bits), then the day on which it was last so (17 bits). */
const DAYS_BELOW = 2 ** 17;
const FIRST_CLASS = classFor(2);

const keyOf = (nameHash: number, direction: Direction): number =>
  (nameHash >>> 1) * 2 + (direction === 'paid' ? 1 : 0);

/**
 * With whom each account has dealt, far longer than payments are remembered: this month's rent goes to nobody new. Whom it
 * paid and by whom it was paid are kept apart. The counterparty is known by a hash of its name, which is the same wherever
 * its account lives.
 */
export class Counterparties extends BlockRows {
  constructor(
    private readonly accounts: Accounts,
    private readonly limits: FlowLimits,
    private readonly caps: Caps,
  ) {
    super('counterparties', 1);
  }

  /**
   * Notes that the account deals with a counterparty.
   *
   * @returns whether it had done so before, as far as is remembered
   */
  meet(
    account: AccountIndex,
    other: AccountIndex,
    direction: Direction,
    nowMs: EventTimeMs,
  ): boolean {
    const { accounts } = this;
    const key = keyOf(accounts.get(other, ACCOUNT.nameHash), direction);
    const today = Math.floor(nowMs / DAY_MS);
    const count = accounts.get(account, ACCOUNT.counterpartyCount);
    const block = accounts.get(account, ACCOUNT.counterpartyBlock);
    const at = count === 0 ? -1 : this.indexOf(block, count, key);
    if (at === -1) {
      this.remember(account, block, count, key * DAYS_BELOW + today);
      return false;
    }
    const page = this.page(block);
    const base = this.offset(block);
    const lastDay = page[base + at]! % DAYS_BELOW;
    // The one met last stands last, so that the first is the one longest unseen.
    page.copyWithin(base + at, base + at + 1, base + count);
    page[base + count - 1] = key * DAYS_BELOW + Math.max(today, lastDay);
    return lastDay >= Math.floor((nowMs - this.limits.counterpartyMemoryMs) / DAY_MS);
  }

  /** The account is given up. */
  clear(account: AccountIndex): void {
    const { accounts } = this;
    const count = accounts.get(account, ACCOUNT.counterpartyCount);
    if (count === 0) return;
    this.release(accounts.get(account, ACCOUNT.counterpartyBlock), blockClassFor(count));
    accounts.set(account, ACCOUNT.counterpartyCount, 0);
    accounts.set(account, ACCOUNT.counterpartyBlock, NO_BLOCK);
  }

  private indexOf(block: number, count: number, key: number): number {
    const page = this.page(block);
    const base = this.offset(block);
    const from = key * DAYS_BELOW;
    for (let i = 0; i < count; i += 1) {
      const row = page[base + i]!;
      if (row >= from && row < from + DAYS_BELOW) return i;
    }
    return -1;
  }

  private remember(account: AccountIndex, block: number, count: number, row: number): void {
    if (count === this.limits.counterpartiesPerAccountMax) {
      this.caps.count(CAPS.counterparties);
      const page = this.page(block);
      const base = this.offset(block);
      page.copyWithin(base, base + 1, base + count);
      page[base + count - 1] = row;
      return;
    }
    const home = this.roomFor(account, block, count);
    this.page(home)[this.offset(home) + count] = row;
    this.accounts.set(account, ACCOUNT.counterpartyCount, count + 1);
  }

  private roomFor(account: AccountIndex, block: number, count: number): number {
    const needed = blockClassFor(count + 1);
    if (count > 0 && needed === blockClassFor(count)) return block;
    const larger = this.take(needed);
    if (count > 0) {
      const from = this.offset(block);
      this.page(larger).set(this.page(block).subarray(from, from + count), this.offset(larger));
      this.release(block, blockClassFor(count));
    }
    this.accounts.set(account, ACCOUNT.counterpartyBlock, larger);
    return larger;
  }
}

const blockClassFor = (count: number): number => Math.max(FIRST_CLASS, classFor(count));
