import { DAY_MS, HOUR_MS } from '#domain';

/** The spans over which new dealings are counted together: the two-hour product, a day, three days, two weeks. */
export const HORIZONS_MS = [2 * HOUR_MS, DAY_MS, 3 * DAY_MS, 14 * DAY_MS] as const;
export const HORIZONS = HORIZONS_MS.length;

/** Side by side for each horizon. */
const COUNT = 0;
const SUM = HORIZONS;
const SQUARES = 2 * HORIZONS;

/**
 * What an account had to do with people new to it, on one side (who had never paid it before, or whom it had never paid): over
 * each horizon how many payments, their sum in minor units, and the sum of their squares.
 */
export class NewDealings {
  readonly numbers = new Float64Array(3 * HORIZONS);

  clear(): void {
    this.numbers.fill(0);
  }

  /** Payments within the horizon. */
  count(horizon: number): number {
    return this.numbers[COUNT + horizon]!;
  }

  /** Minor units. */
  sumMinor(horizon: number): number {
    return this.numbers[SUM + horizon]!;
  }

  /**
   * How many counterparties of like weight would have made up the sum: the square of the sum over the sum of the squares.
   * Equal payments count as they are; payments of dust beside large ones add next to nothing.
   */
  effective(horizon: number): number {
    const sum = this.numbers[SUM + horizon]!;
    return sum === 0 ? 0 : (sum * sum) / this.numbers[SQUARES + horizon]!;
  }

  add(ageMs: number, amountMinor: number): void {
    const { numbers } = this;
    for (let horizon = HORIZONS - 1; horizon >= 0; horizon -= 1) {
      if (ageMs > HORIZONS_MS[horizon]!) return;
      numbers[COUNT + horizon]! += 1;
      numbers[SUM + horizon]! += amountMinor;
      numbers[SQUARES + horizon]! += amountMinor * amountMinor;
    }
  }
}
