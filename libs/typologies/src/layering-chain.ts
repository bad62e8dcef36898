import { DWELL_FLOOR_MS } from './rule-pack';
import { sayAmount, sayDuration } from './say';
import { ancestry, type Hop } from './trail';
import { evidenceOf, type Signal, type Sighting } from './signal';

/**
 * Layering chain: money handed on from wallet to wallet, each hop keeping most of its value.
 *
 * Definition: the payment ends a trail of at least `depthMin` transfers over distinct wallets, in the order of time, each
 * between `keptMin` and `keptMax` of the one before. Strength: the hops beyond the second, and how rare such short rests
 * are among all wallets.
 */
export function layeringChain({ engine, step, population, pack, anchor }: Sighting): Signal | null {
  const { depthMin, keptMin, keptMax, weightPerHop, hopsMax, weightDwell, natsMax } =
    pack.layeringChain;
  if (anchor !== step.payee || !step.personal || step.carried.depth < depthMin) return null;
  const hops: Hop[] = [evidenceOf(step)];
  const wallets = new Set([step.payee, step.payer]);
  let nats = 0;
  for (const hop of ancestry(step)) {
    const after = hops.at(-1)!;
    const kept = after.amountMinor / hop.amountMinor;
    if (kept < keptMin || kept > keptMax || wallets.has(hop.payer)) break;
    wallets.add(hop.payer);
    nats += population.dwell.surpriseOfLow(Math.max(after.atMs - hop.atMs, DWELL_FLOOR_MS));
    hops.push(hop);
  }
  if (hops.length < depthMin) return null;
  const first = hops.at(-1)!;
  const dwellNats = Math.min(nats / (hops.length - 1), natsMax);
  const currency = engine.accounts.currency(anchor);
  const { amountMinor, atMs } = step;
  return {
    typology: 'LAYERING_CHAIN',
    family: 'PATTERN',
    anchor,
    atMs,
    logOdds: weightPerHop * Math.min(hops.length - 2, hopsMax) + weightDwell * dwellNats,
    evidence: hops.reverse(),
    say: () =>
      `${sayAmount(first.amountMinor, currency)} came here through ${hops.length} transfers in a row within ` +
      `${sayDuration(atMs - first.atMs)}, of which ${sayAmount(amountMinor, currency)} arrived`,
  };
}
