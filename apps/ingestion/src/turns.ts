import { inRounds } from './in-rounds';
import { isOfRows } from './store-together';

/** Each holds a connection while it waits for the turn at the log, which one of them has: a third would gain nothing. */
export const IN_TURN_MAX = 2;

interface Waiting {
  readonly provider: string;
  readonly begin: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Lets a few pieces of work with the database go on at once, and the others wait, provider by provider in turn. Each needs a
 * connection: a provider that sends a hundred batches must not have them all.
 */
export class Turns {
  /** Of requests that were admitted: no more than `INGESTION_BATCHES_IN_HAND_MAX`. */
  private waiting: Waiting[] = [];
  private underWay = 0;

  constructor(private readonly atOnceMax: number) {}

  /** Runs the work once it is its turn; fails as the work does, or as work before it where the database does not answer. */
  async run<T>(provider: string, work: () => Promise<T>): Promise<T> {
    if (this.underWay < this.atOnceMax) this.underWay += 1;
    else {
      // Whoever ends hands its place over, so nobody who comes meanwhile gets in between.
      await new Promise<void>((begin, fail) => this.waiting.push({ provider, begin, fail }));
    }
    try {
      return await work();
    } catch (error) {
      // Whoever waits for the database is told now, not after waiting in turn for the same.
      if (!isOfRows(error)) for (const { fail } of this.waiting.splice(0)) fail(error);
      throw error;
    } finally {
      this.waiting = inRounds(this.waiting, (one) => one.provider);
      const next = this.waiting.shift();
      if (next === undefined) this.underWay -= 1;
      else next.begin();
    }
  }
}
