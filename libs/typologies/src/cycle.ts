import { atLeast, atMost, type Condition, holds, inScope, PAYEE_ONLY, PEOPLE_ONLY } from './check';
import { HOUR_MS, MINUTE_MS } from '#domain';
import { count, logOdds, notBelow, share, span, type ValuesOf } from './parameter';
import { evidenceOf } from './evidence';
import { type Signal, type Sighting, typology } from './signal';
import { ancestry, type Hop } from './trail';
import { type Wording } from './wording';

const PAID_BEFORE = 'the payee itself paid a transfer of the trail';
const SPAN: Condition = { says: 'time since that transfer of the trail', unit: 'span' };
const WALLETS: Condition = { says: 'wallets that the trail goes through', unit: 'count' };
const BACK: Condition = { says: 'came back, of what had been paid out', unit: 'amount' };

const PARAMETERS = {
  walletsMin: count('wallets that it goes through, at least', 3, 3, 8),
  walletsMax: notBelow('walletsMin', count('and at most', 8, 3, 8)),
  keptMin: share('of what was paid out, the share that comes back', 0.8),
  windowMs: span('from the first payment to the last', 72 * HOUR_MS, MINUTE_MS, 336 * HOUR_MS),
  weight: logOdds('for a cycle', 3),
};

/**
 * Cycle: money returns to a wallet that paid it out.
 *
 * Definition: the payee of this payment paid a transfer of its trail, over at least `walletsMin` and at most `walletsMax`
 * wallets, no longer than `windowMs` ago, and gets back at least `keptMin` of it. A loan paid back directly is no cycle.
 */
function see(
  { engine, step, anchor, checks }: Sighting,
  { walletsMin, walletsMax, keptMin, windowMs, weight }: ValuesOf<typeof PARAMETERS>,
): Signal | null {
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
      logOdds: weight,
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

const SENTENCE: Wording = {
  en: '{paidMinor:amount} paid out came back through {wallets:number} wallets after {spanMs:span}, {backMinor:amount} of it',
  ur: 'ادا کیے گئے {paidMinor:amount} میں سے {backMinor:amount} {wallets:number} والٹس سے گزر کر {spanMs:span} بعد واپس آ گئے',
};

export const cycle = typology({
  name: 'CYCLE',
  family: 'PATTERN',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
