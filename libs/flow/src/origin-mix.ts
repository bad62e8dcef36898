import { ORIGINS_IN_PILE_MAX, ORIGINS_MAX } from './flow-limits';
import { type Origins } from './trails';

/** Sums up which operations the money of one debit comes from. Used again from debit to debit. */
export class OriginMix {
  private readonly origin: Int32Array;
  private readonly amount: Float64Array;
  private count = 0;

  constructor(lotsMax: number) {
    // Each lot's, the pile's, and the payer's own.
    const max = lotsMax * ORIGINS_MAX + ORIGINS_IN_PILE_MAX + 1;
    this.origin = new Int32Array(max);
    this.amount = new Float64Array(max);
  }

  clear(): void {
    this.count = 0;
  }

  add(origin: number, amountMinor: number): void {
    for (let i = 0; i < this.count; i += 1) {
      if (this.origin[i] !== origin) continue;
      this.amount[i]! += amountMinor;
      return;
    }
    this.origin[this.count] = origin;
    this.amount[this.count] = amountMinor;
    this.count += 1;
  }

  /**
   * Writes the origins that make up at least `shareMin` of the debit, largest first.
   *
   * @returns whether there were more than fit
   */
  carry(
    into: Origins,
    debitMinor: number,
    shareMin: number,
    isWithdrawn: (origin: number) => boolean,
  ): boolean {
    let overflows = false;
    for (let i = 0; i < this.count; i += 1) {
      const share = Math.min(1, this.amount[i]! / debitMinor);
      if (share < shareMin || isWithdrawn(this.origin[i]!)) continue;
      overflows = into.put(this.origin[i]!, share) || overflows;
    }
    return overflows;
  }
}
