import { invariant } from '#domain';
import { PAGE_ROWS, PagedRows } from './paged-rows';
import { type StatePart, type StateSource } from './state-parts';

/** Blocks hold 1, 2, 4, 8 … rows: the exponent is the block's class. */
export type BlockClass = number;

const CLASSES = 9;
/** Rows of the largest block. */
export const BLOCK_ROWS_MAX = 1 << (CLASSES - 1);
export const NO_BLOCK = -1;

/** The smallest class that holds so many rows. */
export const classFor = (rows: number): BlockClass => {
  invariant(rows <= BLOCK_ROWS_MAX, 'a block holds at most 256 rows');
  return 32 - Math.clz32(rows - 1);
};

/**
 * Rows in blocks of a power of two, taken and given back: what belongs together lies together, and nothing is allocated
 * but when a page is full. A page holds blocks of one class only; a free block's first number names the next free one.
 */
export class BlockRows extends PagedRows {
  private readonly free = new Array<number>(CLASSES).fill(NO_BLOCK);
  /** The next block never used, and where its page ends. */
  private readonly fresh = new Array<number>(CLASSES).fill(0);
  private readonly freshEnd = new Array<number>(CLASSES).fill(0);

  constructor(
    private readonly blockName: string,
    stride: number,
  ) {
    super(blockName, stride);
  }

  /** @returns the first row of a block; its numbers are whatever was there before */
  take(blockClass: BlockClass): number {
    const reused = this.free[blockClass]!;
    if (reused !== NO_BLOCK) {
      this.free[blockClass] = this.get(reused, 0);
      return reused;
    }
    if (this.fresh[blockClass] === this.freshEnd[blockClass]) {
      this.fresh[blockClass] = this.grow();
      this.freshEnd[blockClass] = this.fresh[blockClass] + PAGE_ROWS;
    }
    const block = this.fresh[blockClass]!;
    this.fresh[blockClass] = block + (1 << blockClass);
    return block;
  }

  release(block: number, blockClass: BlockClass): void {
    this.set(block, 0, this.free[blockClass]!);
    this.free[blockClass] = block;
  }

  /** Copies a row over another of its block. */
  copy(from: number, to: number): void {
    const at = this.offset(from);
    this.page(from).copyWithin(this.offset(to), at, at + this.stride);
  }

  override *save(): Iterable<StatePart> {
    const { free, fresh, freshEnd } = this;
    yield { name: `${this.blockName}.blocks`, value: { free, fresh, freshEnd } };
    yield* super.save();
  }

  override load(source: StateSource): void {
    const saved = source.value(`${this.blockName}.blocks`) as Record<string, number[]>;
    for (let i = 0; i < CLASSES; i += 1) {
      this.free[i] = saved.free![i]!;
      this.fresh[i] = saved.fresh![i]!;
      this.freshEnd[i] = saved.freshEnd![i]!;
    }
    super.load(source);
  }
}
