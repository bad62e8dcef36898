import { DAY_MS } from '#domain';
import { type EngineLimits } from './engine-under-test';
import { type Account, type Counterparty } from './reference-account';
import { type ReferenceCaps } from './reference-caps';

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/**
 * Asks whether an account has dealt with a wallet, and remembers that it does now.
 *
 * @returns whether it had done so before, in that direction, and not too long ago
 */
export function meet(
  account: Account,
  way: Counterparty['way'],
  wallet: string,
  nowMs: number,
  limits: EngineLimits,
  caps: ReferenceCaps,
): boolean {
  const known = account.counterparties.find((met) => met.way === way && met.wallet === wallet);
  const lastDay = Math.max(dayOf(nowMs), known?.lastDay ?? 0);
  const others = account.counterparties.filter((met) => met !== known);
  const all = [...others, { wallet, way, lastDay }];
  if (all.length > limits.counterpartiesPerAccountMax) caps.count('counterpartiesPerAccountMax');
  account.counterparties = all.slice(-limits.counterpartiesPerAccountMax);
  return known !== undefined && known.lastDay >= dayOf(nowMs - limits.counterpartyMemoryMs);
}
