import { type FlowStep } from '#flow';
import { type Evidence } from './evidence';

/** One transfer of a trail. */
export type Hop = Evidence;

/** The transfers that led up to a step's payment, nearest first. */
export function ancestry({ carried, payer }: FlowStep): Hop[] {
  const { ancestors } = carried;
  const hops: Hop[] = [];
  for (let i = 0; i < ancestors.count; i += 1) {
    hops.push({
      position: ancestors.transfer[i]!,
      payer: ancestors.wallet[i]!,
      payee: i === 0 ? payer : ancestors.wallet[i - 1]!,
      amountMinor: ancestors.amount[i]!,
      atMs: ancestors.at[i]!,
      newPair: ancestors.newPair[i] === 1,
    });
  }
  return hops;
}
