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

/** Of one shared payee: the payee, and of each of the two the payment: where it stands, amount, time, and whether it was a first one. */
const PER_PAYMENT = 4;
const PER_PAYEE = 1 + 2 * PER_PAYMENT;

const PAIR = { low: 0, high: 1, at: 2, shared: 3, payees: 4 } as const;
const STRIDE = PAIR.payees + PAYEES_MAX * PER_PAYEE;

/** A payment of one of a pair to a payee that both pay. */
export interface PairPayment {
  readonly payer: AccountIndex;
  readonly payee: AccountIndex;
  readonly position: number;
  readonly amountMinor: number;
  readonly atMs: EventTimeMs;
  /** The payer had never paid the payee before, as far as this side knows. */
  readonly newPair: boolean;
}

/** One payee that two share, by what each paid it. */
export type SharedPayee = readonly [own: PairPayment, theirs: PairPayment];

export const NONE_SHARED: readonly SharedPayee[] = [];

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
    super('pairs', STRIDE);
  }

  /**
   * Notes that both pay the same payee, each by its payment.
   *
   * @param atMs when the later of the two was made
   * @returns how many payees they lately share, this one included
   */
  note(one: PairPayment, other: PairPayment, atMs: EventTimeMs): number {
    const isOrdered = one.payer < other.payer;
    const low = isOrdered ? one : other;
    const high = isOrdered ? other : one;
    const row = this.rowFor(low.payer, high.payer, atMs);
    const shared = this.get(row, PAIR.shared);
    for (let i = 0; i < PAYEES_MAX; i += 1) {
      if (this.get(row, PAIR.payees + i * PER_PAYEE) === one.payee) return shared;
    }
    const at = PAIR.payees + (shared % PAYEES_MAX) * PER_PAYEE;
    this.set(row, at, one.payee);
    this.setPayment(row, at + 1, low);
    this.setPayment(row, at + 1 + PER_PAYMENT, high);
    this.set(row, PAIR.shared, shared + 1);
    this.set(row, PAIR.at, Math.max(atMs, this.get(row, PAIR.at)));
    return shared + 1;
  }

  private setPayment(
    row: number,
    first: number,
    { position, amountMinor, atMs, newPair }: PairPayment,
  ): void {
    this.set(row, first, position);
    this.set(row, first + 1, amountMinor);
    this.set(row, first + 2, atMs);
    this.set(row, first + 3, newPair ? 1 : 0);
  }

  /** What both paid to each payee that they share, of the latest payees. @param a whose payment comes first */
  sharedBy(a: AccountIndex, b: AccountIndex): SharedPayee[] {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    const row = this.rowOf.get(low * ACCOUNTS_BELOW + high);
    if (row === undefined) return [];
    const count = Math.min(this.get(row, PAIR.shared), PAYEES_MAX);
    return Array.from({ length: count }, (_, n): SharedPayee => {
      const at = PAIR.payees + n * PER_PAYEE;
      const ofLow = this.payment(row, at, at + 1, low);
      const ofHigh = this.payment(row, at, at + 1 + PER_PAYMENT, high);
      return a === low ? [ofLow, ofHigh] : [ofHigh, ofLow];
    });
  }

  private payment(row: number, payee: number, first: number, payer: AccountIndex): PairPayment {
    return {
      payer,
      payee: this.get(row, payee),
      position: this.get(row, first),
      amountMinor: this.get(row, first + 1),
      atMs: this.get(row, first + 2),
      newPair: this.get(row, first + 3) === 1,
    };
  }

  private rowFor(low: AccountIndex, high: AccountIndex, atMs: EventTimeMs): number {
    const key = low * ACCOUNTS_BELOW + high;
    const known = this.rowOf.get(key);
    if (known !== undefined && this.get(known, PAIR.at) >= atMs - this.limits.memoryMs)
      return known;
    const row = known ?? this.nextRow(key);
    const page = this.page(row);
    const at = this.offset(row);
    page.fill(NONE, at, at + STRIDE);
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
