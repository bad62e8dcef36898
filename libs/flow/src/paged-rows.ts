import { StateMismatch, type StatePart, type StateSource } from './state-parts';

const PAGE_SHIFT = 11;
/** Rows of one page. A power of two, so that a row is found by shifting. */
export const PAGE_ROWS = 1 << PAGE_SHIFT;
const PAGE_MASK = PAGE_ROWS - 1;

/**
 * A table of numbers that grows by pages and never moves: a row's fields lie side by side (one or two cache lines a row),
 * growing copies nothing, and its state is its pages.
 */
export class PagedRows {
  private pages: Float64Array[] = [];

  private get pageBytes(): number {
    return PAGE_ROWS * this.stride * Float64Array.BYTES_PER_ELEMENT;
  }

  constructor(
    private readonly name: string,
    /** Numbers of one row. */
    readonly stride: number,
  ) {}

  /** The page that holds a row. */
  page(row: number): Float64Array {
    return this.pages[row >>> PAGE_SHIFT]!;
  }

  /** Where the row begins in its page. */
  offset(row: number): number {
    return (row & PAGE_MASK) * this.stride;
  }

  get(row: number, field: number): number {
    return this.pages[row >>> PAGE_SHIFT]![(row & PAGE_MASK) * this.stride + field]!;
  }

  set(row: number, field: number, value: number): void {
    this.pages[row >>> PAGE_SHIFT]![(row & PAGE_MASK) * this.stride + field] = value;
  }

  add(row: number, field: number, value: number): void {
    this.pages[row >>> PAGE_SHIFT]![(row & PAGE_MASK) * this.stride + field]! += value;
  }

  /** Adds a page of zeros. @returns its first row */
  protected grow(): number {
    this.pages.push(new Float64Array(PAGE_ROWS * this.stride));
    return (this.pages.length - 1) * PAGE_ROWS;
  }

  *save(): Iterable<StatePart> {
    yield { name: `${this.name}.pages`, value: this.pages.length };
    for (const [i, bytes] of this.pages.entries()) yield { name: `${this.name}.${i}`, bytes };
  }

  load(source: StateSource): void {
    const count = source.value(`${this.name}.pages`) as number;
    this.pages = [];
    for (let i = 0; i < count; i += 1) {
      const { buffer, byteLength } = source.bytes(`${this.name}.${i}`);
      if (byteLength !== this.pageBytes) throw new StateMismatch(`${this.name} has another shape`);
      this.pages.push(new Float64Array(buffer as ArrayBuffer, 0, PAGE_ROWS * this.stride));
    }
  }
}
