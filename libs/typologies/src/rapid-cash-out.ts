import { coolOffEndsAt, DAY_MS, MINUTE_MS } from '#domain';
import { above, atLeast, atMost, type Condition, inScope, PAYER_ONLY } from './check';
import { evidenceOf, takenEvidence } from './evidence';
import { logOdds, natsMax, perNat, share, span, type ValuesOf } from './parameter';
import { DWELL_FLOOR_MS } from './population';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span('money counts that came in so recently', DAY_MS, MINUTE_MS, 14 * DAY_MS),
  coveredShareMin: share('of what leaves, the share that came in within that time', 0.8),
  coolOffSlackMs: span(
    'so long after the end of the cool-off an exit counts as waited for',
    15 * MINUTE_MS,
    0,
    120 * MINUTE_MS,
  ),
  weight: perNat('for so short a rest', 0.5),
  natsMax: natsMax(6),
  weightCoolOff: logOdds('where it left just when the cool-off had ended', 1.5),
};

const LEAVES_ONLY = 'it looks at money that leaves the wallets only';
const COVERED: Condition = { says: 'of it, what came in within the window', unit: 'amount' };
const RARE_REST: Condition = { says: 'how rare so short a rest is among exits', unit: 'nats' };
const WAITED: Condition = {
  says: 'since the cool-off of the youngest large part of it had ended',
  unit: 'span',
};

/**
 * Rapid cash-out: money leaves the wallets soon after it came in.
 *
 * Definition: a payment takes money out (cash, crypto, abroad) of which at least `coveredShareMin` came in within the window,
 * by this wallet's lots. Strength: how rare so short a rest is among all exits; and more where it left between the end of the
 * two-hour cool-off and `coolOffSlackMs` later, counted from the youngest lot that makes up at least a fifth of it: whoever
 * waits for that moment knows why.
 */
function see(
  { step, anchor, currency, population, overlay, checks }: Sighting,
  values: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  const { windowMs, coveredShareMin, coolOffSlackMs, weight, weightCoolOff } = values;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, LEAVES_ONLY, step.leaves)) return null;
  const { taken, amountMinor, atMs } = step;
  let coveredMinor = 0;
  let youngestMs = -Infinity;
  for (let i = 0; i < taken.count; i += 1) {
    if (taken.atMs[i]! < atMs - windowMs) continue;
    coveredMinor += taken.takenMinor[i]!;
    if (taken.takenMinor[i]! * LARGE_PARTS >= amountMinor) {
      youngestMs = Math.max(youngestMs, taken.atMs[i]!);
    }
  }
  if (!atLeast(checks, COVERED, coveredMinor, amountMinor * coveredShareMin, amountMinor)) {
    return null;
  }
  const restMs = Math.max(step.carried.dwellMs, DWELL_FLOOR_MS);
  const rare = population.exitDwell.surpriseOfLow(restMs);
  above(checks, RARE_REST, rare, 0);
  const endedMs = coolOffEndsAt(youngestMs, overlay);
  // Where no cool-off was in force there was none to wait for.
  const waited =
    endedMs > youngestMs &&
    atLeast(checks, WAITED, atMs - endedMs, 0) &&
    atMost(checks, WAITED, atMs - endedMs, coolOffSlackMs);
  const adds = weight * Math.min(rare, values.natsMax) + (waited ? weightCoolOff : 0);
  if (adds <= 0) return null;
  return {
    typology: 'RAPID_CASH_OUT',
    family: 'PATTERN',
    anchor,
    currency,
    atMs,
    logOdds: adds,
    facts: {
      outMinor: amountMinor,
      coveredShare: coveredMinor / amountMinor,
      restMs,
      ...(waited ? { waitedMs: atMs - youngestMs } : {}),
    },
    evidence: [...takenEvidence(step, atMs - windowMs), evidenceOf(step)],
  };
}

/** A lot is a large part of what leaves from a fifth of it on: change left over from before is no part of the plan. */
const LARGE_PARTS = 5;

const SENTENCE: Wording = {
  en: '{outMinor:amount} left the wallets, {coveredShare:share} of it {restMs:span} after it had come in[, just when the cool-off had ended (after {waitedMs:span})]',
  ur: '{outMinor:amount} والٹس سے باہر نکل گئے، ان کا {coveredShare:share} آنے کے {restMs:span} بعد[، عین اس وقت جب انتظار کی مدت ختم ہوئی ({waitedMs:span} بعد)]',
};

export const rapidCashOut = typology({
  name: 'RAPID_CASH_OUT',
  family: 'PATTERN',
  techniques: ['F1017.001', 'F1018', 'F1025.003'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
