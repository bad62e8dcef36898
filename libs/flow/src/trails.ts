import { type EventTimeMs } from '#domain';
import { type AccountIndex, NONE } from './accounts';
import { type BlockClass, BlockRows, classFor, NO_BLOCK } from './block-rows';
import { ORIGINS_MAX } from './flow-limits';

/** A transfer somewhere upstream: who paid it, and whether the two had to do with one another before; and what it was. */
const HOP = { walletAndNew: 0, transfer: 1, amount: 2, at: 3, size: 4 } as const;
/** Origins lie two in a row: number and share, number and share. */
const ORIGINS_PER_ROW = 2;

/** A list of transfers that travels with a payment, of at most so many. */
export class Hops {
  count = 0;
  readonly wallet: Int32Array;
  readonly transfer: Float64Array;
  readonly amount: Float64Array;
  readonly at: Float64Array;
  /** 1 where its payer had never paid its payee before. */
  readonly newPair: Uint8Array;

  constructor(max: number) {
    this.wallet = new Int32Array(max);
    this.transfer = new Float64Array(max);
    this.amount = new Float64Array(max);
    this.at = new Float64Array(max);
    this.newPair = new Uint8Array(max);
  }

  get full(): boolean {
    return this.count === this.wallet.length;
  }

  push(
    wallet: AccountIndex,
    transfer: number,
    amountMinor: number,
    atMs: EventTimeMs,
    newPair: boolean,
  ): void {
    const i = this.count;
    this.wallet[i] = wallet;
    this.transfer[i] = transfer;
    this.amount[i] = amountMinor;
    this.at[i] = atMs;
    this.newPair[i] = newPair ? 1 : 0;
    this.count = i + 1;
  }

  /** Adds one of another list. */
  pushFrom(hops: Hops, i: number): void {
    const isNew = hops.newPair[i] === 1;
    this.push(hops.wallet[i]!, hops.transfer[i]!, hops.amount[i]!, hops.at[i]!, isNew);
  }

  has(wallet: AccountIndex): boolean {
    for (let i = 0; i < this.count; i += 1) if (this.wallet[i] === wallet) return true;
    return false;
  }
}

/** The operations that money comes from, largest share first. */
export class Origins {
  count = 0;
  readonly origin = new Int32Array(ORIGINS_MAX);
  readonly share = new Float64Array(ORIGINS_MAX);

  /** Puts an origin in its place by share; of equals the lower number first. @returns whether one fell out over it */
  put(origin: number, share: number): boolean {
    let i = this.count;
    while (i > 0 && this.precedes(origin, share, i - 1)) i -= 1;
    if (i === ORIGINS_MAX) return true;
    const overflows = this.count === ORIGINS_MAX;
    const end = overflows ? ORIGINS_MAX - 1 : this.count;
    this.origin.copyWithin(i + 1, i, end);
    this.share.copyWithin(i + 1, i, end);
    this.origin[i] = origin;
    this.share[i] = share;
    if (!overflows) this.count += 1;
    return overflows;
  }

  private precedes(origin: number, share: number, i: number): boolean {
    const other = this.share[i]!;
    return share > other || (share === other && origin < this.origin[i]!);
  }

  indexOf(origin: number): number {
    for (let i = 0; i < this.count; i += 1) if (this.origin[i] === origin) return i;
    return -1;
  }

  /** Makes room: the last of those that match goes, if any does. */
  removeLast(matches: (origin: number) => boolean): void {
    for (let i = this.count - 1; i >= 0; i -= 1) {
      if (!matches(this.origin[i]!)) continue;
      this.remove(i);
      return;
    }
  }

  remove(index: number): void {
    this.origin.copyWithin(index, index + 1, this.count);
    this.share.copyWithin(index, index + 1, this.count);
    this.count -= 1;
  }
}

/** The last call to a payer, before the payment, from a number of a known operation. */
export class CallBefore {
  /** The operation's number; NONE where there was no such call. */
  origin = NONE;
  atMs: EventTimeMs = 0;

  clear(): void {
    this.origin = NONE;
  }

  /** Takes a call in; the later one counts. */
  hear(call: { readonly origin: number; readonly atMs: EventTimeMs } | null): void {
    if (call === null || call.origin === NONE) return;
    if (this.origin !== NONE && this.atMs >= call.atMs) return;
    this.origin = call.origin;
    this.atMs = call.atMs;
  }
}

/** How many of each a credit keeps: what the credit remembers of its {@link Trails} block. */
export interface TrailCounts {
  ancestors: number;
  funders: number;
  /** 0 or 1: the root is kept apart only where it lies beyond the ancestors. */
  root: number;
  /** 0 or 1: few payments follow on a call. */
  call: number;
  origins: number;
}

/** What a credit keeps of what was carried. */
export interface TrailLists {
  readonly ancestors: Hops;
  readonly funders: Hops;
  readonly root: Hops;
  readonly call: CallBefore;
  readonly origins: Origins;
}

const rowsOf = (counts: TrailCounts): number =>
  counts.ancestors +
  counts.funders +
  counts.root +
  counts.call +
  ((counts.origins + ORIGINS_PER_ROW - 1) >> 1);

/**
 * By which transfers the money of each credit got here, who funded its payer, who had called it, and which operations it comes
 * from: one block a credit, none for the many that have nothing behind them.
 */
export class Trails extends BlockRows {
  constructor() {
    super('trails', HOP.size);
  }

  private static classOf(counts: TrailCounts): BlockClass {
    return classFor(rowsOf(counts));
  }

  /** @returns the block, or NO_BLOCK where there is nothing to keep */
  lay(counts: TrailCounts, { ancestors, funders, root, call, origins }: TrailLists): number {
    if (rowsOf(counts) === 0) return NO_BLOCK;
    const block = this.take(Trails.classOf(counts));
    let row = this.writeHops(block, ancestors);
    row = this.writeHops(row, funders);
    if (counts.root > 0) row = this.writeHops(row, root);
    const page = this.page(block);
    let at = this.offset(block) + (row - block) * HOP.size;
    if (counts.call > 0) {
      page[at] = call.origin;
      page[at + 1] = call.atMs;
      at += HOP.size;
    }
    for (let i = 0; i < origins.count; i += 1) {
      page[at + 2 * i] = origins.origin[i]!;
      page[at + 2 * i + 1] = origins.share[i]!;
    }
    return block;
  }

  drop(block: number, counts: TrailCounts): void {
    if (block !== NO_BLOCK) this.release(block, Trails.classOf(counts));
  }

  /** Adds `many` hops from `row` on to a list, as far as it has room. */
  readHops(row: number, many: number, into: Hops): void {
    const page = this.page(row);
    let at = this.offset(row);
    for (let i = 0; i < many && !into.full; i += 1) {
      const walletAndNew = page[at]!;
      into.push(
        walletAndNew >> 1,
        page[at + HOP.transfer]!,
        page[at + HOP.amount]!,
        page[at + HOP.at]!,
        (walletAndNew & 1) === 1,
      );
      at += HOP.size;
    }
  }

  readOrigins(block: number, counts: TrailCounts, into: Origins): void {
    into.count = 0;
    if (counts.origins === 0) return;
    const page = this.page(block);
    let at = this.offset(block) + Trails.originsFrom(counts) * HOP.size;
    for (let i = 0; i < counts.origins; i += 1) {
      into.origin[i] = page[at]!;
      into.share[i] = page[at + 1]!;
      at += 2;
    }
    into.count = counts.origins;
  }

  readCall(block: number, counts: TrailCounts, into: CallBefore): void {
    into.clear();
    if (counts.call === 0) return;
    const page = this.page(block);
    const at = this.offset(block) + (Trails.originsFrom(counts) - counts.call) * HOP.size;
    into.hear({ origin: page[at]!, atMs: page[at + 1]! });
  }

  private static originsFrom({ ancestors, funders, root, call }: TrailCounts): number {
    return ancestors + funders + root + call;
  }

  private writeHops(row: number, hops: Hops): number {
    if (hops.count === 0) return row;
    const page = this.page(row);
    let at = this.offset(row);
    for (let i = 0; i < hops.count; i += 1) {
      page[at] = hops.wallet[i]! * 2 + hops.newPair[i]!;
      page[at + HOP.transfer] = hops.transfer[i]!;
      page[at + HOP.amount] = hops.amount[i]!;
      page[at + HOP.at] = hops.at[i]!;
      at += HOP.size;
    }
    return row + hops.count;
  }
}
