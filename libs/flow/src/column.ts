/** Typed arrays that grow together by doubling. A pool made of them allocates only when it grows. */
export class Columns {
  private readonly growers: ((rows: number) => void)[] = [];
  private rows: number;

  constructor(rowsAtFirst: number) {
    this.rows = rowsAtFirst;
  }

  /** @param set is handed the array now, and its larger successor whenever the pool grows */
  float64(set: (array: Float64Array) => void, perRow = 1): void {
    this.add((rows) => new Float64Array(rows * perRow), set);
  }

  int32(set: (array: Int32Array) => void, perRow = 1): void {
    this.add((rows) => new Int32Array(rows * perRow), set);
  }

  uint8(set: (array: Uint8Array) => void, perRow = 1): void {
    this.add((rows) => new Uint8Array(rows * perRow), set);
  }

  /** Makes room for at least this many rows. */
  reserve(rows: number): void {
    if (rows <= this.rows) return;
    while (this.rows < rows) this.rows *= 2;
    for (const grow of this.growers) grow(this.rows);
  }

  private add<T extends Float64Array | Int32Array | Uint8Array>(
    make: (rows: number) => T,
    set: (array: T) => void,
  ): void {
    let array = make(this.rows);
    set(array);
    this.growers.push((rows) => {
      const larger = make(rows);
      larger.set(array);
      array = larger;
      set(array);
    });
  }
}
