import { type AccountIndex, NONE } from '#flow';
import { atLeast, atMost, type Condition, holds, inScope, PAYEE_ONLY, PEOPLE_ONLY } from './check';
import { count, logOdds, natsMax, notBelow, perNat, share, type ValuesOf } from './parameter';
import { DWELL_FLOOR_MS } from './population';
import { evidenceOf } from './evidence';
import { type Signal, type Sighting, typology } from './signal';
import { ancestry, type Hop } from './trail';
import { type Wording } from './wording';

const DEPTH: Condition = {
  says: 'transfers in a row on the trail, this one included',
  unit: 'count',
};
const KEPT: Condition = { says: 'of its amount, what the next transfer was', unit: 'share' };
const DISTINCT = 'its payer was not on the trail yet';
const HOPS: Condition = {
  says: 'of them in a row, over distinct wallets and keeping their value',
  unit: 'count',
};

const PARAMETERS = {
  depthMin: count('transfers in a row, the last one included', 3, 2, 8),
  keptMin: share('of the value, what a hop keeps at least', 0.8),
  keptMax: notBelow('keptMin', share('and at most', 1.05, 2)),
  weightPerHop: logOdds('for each hop beyond the second', 0.4),
  hopsMax: count('hops beyond the second that count', 4, 1, 8),
  weightDwell: perNat('for short rests', 0.4),
  natsMax: natsMax(4),
};

/**
 * Layering chain: money handed on from wallet to wallet, each hop keeping most of its value.
 *
 * Definition: the payment ends a trail of at least `depthMin` transfers over distinct wallets, in the order of time, each
 * between `keptMin` and `keptMax` of the one before. Strength: the hops beyond the second, and how rare such short rests
 * are among all wallets.
 */
function see(
  { engine, step, population, anchor, checks }: Sighting,
  values: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  const { depthMin, keptMin, keptMax, weightPerHop, hopsMax, weightDwell } = values;
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!atLeast(checks, DEPTH, step.carried.depth, depthMin)) return null;
  const hops: Hop[] = [evidenceOf(step)];
  const wallets = new Set<AccountIndex>([step.payee, step.payer]);
  let nats = 0;
  for (const hop of ancestry(step)) {
    const after = hops.at(-1)!;
    const kept = after.amountMinor / hop.amountMinor;
    if (!atLeast(checks, KEPT, kept, keptMin, NONE, hop.position)) break;
    if (!atMost(checks, KEPT, kept, keptMax, hop.position)) break;
    if (!holds(checks, DISTINCT, !wallets.has(hop.payer), hop.position)) break;
    wallets.add(hop.payer);
    nats += population.dwell.surpriseOfLow(Math.max(after.atMs - hop.atMs, DWELL_FLOOR_MS));
    hops.push(hop);
  }
  if (!atLeast(checks, HOPS, hops.length, depthMin)) return null;
  const first = hops.at(-1)!;
  const dwellNats = Math.min(nats / (hops.length - 1), values.natsMax);
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

const SENTENCE: Wording = {
  en: '{firstMinor:amount} came here through {hops:number} transfers in a row within {spanMs:span}, of which {lastMinor:amount} arrived',
  ur: '{firstMinor:amount} یہاں {spanMs:span} کے اندر یکے بعد دیگرے {hops:number} منتقلیوں سے پہنچے، جن میں سے {lastMinor:amount} موصول ہوئے',
};

export const layeringChain = typology({
  name: 'LAYERING_CHAIN',
  family: 'PATTERN',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
