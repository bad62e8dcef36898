import { type AccountIndex } from '#flow';
import { DWELL_FLOOR_MS } from './rule-pack';
import { sayAmount, sayDuration } from './say';
import { evidenceOf, fact, type Facts, type Signal, type Sighting, type Typology } from './signal';
import { ancestry, type Hop } from './trail';

/**
 * Layering chain: money handed on from wallet to wallet, each hop keeping most of its value.
 *
 * Definition: the payment ends a trail of at least `depthMin` transfers over distinct wallets, in the order of time, each
 * between `keptMin` and `keptMax` of the one before. Strength: the hops beyond the second, and how rare such short rests
 * are among all wallets.
 */
function see({ engine, step, population, pack, anchor }: Sighting): Signal | null {
  const { depthMin, keptMin, keptMax, weightPerHop, hopsMax, weightDwell, natsMax } =
    pack.layeringChain;
  if (anchor !== step.payee || !step.personal || step.carried.depth < depthMin) return null;
  const hops: Hop[] = [evidenceOf(step)];
  const wallets = new Set<AccountIndex>([step.payee, step.payer]);
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
  return {
    typology: 'LAYERING_CHAIN',
    family: 'PATTERN',
    anchor,
    currency: engine.accounts.currency(anchor),
    atMs: step.atMs,
    logOdds: weightPerHop * Math.min(hops.length - 2, hopsMax) + weightDwell * dwellNats,
    facts: {
      firstMinor: first.amountMinor,
      hops: hops.length,
      spanMs: step.atMs - first.atMs,
      lastMinor: step.amountMinor,
    },
    evidence: hops.reverse(),
  };
}

const say = (facts: Facts, currency: string): string =>
  `${sayAmount(fact(facts, 'firstMinor'), currency)} came here through ${fact(facts, 'hops')} ` +
  `transfers in a row within ${sayDuration(fact(facts, 'spanMs'))}, of which ` +
  `${sayAmount(fact(facts, 'lastMinor'), currency)} arrived`;

export const layeringChain: Typology = { name: 'LAYERING_CHAIN', family: 'PATTERN', see, say };
