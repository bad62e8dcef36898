import { type FlowStep } from '#flow';
import { cameIn } from './came-in';
import {
  above,
  atLeast,
  atMost,
  type Condition,
  inScope,
  PAYER_ONLY,
  PEOPLE_OR_OUT,
} from './check';
import { DAY_MS, MINUTE_MS } from '#domain';
import { natsMax, perDay, perNat, share, span, type ValuesOf } from './parameter';
import { DWELL_FLOOR_MS } from './population';
import { evidenceOf, takenEvidence } from './evidence';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const LOTS: Condition = { says: 'lots of seen money that it takes', unit: 'count' };
const YOUNGEST_REST: Condition = {
  says: 'rest of the youngest money that leaves, against the window',
  unit: 'span',
};
const PASSED: Condition = {
  says: 'passed on, of what came in within the window',
  unit: 'amount',
};
const RARE_REST: Condition = { says: 'how rare so short a rest is among all', unit: 'nats' };
const RARE_HERE: Condition = { says: 'how rare passing on is for this wallet', unit: 'nats' };

const PARAMETERS = {
  windowMs: span('money counts that came in so recently', DAY_MS, MINUTE_MS, 14 * DAY_MS),
  passedShareMin: share('of what came in, the share that has left again', 0.9),
  habitPriorPerDay: perDay('passes that any wallet is allowed before one surprises', 0.02),
  weight: perNat('for a pass', 0.6),
  natsMax: natsMax(4),
};

/**
 * Pass-through: most of what came in leaves again soon, where that is not this wallet's habit.
 *
 * Definition: at a debit to a person or out of the wallets, of the credits of the window at least `passedShareMin` has been
 * taken, and the money now leaving came from them. Strength: how rare so short a rest is among all wallets, but no more than
 * how rare a pass is for this one: a shop that sweeps its till to its supplier every evening surprises nobody.
 */
function see(
  { engine, step, population, anchor, checks }: Sighting,
  {
    windowMs,
    passedShareMin,
    habitPriorPerDay,
    weight,
    natsMax: most,
  }: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  const { accounts } = engine;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_OR_OUT, step.personal || step.leaves)) return null;
  if (!atLeast(checks, LOTS, step.taken.count, 1)) return null;
  if (!atMost(checks, YOUNGEST_REST, step.atMs - youngestTakenMs(step), windowMs)) return null;
  const sinceMs = step.atMs - windowMs;
  const { inMinor, leftMinor } = cameIn(engine, anchor, sinceMs, step.atMs);
  const passedMinor = inMinor - leftMinor;
  if (!atLeast(checks, PASSED, passedMinor, inMinor * passedShareMin, inMinor)) return null;
  const passesPerDay = accounts.passesPerDay(anchor);
  accounts.countPass(anchor);
  const restMs = Math.max(step.carried.dwellMs, DWELL_FLOOR_MS);
  const rareRest = population.dwell.surpriseOfLow(restMs);
  const rareHere = -Math.log(Math.min(1, passesPerDay + habitPriorPerDay));
  above(checks, RARE_REST, rareRest, 0);
  above(checks, RARE_HERE, rareHere, 0);
  const nats = Math.min(rareRest, rareHere, most);
  if (nats <= 0) return null;
  return {
    typology: 'PASS_THROUGH',
    family: 'PATTERN',
    anchor,
    currency: accounts.currency(anchor),
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: { inMinor, windowMs, passedShare: 1 - leftMinor / inMinor, restMs },
    evidence: [...takenEvidence(step, sinceMs), evidenceOf(step)],
  };
}

/** When the last of the money that leaves had come in. */
function youngestTakenMs({ taken }: FlowStep): number {
  let youngestMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < taken.count; i += 1) youngestMs = Math.max(youngestMs, taken.atMs[i]!);
  return youngestMs;
}

const SENTENCE: Wording = {
  en: 'received {inMinor:amount} within {windowMs:span} and has passed on {passedShare:share} of it, the last after {restMs:span}',
  ur: '{windowMs:span} کے اندر {inMinor:amount} وصول کیے اور ان کا {passedShare:share} آگے بھیج دیا، آخری {restMs:span} بعد',
};

export const passThrough = typology({
  name: 'PASS_THROUGH',
  family: 'PATTERN',
  techniques: ['F1025.001'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
