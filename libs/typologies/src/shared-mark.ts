import { type FlowEngine, type MarkedUse, type SharedMarkKind, SHARERS } from '#flow';
import { above, atLeast, type Condition, inScope, PAYER_ONLY, PEOPLE_OR_OUT } from './check';
import { byTime, type Evidence } from './evidence';
import { type Signal, type Sighting } from './signal';

/** What the typologies of a shared mark say alike. */
interface SharedValues {
  readonly windowMs: number;
  readonly weight: number;
  readonly natsMax: number;
}

const RARE: Condition = { says: 'how rare so many are among all such marks', unit: 'nats' };

/**
 * Many share one mark of the payment at hand: within `windowMs` at least `sharersMin` paid people, or out of the wallets,
 * with it. Strength: how rare so many are among payments whose mark is told.
 */
export function sharedMark(
  { engine, step, population, anchor, currency, checks }: Sighting,
  typology: Signal['typology'],
  kind: SharedMarkKind,
  sharing: Condition,
  sharersMin: number,
  { windowMs, weight, natsMax }: SharedValues,
): Signal | null {
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_OR_OUT, step.tells)) return null;
  const uses = step.uses[kind].filter(({ atMs }) => atMs >= step.atMs - windowMs);
  const sharers = SHARERS[kind](uses);
  if (!atLeast(checks, sharing, sharers, sharersMin)) return null;
  const nats = Math.min(population.sharers[kind].surpriseOfHigh(sharers), natsMax);
  if (!above(checks, RARE, nats, 0)) return null;
  const evidence = usesEvidence(engine, uses, currency);
  return {
    typology,
    family: 'NETWORK',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: { sharers, ...sumAndSpan(evidence, step.atMs) },
    evidence,
  };
}

/** Payments with a mark as what makes a signal true; oldest first. What is added up is one currency's. */
export function usesEvidence(
  { accounts }: FlowEngine,
  uses: readonly MarkedUse[],
  currency: string,
): Evidence[] {
  return uses
    .filter(({ payer }) => accounts.currency(payer) === currency)
    .map(({ position, payer, payee, amountMinor, atMs, newPair }): Evidence => ({
      ...{ position, payer, payee, amountMinor, atMs, newPair },
    }))
    .sort(byTime);
}

/** What the evidence comes to, and over how long up to `atMs`. The transfer at hand is among it. */
export const sumAndSpan = (
  evidence: readonly Evidence[],
  atMs: number,
): { sumMinor: number; spanMs: number } => ({
  sumMinor: evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
  spanMs: atMs - evidence[0]!.atMs,
});
