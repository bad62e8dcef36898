import { type EventTimeMs } from '#domain';
import { type CreditPool, type CreditSlot } from './credit-pool';
import { type FlowLimits, LOT_RATIO_MAX, LOT_RATIO_MIN } from './flow-limits';

/**
 * The order in which a debit takes the lots of its account: inside the window tainted ones before clean ones, then what is
 * older; within each, lots whose amount matches (one, else several in a row), then the newest, since a mule passes on
 * what just came. The rule decides what an investigator is shown, never what a court is told.
 *
 * @param slots the account's open lots, newest first; reordered in place
 * @param count how many of `slots` there are
 */
export function orderLots(
  pool: CreditPool,
  slots: Int32Array,
  count: number,
  amountMinor: number,
  atMs: EventTimeMs,
  limits: FlowLimits,
): void {
  let from = 0;
  for (const rank of [0, 1, 2] as const) {
    const to = gather(pool, slots, from, count, atMs - limits.memoryMs, rank);
    matchingFirst(pool, slots, from, to, amountMinor, limits.creditsInSumMax);
    from = to;
  }
}

/** 0: inside the window and tainted; 1: inside and clean; 2: older. */
function rankOf(pool: CreditPool, slot: CreditSlot, sinceMs: EventTimeMs): number {
  if (pool.at[slot]! < sinceMs) return 2;
  return pool.isTainted(slot) ? 0 : 1;
}

/** Moves the lots of a rank to the front of `from…count`, all else keeping its order; returns where they end. */
function gather(
  pool: CreditPool,
  slots: Int32Array,
  from: number,
  count: number,
  sinceMs: EventTimeMs,
  rank: number,
): number {
  let end = from;
  for (let i = from; i < count; i += 1) {
    if (rankOf(pool, slots[i]!, sinceMs) !== rank) continue;
    moveForward(slots, i, end);
    end += 1;
  }
  return end;
}

/** Takes the element at `i` out and puts it in at `to` (≤ i). */
function moveForward(slots: Int32Array, i: number, to: number): void {
  const slot = slots[i]!;
  for (let k = i; k > to; k -= 1) slots[k] = slots[k - 1]!;
  slots[to] = slot;
}

const matches = (debitMinor: number, lotsMinor: number): boolean =>
  debitMinor >= lotsMinor * LOT_RATIO_MIN && debitMinor <= lotsMinor * LOT_RATIO_MAX;

/** Within `from…to`, brings the newest run of lots to the front whose sum matches the debit; the shortest such run. */
function matchingFirst(
  pool: CreditPool,
  slots: Int32Array,
  from: number,
  to: number,
  amountMinor: number,
  creditsInSumMax: number,
): void {
  for (let length = 1; length <= Math.min(creditsInSumMax, to - from); length += 1) {
    for (let start = from; start + length <= to; start += 1) {
      let sum = 0;
      for (let i = start; i < start + length; i += 1) sum += pool.left[slots[i]!]!;
      if (!matches(amountMinor, sum)) continue;
      for (let i = 0; i < length; i += 1) moveForward(slots, start + i, from + i);
      return;
    }
  }
}
