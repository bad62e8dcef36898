import { sayAmount, sayDuration } from './say';
import { evidenceOf, fact, type Facts, type Signal, type Sighting, type Typology } from './signal';
import { ancestry, type Hop } from './trail';

/**
 * Cycle: money returns to a wallet that paid it out.
 *
 * Definition: the payee of this payment paid a transfer of its trail, over at least `walletsMin` and at most `walletsMax`
 * wallets, no longer than `windowMs` ago, and gets back at least `keptMin` of it. A loan paid back directly is no cycle.
 */
function see({ engine, step, pack, anchor }: Sighting): Signal | null {
  const { walletsMin, walletsMax, keptMin, windowMs, logOdds } = pack.cycle;
  if (anchor !== step.payee || !step.personal) return null;
  if (!step.carried.ancestors.has(anchor)) return null;
  const hops: Hop[] = [evidenceOf(step)];
  for (const hop of ancestry(step)) {
    hops.push(hop);
    if (step.atMs - hop.atMs > windowMs || hops.length > walletsMax) return null;
    if (hop.payer !== anchor) continue;
    if (hops.length < walletsMin || step.amountMinor < hop.amountMinor * keptMin) return null;
    return {
      typology: 'CYCLE',
      family: 'PATTERN',
      anchor,
      currency: engine.accounts.currency(anchor),
      atMs: step.atMs,
      logOdds,
      facts: {
        paidMinor: hop.amountMinor,
        wallets: hops.length,
        spanMs: step.atMs - hop.atMs,
        backMinor: step.amountMinor,
      },
      evidence: hops.reverse(),
    };
  }
  return null;
}

const say = (facts: Facts, currency: string): string =>
  `${sayAmount(fact(facts, 'paidMinor'), currency)} paid out came back through ` +
  `${fact(facts, 'wallets')} wallets after ${sayDuration(fact(facts, 'spanMs'))}, ` +
  `${sayAmount(fact(facts, 'backMinor'), currency)} of it`;

export const cycle: Typology = { name: 'CYCLE', family: 'PATTERN', see, say };
