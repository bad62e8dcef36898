import { type FlowStep } from '#flow';
import { type Evidence } from './signal';

/** One transfer of a trail. */
export type Hop = Evidence;

/** The transfers that led up to a step's payment, nearest first. */
export function* ancestry(step: FlowStep): Generator<Hop> {
  const { carried } = step;
  let payee = step.payer;
  for (let i = 0; i < carried.ancestorCount; i += 1) {
    const payer = carried.ancestorPayer[i]!;
    yield {
      position: carried.ancestorTransfer[i]!,
      payer,
      payee,
      amountMinor: carried.ancestorAmount[i]!,
      atMs: carried.ancestorAt[i]!,
    };
    payee = payer;
  }
}
