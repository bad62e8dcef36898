import { NONE } from '#flow';
import { sayAmount, sayShare } from './say';
import { evidenceOf, type Signal, type Sighting } from './signal';
import { ancestry } from './trail';

/**
 * Operation proximity: the money, or the wallet, leads to a known operation.
 *
 * Definition: the account is itself an indicator of an operation (confirmed), or a share of the money just received came
 * out of one. Taint alone is exposure, not a claim: without other signals it stays below the bar.
 */
export function operationProximity({ engine, step, pack, anchor }: Sighting): Signal | null {
  // What a known wallet spends in shops says nothing of the operation's money.
  if (!step.personal && !step.leaves) return null;
  const { tainted, confirmed } = pack.operationProximity;
  const currency = engine.accounts.currency(anchor);
  const own = engine.originAt(anchor, step.atMs);
  const amount = sayAmount(step.amountMinor, currency);
  if (own !== NONE) {
    const paid = anchor === step.payer;
    return {
      typology: 'OPERATION_PROXIMITY',
      family: 'INTELLIGENCE',
      anchor,
      atMs: step.atMs,
      logOdds: confirmed,
      evidence: [evidenceOf(step)],
      operationIds: [engine.watchlist.operationId(own)],
      confirmed: true,
      say: () => `is an indicator of a known operation and ${paid ? 'paid' : 'received'} ${amount}`,
    };
  }
  if (anchor !== step.payee || !step.carried.tainted) return null;
  const { origin, originShare } = step.carried;
  const operationIds: string[] = [];
  for (let i = 0; i < origin.length && origin[i]! !== NONE; i += 1) {
    operationIds.push(engine.watchlist.operationId(origin[i]!));
  }
  const share = originShare.reduce((sum, part) => sum + part, 0);
  return {
    typology: 'OPERATION_PROXIMITY',
    family: 'INTELLIGENCE',
    anchor,
    atMs: step.atMs,
    logOdds: tainted * Math.min(1, share),
    evidence: [...ancestry(step)].reverse().concat(evidenceOf(step)),
    operationIds,
    say: () => `received ${amount}, ${sayShare(Math.min(1, share))} of it out of a known operation`,
  };
}
