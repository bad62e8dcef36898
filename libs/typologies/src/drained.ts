import { type EventTimeMs } from '#domain';
import { HORIZONS } from '#flow';
import { cameIn } from './came-in';
import { above, atLeast, type Condition } from './check';
import { byTime, creditEvidence, debitEvidence, type Evidence } from './evidence';
import { type Facts, type Signal, type Sighting } from './signal';

const GONE: Condition = { says: 'has left again, of what came in since', unit: 'amount' };
const RARE: Condition = {
  says: 'how rare so much is among what wallets get in two weeks',
  unit: 'nats',
};

/** What the typologies of a new life say alike. */
interface DrainedValues {
  readonly drainedMin: number;
  readonly weight: number;
  readonly natsMax: number;
}

/**
 * What came into the anchor since a new life of it began, and has left again, where that is most of it. How much it
 * surprises: by what wallets get, in two weeks, from people new to them.
 *
 * @param facts of the new life, for the sentence
 * @returns null where less than `drainedMin` of it has left, or where so much surprises nobody
 */
export function drainedSince(
  { engine, step, anchor, currency, population, checks }: Sighting,
  typology: Signal['typology'],
  sinceMs: EventTimeMs,
  { drainedMin, weight, natsMax }: DrainedValues,
  facts: Facts,
): Signal | null {
  const { inMinor, leftMinor } = cameIn(engine, anchor, sinceMs, step.atMs);
  const goneMinor = inMinor - leftMinor;
  if (inMinor === 0) return null;
  if (!atLeast(checks, GONE, goneMinor, inMinor * drainedMin, inMinor)) return null;
  const nats = population.of(currency).received[HORIZONS - 1]!.surpriseOfHigh(inMinor);
  if (!above(checks, RARE, nats, 0)) return null;
  return {
    typology,
    family: 'ACCOUNT',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * Math.min(nats, natsMax),
    facts: { ...facts, inMinor, drainedShare: goneMinor / inMinor },
    evidence: between(engine, step, anchor, sinceMs),
  };
}

/** What the account got, and what it paid to people or out, since then and up to the step; oldest first. */
function between(
  engine: Sighting['engine'],
  step: Sighting['step'],
  anchor: Sighting['anchor'],
  sinceMs: EventTimeMs,
): Evidence[] {
  const { credits, debits } = engine;
  const found: Evidence[] = [];
  for (let i = 0, row = credits.first(anchor); i < credits.count(anchor); i += 1, row += 1) {
    found.push(creditEvidence(engine, anchor, row));
  }
  for (let i = 0, row = debits.first(anchor); i < debits.count(anchor); i += 1, row += 1) {
    if (debits.personal(row) || debits.leaves(row)) found.push(debitEvidence(engine, anchor, row));
  }
  return found.filter(({ atMs }) => atMs >= sinceMs && atMs <= step.atMs).sort(byTime);
}
