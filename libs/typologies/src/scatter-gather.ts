import { atLeast, type Condition, inScope, PAYEE_ONLY, PEOPLE_ONLY } from './check';
import { count as countOf, logOdds, type ValuesOf } from './parameter';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  branchesMin: countOf('distinct wallets between the source and this one', 3, 2, 32),
  weight: logOdds('for the shape; how rare it is, the circumstance of a common source says', 1),
};

const BRANCHES: Condition = {
  says: 'payers whose money came, not long before, from one wallet',
  unit: 'count',
};

/**
 * Scatter-gather: money of one wallet goes out over several and comes together again in one.
 *
 * Definition: within two weeks at least `branchesMin` distinct wallets paid this one, upstream of each of which, along its
 * trail or among those that funded it, stands the same wallet. What it weighs
 * is the shape; how rare so many branches are, the circumstance of a common source says.
 */
function see(
  { step, anchor, currency, source, checks }: Sighting,
  { branchesMin, weight }: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!atLeast(checks, BRANCHES, source?.payers ?? 0, branchesMin) || source === null) return null;
  const evidence = source.evidence();
  const gathered = evidence.filter(({ payee }) => payee === anchor);
  return {
    typology: 'SCATTER_GATHER',
    family: 'PATTERN',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight,
    facts: {
      sumMinor: gathered.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      branches: source.payers,
      spanMs: step.atMs - evidence[0]!.atMs,
    },
    evidence,
  };
}

const SENTENCE: Wording = {
  en: '{sumMinor:amount} that went out from one wallet came together here through {branches:others}, within {spanMs:span}',
  ur: 'ایک والٹ سے نکلنے والے {sumMinor:amount} {spanMs:span} کے اندر {branches:others} سے ہو کر یہاں دوبارہ جمع ہو گئے',
};

export const scatterGather = typology({
  name: 'SCATTER_GATHER',
  family: 'PATTERN',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
