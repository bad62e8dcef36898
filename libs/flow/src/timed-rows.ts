import { type EventTimeMs } from '#domain';
import { type AccountIndex, type Accounts, NONE } from './accounts';
import { BlockRows, NO_BLOCK } from './block-rows';

/** A remembered credit, or debit: its row. It holds until its account's rows of that kind change. */
export type CreditSlot = number;
export type DebitSlot = number;

/** Every timed row begins with its transfer's position in the log, its time and its amount. */
export const TIMED = { transfer: 0, at: 1, amount: 2 } as const;

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

  /** Nothing of the row's money is left to be taken. */
  protected abstract isSpent(page: Float64Array, at: number): boolean;

  /**
   * The row that a full account forgets for a new one. The newest quarter stays, but for dust: what came in minutes ago is
   * what leaves next. Of the others the smallest goes, first of those that are done with; of equals the oldest. So dust
   * pushes nothing out, and neither does what was large last week.
   *
   * @param isSpent whether nothing of the new one is left
   * @param doneBeforeMs what is spent and older than this is done with
   * @returns NONE where the new one is itself the one that is not kept
   */
  protected leastFor(
    account: AccountIndex,
    { amountMinor, atMs, isSpent }: NewRow,
    doneBeforeMs: EventTimeMs,
    rowsMax: number,
  ): number {
    const block = this.first(account);
    const count = this.count(account);
    const page = this.page(block);
    const base = this.offset(block);
    const { stride } = this;
    let place = 0;
    let sum = amountMinor;
    for (let i = 0; i < count; i += 1) {
      const at = base + i * stride;
      sum += page[at + TIMED.amount]!;
      if (page[at + TIMED.at]! <= atMs) place = i + 1;
    }
    const rows = count + 1;
    const newestFrom = rows - (rowsMax >> NEWEST_SHIFT);
    let least = NONE;
    let leastMinor = Infinity;
    let leastDone = false;
    // In the order of time, the new one in its place among them.
    for (let i = 0; i < rows; i += 1) {
      const at = base + (i < place ? i : i - 1) * stride;
      const isNew = i === place;
      const minor = isNew ? amountMinor : page[at + TIMED.amount]!;
      if (i >= newestFrom && minor * DUST_PARTS * rows >= sum) continue;
      const old = (isNew ? atMs : page[at + TIMED.at]!) < doneBeforeMs;
      const done = old && (isNew ? isSpent : this.isSpent(page, at));
      if (done === leastDone ? minor >= leastMinor : leastDone) continue;
      least = isNew ? NONE : block + (i < place ? i : i - 1);
      leastMinor = minor;
      leastDone = done;
    }
    return least;
  }
}

/** What a full account is asked to make room for. */
export interface NewRow {
  readonly amountMinor: number;
  readonly atMs: EventTimeMs;
  readonly isSpent: boolean;
}

/** A quarter. */
const NEWEST_SHIFT = 2;
/** Less than a tenth of what is usual here is dust. */
const DUST_PARTS = 10;
