import { DAY_MS, HOUR_MS } from '#domain';
import { type AccountIndex, type SharedPayee } from '#flow';
import { atLeast, type Condition, inScope, PAYEE_ONLY, PEOPLE_ONLY } from './check';
import { byTime, type Evidence } from './evidence';
import { count as countOf, logOdds, span, type ValuesOf } from './parameter';
import { sumAndSpan } from './shared-mark';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span('payments count together for so long', 7 * DAY_MS, HOUR_MS, 14 * DAY_MS),
  payeesMin: countOf(
    'payees that the payer and another payer both paid, this one included',
    2,
    2,
    3,
  ),
  weight: logOdds('for the shape; how rare so many are, the circumstance of shared payees says', 1),
};

const PAYEES: Condition = {
  says: 'payees that the payer and another payer of this wallet both paid within the window',
  unit: 'count',
};

/**
 * Bipartite, stack: the same payers share payees. Layer upon layer, each is seen by itself, and an alert goes on from one to
 * the next.
 *
 * Definition: the payer pays this wallet for the first time, and it and another payer of this wallet both paid at least
 * `payeesMin` wallets within `windowMs`, this one among them; each the later of the two for the first time, at most the
 * engine's `linkWindowMs` after the other. Of the others who share as many with it all are named. What it weighs is the
 * shape; how rare so many shared payees are, the circumstance says, and that they are new to one another.
 */
function see(
  { step, anchor, currency, checks }: Sighting,
  { windowMs, payeesMin, weight }: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  const byOther = new Map<AccountIndex, SharedPayee[]>();
  for (const both of step.shared) {
    if (both.some(({ atMs }) => atMs < step.atMs - windowMs)) continue;
    const [, { payer }] = both;
    byOther.set(payer, [...(byOther.get(payer) ?? []), both]);
  }
  const payees = Math.max(0, ...[...byOther.values()].map(({ length }) => length));
  if (!atLeast(checks, PAYEES, payees, payeesMin)) return null;
  const sharing = [...byOther.values()].filter(({ length }) => length >= payeesMin);
  const found = new Map<number, Evidence>();
  for (const payment of sharing.flat(2)) found.set(payment.position, payment);
  const evidence = [...found.values()].sort(byTime);
  return {
    typology: 'BIPARTITE',
    family: 'NETWORK',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight,
    facts: { payers: sharing.length + 1, payees, ...sumAndSpan(evidence, step.atMs) },
    evidence,
  };
}

const SENTENCE: Wording = {
  en: '{payers:wallets} paid the same {payees:wallets}, this one among them, {sumMinor:amount} within {spanMs:span}',
  ur: '{payers:wallets} نے {spanMs:span} کے اندر انہی {payees:wallets} کو، جن میں یہ بھی شامل ہے، {sumMinor:amount} ادا کیے',
};

export const bipartite = typology({
  name: 'BIPARTITE',
  family: 'NETWORK',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
