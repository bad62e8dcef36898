import { sayAmount, sayDuration } from './say';
import { evidenceOf, type Signal, type Sighting } from './signal';
import { ancestry, type Hop } from './trail';

/**
 * Cycle: money returns to a wallet that paid it out.
 *
 * Definition: the payee of this payment paid a transfer of its trail, over at least `walletsMin` and at most `walletsMax`
 * wallets, no longer than `windowMs` ago, and gets back at least `keptMin` of it. A loan paid back directly is no cycle.
 */
export function cycle({ engine, step, pack, anchor }: Sighting): Signal | null {
  const { walletsMin, walletsMax, keptMin, windowMs, logOdds } = pack.cycle;
  if (anchor !== step.payee || !step.personal) return null;
  const hops: Hop[] = [evidenceOf(step)];
  for (const hop of ancestry(step)) {
    hops.push(hop);
    if (step.atMs - hop.atMs > windowMs || hops.length > walletsMax) return null;
    if (hop.payer !== anchor) continue;
    if (hops.length < walletsMin || step.amountMinor < hop.amountMinor * keptMin) return null;
    const currency = engine.accounts.currency(anchor);
    const { amountMinor, atMs } = step;
    return {
      typology: 'CYCLE',
      family: 'PATTERN',
      anchor,
      atMs,
      logOdds,
      evidence: hops.reverse(),
      say: () =>
        `${sayAmount(hop.amountMinor, currency)} paid out came back through ${hops.length} wallets after ` +
        `${sayDuration(atMs - hop.atMs)}, ${sayAmount(amountMinor, currency)} of it`,
    };
  }
  return null;
}
