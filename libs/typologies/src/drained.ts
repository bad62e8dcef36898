import { type EventTimeMs } from '#domain';
import { HORIZONS } from '#flow';
import { cameIn } from './came-in';
import { above, atLeast, type Condition } from './check';
import { byTime, creditEvidence, debitEvidence, type Evidence } from './evidence';
import { type Sighting } from './signal';

const GONE: Condition = { says: 'has left again, of what came in since', unit: 'amount' };
const RARE: Condition = {
  says: 'how rare so much is among what wallets get in two weeks',
  unit: 'nats',
};

/** Of a wallet that a new life began for: what came in since, and left again. */
export interface Drained {
  readonly inMinor: number;
  readonly share: number;
  readonly nats: number;
  readonly evidence: readonly Evidence[];
}

/**
 * What came into the anchor since then and has left again, where that is most of it. How much it surprises: by what wallets
 * get, in two weeks, from people new to them.
 *
 * @returns null where less than `shareMin` of it has left, or where so much surprises nobody
 */
export function drainedSince(
  { engine, step, anchor, currency, population, checks }: Sighting,
  sinceMs: EventTimeMs,
  shareMin: number,
): Drained | null {
  const { inMinor, leftMinor } = cameIn(engine, anchor, sinceMs, step.atMs);
  const goneMinor = inMinor - leftMinor;
  if (inMinor === 0 || !atLeast(checks, GONE, goneMinor, inMinor * shareMin, inMinor)) return null;
  const nats = population.of(currency).received[HORIZONS - 1]!.surpriseOfHigh(inMinor);
  if (!above(checks, RARE, nats, 0)) return null;
  return {
    inMinor,
    share: goneMinor / inMinor,
    nats,
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
