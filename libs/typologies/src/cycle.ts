import { atLeast, atMost, type Condition, holds, inScope, PAYEE_ONLY, PEOPLE_ONLY } from './check';
import { sayAmount, sayDuration } from './say';
import { evidenceOf, fact, type Facts, type Signal, type Sighting, type Typology } from './signal';
import { ancestry, type Hop } from './trail';

const PAID_BEFORE = 'the payee itself paid a transfer of the trail';
const SPAN: Condition = { says: 'time since that transfer of the trail', unit: 'span' };
const WALLETS: Condition = { says: 'wallets that the trail goes through', unit: 'count' };
const BACK: Condition = { says: 'came back, of what had been paid out', unit: 'amount' };

/**
 * Cycle: money returns to a wallet that paid it out.
 *
 * Definition: the payee of this payment paid a transfer of its trail, over at least `walletsMin` and at most `walletsMax`
 * wallets, no longer than `windowMs` ago, and gets back at least `keptMin` of it. A loan paid back directly is no cycle.
 */
function see({ engine, step, pack, anchor, checks }: Sighting): Signal | null {
  const { walletsMin, walletsMax, keptMin, windowMs, logOdds } = pack.cycle;
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, PAID_BEFORE, step.carried.ancestors.has(anchor))) return null;
  const hops: Hop[] = [evidenceOf(step)];
  for (const hop of ancestry(step)) {
    hops.push(hop);
    const { position, amountMinor } = hop;
    if (!atMost(checks, SPAN, step.atMs - hop.atMs, windowMs, position)) return null;
    if (!atMost(checks, WALLETS, hops.length, walletsMax, position)) return null;
    if (hop.payer !== anchor) continue;
    if (!atLeast(checks, WALLETS, hops.length, walletsMin)) return null;
    const backMinor = step.amountMinor;
    if (!atLeast(checks, BACK, backMinor, amountMinor * keptMin, amountMinor)) return null;
    return {
      typology: 'CYCLE',
      family: 'PATTERN',
      anchor,
      currency: engine.accounts.currency(anchor),
      atMs: step.atMs,
      logOdds,
      facts: {
        paidMinor: amountMinor,
        wallets: hops.length,
        spanMs: step.atMs - hop.atMs,
        backMinor,
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
