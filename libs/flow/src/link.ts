import { type EventTimeMs } from '#domain';
import { NONE } from './accounts';
import { type Carried, type CreditPool, type CreditSlot } from './credit-pool';
import { ANCESTORS_MAX, LINK_RATIO_MAX, LINK_RATIO_MIN } from './flow-limits';

/**
 * Finds the credit that a debit passes on: of those inside the window whose amount matches, spent or not, the two newest,
 * and of these the one with the longer trail. Links are not exclusive: an earlier payment may have spent the very credit
 * that matters, and following lots alone found a third of the planted chains.
 *
 * @param head the payer's newest credit
 */
export function parentOf(
  pool: CreditPool,
  head: CreditSlot,
  amountMinor: number,
  atMs: EventTimeMs,
  windowMs: number,
): CreditSlot {
  let found: CreditSlot = NONE;
  let matches = 0;
  for (let slot = head; slot !== NONE && matches < 2; slot = pool.next[slot]!) {
    const age = atMs - pool.at[slot]!;
    if (age < 0) continue;
    if (age > windowMs) break;
    const ratio = amountMinor / pool.amount[slot]!;
    if (ratio < LINK_RATIO_MIN || ratio > LINK_RATIO_MAX) continue;
    matches += 1;
    if (found === NONE || pool.depth[slot]! > pool.depth[found]!) found = slot;
  }
  return found;
}

/**
 * Writes the trail that goes with a payment which passes on `parent`.
 *
 * @returns whether the trail was longer than travels along
 */
export function carryTrail(pool: CreditPool, parent: CreditSlot, carried: Carried): boolean {
  carried.parent = parent;
  carried.parentPayer = pool.payer[parent]!;
  carried.depth = pool.depth[parent]! + 1;
  carried.ancestorPayer[0] = pool.payer[parent]!;
  carried.ancestorTransfer[0] = pool.transfer[parent]!;
  carried.ancestorAmount[0] = pool.amount[parent]!;
  carried.ancestorAt[0] = pool.at[parent]!;
  const older = Math.min(pool.ancestorCount[parent]!, ANCESTORS_MAX - 1);
  const from = parent * ANCESTORS_MAX;
  for (let i = 0; i < older; i += 1) {
    carried.ancestorPayer[i + 1] = pool.ancestorPayer[from + i]!;
    carried.ancestorTransfer[i + 1] = pool.ancestorTransfer[from + i]!;
    carried.ancestorAmount[i + 1] = pool.ancestorAmount[from + i]!;
    carried.ancestorAt[i + 1] = pool.ancestorAt[from + i]!;
  }
  carried.ancestorCount = older + 1;
  return pool.ancestorCount[parent]! >= ANCESTORS_MAX;
}

/** Lays what was carried down with the credit. */
export function layTrail(pool: CreditPool, slot: CreditSlot, carried: Carried): void {
  pool.depth[slot] = carried.depth;
  pool.ancestorCount[slot] = carried.ancestorCount;
  const at = slot * ANCESTORS_MAX;
  pool.ancestorPayer.set(carried.ancestorPayer, at);
  pool.ancestorTransfer.set(carried.ancestorTransfer, at);
  pool.ancestorAmount.set(carried.ancestorAmount, at);
  pool.ancestorAt.set(carried.ancestorAt, at);
}
