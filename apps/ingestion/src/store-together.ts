import { inRounds } from './in-rounds';
import { type CheckedRow } from './read-transfer';

/** Of one request, in their order. */
export interface NewBatch {
  readonly provider: string;
  readonly rows: readonly CheckedRow[];
}

/**
 * Statements under way at once. One of them has the turn at the log; the other is read and planned by the database
 * meanwhile. A third would only take from them what waits for it to be stored together.
 */
const STATEMENTS_MAX = 2;

interface Waiting {
  readonly batch: NewBatch;
  readonly end: (stored: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Stores batches of new transfers, together those that came while others were being stored: a statement and a commit cost as
 * much as hundreds of rows, and where requests are small and many they would be most of the cost.
 *
 * Nobody waits for the sake of company, and no batch loses by it: where one of several cannot be stored, each is tried
 * alone.
 */
export class StoreTogether {
  /** Of requests that were admitted: no more than `INGESTION_BATCHES_IN_HAND_MAX`. */
  private waiting: Waiting[] = [];
  private underWay = 0;

  /**
   * @param storeAll stores the batches in their order, all of them or, where any row was stored before, none, and says which
   * @param rowsMax of a statement
   */
  constructor(
    private readonly storeAll: (batches: readonly NewBatch[]) => Promise<boolean>,
    private readonly rowsMax: number,
  ) {}

  /**
   * @param batch of at most `rowsMax` rows
   * @returns whether it was stored, and is committed; if not, a row of it was stored before, and nothing is stored now
   */
  async store(batch: NewBatch): Promise<boolean> {
    return new Promise((end, fail) => {
      this.waiting.push({ batch, end, fail });
      this.begin();
    });
  }

  private begin(): void {
    while (this.underWay < STATEMENTS_MAX && this.waiting.length > 0) {
      this.underWay += 1;
      void this.run(this.nextGroup()).finally(() => {
        this.underWay -= 1;
        this.begin();
      });
    }
  }

  /** Provider by provider in turn; of each in the order in which they came. */
  private nextGroup(): Waiting[] {
    this.waiting = inRounds(this.waiting, ({ batch }) => batch.provider);
    let rows = 0;
    let count = 0;
    for (const { batch } of this.waiting) {
      rows += batch.rows.length;
      if (count > 0 && rows > this.rowsMax) break;
      count += 1;
    }
    return this.waiting.splice(0, count);
  }

  private async run(group: readonly Waiting[]): Promise<void> {
    try {
      const isStored = await this.storeAll(group.map(({ batch }) => batch));
      if (!isStored && group.length > 1) await this.runEach(group);
      else for (const { end } of group) end(isStored);
    } catch (error) {
      if (isOfRows(error) && group.length > 1) {
        await this.runEach(group);
        return;
      }
      // Where the database does not answer, whoever waits for it is told now, not after waiting in turn for the same.
      const told = isOfRows(error) ? group : [...group, ...this.waiting.splice(0)];
      for (const { fail } of told) fail(error);
    }
  }

  private async runEach(group: readonly Waiting[]): Promise<void> {
    for (const one of group) await this.run([one]);
  }
}

/** SQLSTATE classes 22, data exception, and 23, integrity constraint violation. */
export const isOfRows = (error: unknown): boolean => {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^2[23]/.test(code);
};
