import { type EventTimeMs } from '#domain';
import { type AccountIndex } from './accounts';
import { type CreditRows } from './credit-rows';
import { type CreditSlot } from './timed-rows';
import { type FlowLimits, LOT_RATIO_MAX, LOT_RATIO_MIN } from './flow-limits';
import { type FlowStep } from './flow-step';
import { type OriginMix } from './origin-mix';
import { type Origins } from './trails';

/**
 * The order in which a debit takes the lots of its account: tainted ones before clean ones; within each, lots whose amount
 * matches (one, else several in a row), then the newest, since a mule passes on what just came. The rule decides what an
 * investigator is shown, never what a court is told.
 */
export class LotOrder {
  /** The open lots, in the order in which they are taken. */
  readonly slots: Int32Array;
  private readonly left: Float64Array;
  count = 0;

  constructor(lotsMax: number) {
    this.slots = new Int32Array(lotsMax);
    this.left = new Float64Array(lotsMax);
  }

  /** @param atMs a late debit cannot spend what came after it */
  arrange(
    credits: CreditRows,
    isTainted: (slot: CreditSlot) => boolean,
    account: AccountIndex,
    amountMinor: number,
    atMs: EventTimeMs,
    creditsInSumMax: number,
  ): void {
    this.count = 0;
    let taintedCount = 0;
    const rows = credits.count(account);
    if (rows === 0) return;
    const first = credits.first(account);
    for (let slot = first + rows - 1; slot >= first; slot -= 1) {
      const left = credits.left(slot);
      if (left <= 0 || credits.at(slot) > atMs) continue;
      const tainted = credits.hasOrigins(slot) && isTainted(slot);
      let i = this.count;
      if (tainted) {
        this.shift(taintedCount, i);
        i = taintedCount;
        taintedCount += 1;
      }
      this.slots[i] = slot;
      this.left[i] = left;
      this.count += 1;
    }
    this.matchingFirst(0, taintedCount, amountMinor, creditsInSumMax);
    this.matchingFirst(taintedCount, this.count, amountMinor, creditsInSumMax);
  }

  /** Within `from…to`, brings the newest run of lots to the front whose sum matches the debit; the shortest such run. */
  private matchingFirst(from: number, to: number, amountMinor: number, runMax: number): void {
    const longest = Math.min(runMax, to - from);
    for (let length = 1; length <= longest; length += 1) {
      let sum = 0;
      for (let i = from; i < from + length; i += 1) sum += this.left[i]!;
      for (let start = from; ; start += 1) {
        if (amountMinor >= sum * LOT_RATIO_MIN && amountMinor <= sum * LOT_RATIO_MAX) {
          this.bringForward(from, start, length);
          return;
        }
        if (start + length >= to) break;
        sum += this.left[start + length]! - this.left[start]!;
      }
    }
  }

  private bringForward(from: number, start: number, length: number): void {
    for (let i = 0; i < length; i += 1) {
      const slot = this.slots[start + i]!;
      const left = this.left[start + i]!;
      this.shift(from + i, start + i);
      this.slots[from + i] = slot;
      this.left[from + i] = left;
    }
  }

  /** Moves `from…to` on by one. */
  private shift(from: number, to: number): void {
    for (let i = to; i > from; i -= 1) {
      this.slots[i] = this.slots[i - 1]!;
      this.left[i] = this.left[i - 1]!;
    }
  }
}

/** Takes a debit's lots. @returns what no lot covered, in minor units */
export function takeLots(
  credits: CreditRows,
  order: LotOrder,
  step: FlowStep,
  mix: OriginMix,
  origins: Origins,
  limits: FlowLimits,
): number {
  const { taken, carried, atMs } = step;
  let rest = step.amountMinor;
  let weightedMs = 0;
  taken.count = 0;
  for (let i = 0; i < order.count && rest > 0; i += 1) {
    const slot = order.slots[i]!;
    const minor = Math.min(rest, credits.left(slot));
    const dwellMs = atMs - credits.at(slot);
    credits.spend(slot, minor);
    rest -= minor;
    weightedMs += minor * dwellMs;
    if (dwellMs <= limits.taintDwellMaxMs && credits.hasOrigins(slot)) {
      credits.readOrigins(slot, origins);
      for (let o = 0; o < origins.count; o += 1) {
        mix.add(origins.origin[o]!, minor * origins.share[o]!);
      }
    }
    taken.transfer[i] = credits.transfer(slot);
    taken.payer[i] = credits.payer(slot);
    taken.amountMinor[i] = credits.amount(slot);
    taken.atMs[i] = credits.at(slot);
    taken.takenMinor[i] = minor;
    taken.newPair[i] = credits.newPair(slot) ? 1 : 0;
    taken.personal[i] = credits.personal(slot) ? 1 : 0;
    taken.watched[i] = credits.watched(slot) ? 1 : 0;
    taken.count = i + 1;
  }
  const lotMinor = step.amountMinor - rest;
  carried.lotMinor = lotMinor;
  carried.dwellMs = lotMinor > 0 ? weightedMs / lotMinor : 0;
  return rest;
}
