import { type EventTimeMs } from '#domain';
import { type AccountIndex, NONE } from './accounts';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { PAGE_ROWS, PagedRows } from './paged-rows';
import { type StatePart, type StateSource } from './state-parts';

/** Payees of a pair that are told apart. */
const PAYEES_MAX = 3;
/** More accounts than there can be, so that two numbers make one key. */
const ACCOUNTS_BELOW = 2 ** 26;

const PAIR = { low: 0, high: 1, at: 2, shared: 3, payees: 4, stride: 4 + PAYEES_MAX } as const;

/**
 * How many payees two payers share: layers in which everybody pays everybody show in no single account. Keyed by the pair:
 * noting a payment touches one row.
 */
export class PairStore extends PagedRows {
  private readonly rowOf = new Map<number, number>();
  /** Pairs ever noted: their rows are used in turn. */
  private noted = 0;
  private capacity = 0;

  constructor(
    private readonly limits: FlowLimits,
    private readonly caps: Caps,
  ) {
    super('pairs', PAIR.stride);
  }

  /**
   * Notes that both pay the same payee.
   *
   * @returns how many payees they lately share, this one included
   */
  note(a: AccountIndex, b: AccountIndex, payee: AccountIndex, atMs: EventTimeMs): number {
    const row = this.rowFor(Math.min(a, b), Math.max(a, b), atMs);
    for (let i = 0; i < PAYEES_MAX; i += 1) {
      if (this.get(row, PAIR.payees + i) === payee) return this.get(row, PAIR.shared);
    }
    const shared = this.get(row, PAIR.shared);
    this.set(row, PAIR.payees + (shared % PAYEES_MAX), payee);
    this.set(row, PAIR.shared, shared + 1);
    this.set(row, PAIR.at, Math.max(atMs, this.get(row, PAIR.at)));
    return shared + 1;
  }

  private rowFor(low: AccountIndex, high: AccountIndex, atMs: EventTimeMs): number {
    const key = low * ACCOUNTS_BELOW + high;
    const known = this.rowOf.get(key);
    if (known !== undefined && this.get(known, PAIR.at) >= atMs - this.limits.memoryMs)
      return known;
    const row = known ?? this.nextRow(key);
    const page = this.page(row);
    const at = this.offset(row);
    page.fill(NONE, at, at + PAIR.stride);
    page[at + PAIR.low] = low;
    page[at + PAIR.high] = high;
    page[at + PAIR.at] = atMs;
    page[at + PAIR.shared] = 0;
    return row;
  }

  private nextRow(key: number): number {
    const { pairsMax } = this.limits;
    const row = this.noted % pairsMax;
    if (this.noted >= pairsMax) {
      this.rowOf.delete(this.keyOf(row));
      this.caps.count(CAPS.pairs);
    } else while (row >= this.capacity) this.capacity = this.grow() + PAGE_ROWS;
    this.noted += 1;
    this.rowOf.set(key, row);
    return row;
  }

  private keyOf(row: number): number {
    return this.get(row, PAIR.low) * ACCOUNTS_BELOW + this.get(row, PAIR.high);
  }

  override *save(): Iterable<StatePart> {
    yield { name: 'pairs', value: { noted: this.noted, capacity: this.capacity } };
    yield* super.save();
  }

  override load(source: StateSource): void {
    const saved = source.value('pairs') as { noted: number; capacity: number };
    this.noted = saved.noted;
    this.capacity = saved.capacity;
    super.load(source);
    const rows = Math.min(this.noted, this.limits.pairsMax);
    for (let row = 0; row < rows; row += 1) this.rowOf.set(this.keyOf(row), row);
  }
}
