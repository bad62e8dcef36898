import { type EventTimeMs } from '#domain';
import { type AccountIndex, type Accounts } from './accounts';
import { BlockRows, NO_BLOCK } from './block-rows';

/** A remembered credit, or debit: its row. It holds until its account's rows of that kind change. */
export type CreditSlot = number;
export type DebitSlot = number;

/** Every timed row begins with its transfer's position in the log, its time, its amount, and what it is worth keeping. */
export const TIMED = { transfer: 0, at: 1, amount: 2, worth: 3 } as const;

/** Most accounts have one or two credits: a smaller block would be outgrown at once. */
const FIRST_CLASS = 1;

/**
 * The remembered credits, or debits, of every account: each account's rows lie in one block, in the order of time, of equal
 * times in that of arrival. A row's number holds until its account's rows change.
 */
export abstract class TimedRows extends BlockRows {
  constructor(
    name: string,
    stride: number,
    protected readonly accounts: Accounts,
    /** The account's fields for these rows. */
    private readonly fields: { block: number; count: number; blockClass: number },
  ) {
    super(name, stride);
  }

  /** The account's oldest row; meaningless where it has none. */
  first(account: AccountIndex): number {
    return this.accounts.get(account, this.fields.block);
  }

  count(account: AccountIndex): number {
    return this.accounts.get(account, this.fields.count);
  }

  transfer(row: number): number {
    return this.get(row, TIMED.transfer);
  }

  at(row: number): EventTimeMs {
    return this.get(row, TIMED.at);
  }

  amount(row: number): number {
    return this.get(row, TIMED.amount);
  }

  /** Makes room for a row of that time, which the caller fills. @returns the row */
  protected insert(account: AccountIndex, atMs: EventTimeMs): number {
    const { accounts, fields } = this;
    const count = accounts.get(account, fields.count);
    let block = accounts.get(account, fields.block);
    if (block === NO_BLOCK || count === 1 << accounts.get(account, fields.blockClass)) {
      block = this.enlarge(account, count, block);
    }
    accounts.set(account, fields.count, count + 1);
    const page = this.page(block);
    const base = this.offset(block);
    const { stride } = this;
    let index = count;
    while (index > 0 && page[base + (index - 1) * stride + TIMED.at]! > atMs) index -= 1;
    const from = base + index * stride;
    if (index < count) page.copyWithin(from + stride, from, base + count * stride);
    return block + index;
  }

  private enlarge(account: AccountIndex, count: number, block: number): number {
    const { accounts, fields, stride } = this;
    const before = accounts.get(account, fields.blockClass);
    const blockClass = block === NO_BLOCK ? FIRST_CLASS : before + 1;
    const larger = this.take(blockClass);
    if (block !== NO_BLOCK) {
      const from = this.offset(block);
      const rows = this.page(block).subarray(from, from + count * stride);
      this.page(larger).set(rows, this.offset(larger));
      this.release(block, before);
    }
    accounts.set(account, fields.block, larger);
    accounts.set(account, fields.blockClass, blockClass);
    return larger;
  }

  /** Takes out `many` rows from `row` on. */
  protected remove(account: AccountIndex, row: number, many = 1): void {
    const { accounts, fields, stride } = this;
    const count = accounts.get(account, fields.count);
    const block = accounts.get(account, fields.block);
    accounts.set(account, fields.count, count - many);
    if (count === many) {
      this.release(block, accounts.get(account, fields.blockClass));
      accounts.set(account, fields.block, NO_BLOCK);
      return;
    }
    const page = this.page(block);
    const end = this.offset(block) + count * stride;
    const at = this.offset(row);
    page.copyWithin(at, at + many * stride, end);
  }

  /** How many of the account's rows are older: they lie at the front. */
  protected countBefore(account: AccountIndex, sinceMs: EventTimeMs): number {
    const count = this.count(account);
    if (count === 0) return 0;
    const block = this.first(account);
    const page = this.page(block);
    let at = this.offset(block) + TIMED.at;
    let older = 0;
    while (older < count && page[at]! < sinceMs) {
      older += 1;
      at += this.stride;
    }
    return older;
  }

  /**
   * The account's row that is worth least, of equals the oldest; -1 where a new one of that worth would be worth less than
   * any of them.
   */
  protected leastBelow(account: AccountIndex, worth: number): number {
    const block = this.first(account);
    const count = this.count(account);
    const page = this.page(block);
    let at = this.offset(block) + TIMED.worth;
    let least = -1;
    let leastWorth = worth;
    for (let i = 0; i < count; i += 1) {
      // A new one is younger than all, so of equals it is not the one that goes.
      const small = page[at]!;
      if (small < leastWorth || (least === -1 && small === leastWorth)) {
        least = block + i;
        leastWorth = small;
      }
      at += this.stride;
    }
    return least;
  }
}

/**
 * What a credit or a debit is worth keeping, by amount and age: as much as one of half the amount that is one half-life
 * younger. Only the order counts, and that does not change as time goes by. So dust pushes nothing out, and neither does
 * last week's rent push out today's.
 */
export const worthOf = (amountMinor: number, atMs: EventTimeMs, halfLifeMs: number): number =>
  Math.log2(amountMinor) + atMs / halfLifeMs;
