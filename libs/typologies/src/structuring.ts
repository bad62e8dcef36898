import { DAY_MS, HOUR_MS, legalValue } from '#domain';
import { above, atLeast, type Condition, holds, inScope } from './check';
import { byTime, creditEvidence, debitEvidence, type Evidence } from './evidence';
import { count as countOf, natsMax, perDay, perNat, share, span, type ValuesOf } from './parameter';
import { surpriseOfCount } from './population';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span('amounts of cash add up over so long', DAY_MS, HOUR_MS, 14 * DAY_MS),
  partsMin: countOf('amounts below the threshold that make it up together', 3, 2, 32),
  partShareMin: share('an amount below this share of the threshold is no part of it', 0.1),
  habitPriorPerDay: perDay('cash that any wallet is allowed so often before more surprises', 0.5),
  weight: perNat('for so many', 0.5),
  natsMax: natsMax(4),
};

const CASH_ONLY = 'it looks at who pays cash in or takes it out only';
const THRESHOLD_KNOWN = 'a reporting threshold of this currency was in force';
const PARTS: Condition = { says: 'amounts of cash below it within the window', unit: 'count' };
const TOGETHER: Condition = { says: 'what they come to, against the threshold', unit: 'amount' };
const RARE_HERE: Condition = { says: 'how rare so many are for this wallet', unit: 'nats' };

/**
 * Structuring: cash in parts, each below what is reported, together above it.
 *
 * Definition: within `windowMs` at least `partsMin` amounts of cash were paid in (or: were paid out), each at least
 * `partShareMin` of the cash reporting threshold in force and below it, that come to the threshold together. One amount that
 * reaches the threshold by itself is reported by law and is no part. Strength: how far so many are from this wallet's habit.
 */
function see(
  { engine, step, anchor, currency, overlay, checks }: Sighting,
  values: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  const { windowMs, partsMin, partShareMin, habitPriorPerDay, weight, natsMax: most } = values;
  const isIn = !step.leaves;
  const isOurs = step.cash && anchor === (isIn ? step.payee : step.payer);
  if (!inScope(checks, CASH_ONLY, isOurs)) return null;
  const thresholdMinor = legalValue(overlay, 'cashReportingThreshold', {
    ...{ currency, atMs: step.atMs },
  });
  if (!holds(checks, THRESHOLD_KNOWN, thresholdMinor !== null)) return null;
  const limitMinor = thresholdMinor!;
  const parts = (isIn ? cashIn : cashOut)({ engine, step, anchor }).filter(
    ({ atMs, amountMinor }) =>
      atMs >= step.atMs - windowMs &&
      amountMinor < limitMinor &&
      amountMinor >= limitMinor * partShareMin,
  );
  if (!atLeast(checks, PARTS, parts.length, partsMin)) return null;
  const sumMinor = parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  if (!atLeast(checks, TOGETHER, sumMinor, limitMinor)) return null;
  const habit = isIn
    ? engine.accounts.creditsPerDayBefore(anchor, parts.length)
    : engine.accounts.debitsPerDayBefore(anchor, parts.length);
  const allowed = (Math.max(habit, habitPriorPerDay) * windowMs) / DAY_MS;
  const nats = Math.min(surpriseOfCount(parts.length, allowed), most);
  if (!above(checks, RARE_HERE, nats, 0)) return null;
  const evidence = parts.sort(byTime);
  return {
    typology: 'STRUCTURING',
    family: 'PATTERN',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: {
      count: parts.length,
      sumMinor,
      thresholdMinor: limitMinor,
      spanMs: step.atMs - evidence[0]!.atMs,
      isIn: isIn ? 1 : 0,
    },
    evidence,
  };
}

type Side = Pick<Sighting, 'engine' | 'step' | 'anchor'>;

function cashIn({ engine, step, anchor }: Side): Evidence[] {
  const { credits } = engine;
  const found: Evidence[] = [];
  const first = credits.first(anchor);
  for (let row = first; row < first + credits.count(anchor); row += 1) {
    if (credits.cash(row) && credits.at(row) <= step.atMs) {
      found.push(creditEvidence(engine, anchor, row));
    }
  }
  return found;
}

function cashOut({ engine, step, anchor }: Side): Evidence[] {
  const { debits } = engine;
  const found: Evidence[] = [];
  const first = debits.first(anchor);
  for (let row = first; row < first + debits.count(anchor); row += 1) {
    if (debits.cash(row) && debits.at(row) <= step.atMs) {
      found.push(debitEvidence(engine, anchor, row));
    }
  }
  return found;
}

const SENTENCE: Wording = {
  en: '{sumMinor:amount} was paid {isIn?in|out} in cash in {count:amounts} within {spanMs:span}, each below the {thresholdMinor:amount} from which it is reported',
  ur: '{spanMs:span} کے اندر {sumMinor:amount} نقد {count:amounts} میں {isIn?جمع کرائے|نکلوائے} گئے، ہر ایک {thresholdMinor:amount} سے کم جس سے اطلاع لازم ہے',
};

export const structuring = typology({
  name: 'STRUCTURING',
  family: 'PATTERN',
  techniques: ['F1045'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
