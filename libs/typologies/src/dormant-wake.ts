import { DAY_MS, HOUR_MS } from '#domain';
import { atMost, type Condition, holds, inScope, PAYER_ONLY, PEOPLE_OR_OUT } from './check';
import { drainedSince } from './drained';
import { natsMax, perNat, share, span, type ValuesOf } from './parameter';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span(
    'from the first use after the silence to the payment',
    DAY_MS,
    HOUR_MS,
    14 * DAY_MS,
  ),
  drainedMin: share('of what it got since, the share that has left again', 0.8),
  // That so much comes and goes is weighed elsewhere already; this is that such a wallet does it.
  weight: perNat('for so much', 0.12),
  natsMax: natsMax(5),
};

const WOKE = 'it was lately used again after a long silence';
const SINCE: Condition = { says: 'time since that', unit: 'span' };

/**
 * Dormant wake: a wallet that lay still for months takes much in and hands it on.
 *
 * Definition: the wallet was used again at most `windowMs` ago after at least the silence that the flow engine calls dormant
 * (`dormantAfterMs`, 90 days), and of what came in since at least `drainedMin` has left again with this payment to a person
 * or out of the wallets. Strength: how rare it is that a wallet gets so much.
 */
function see(sighting: Sighting, values: ValuesOf<typeof PARAMETERS>): Signal | null {
  const { engine, step, anchor, nowMs, checks } = sighting;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_OR_OUT, step.personal || step.leaves)) return null;
  const waking = engine.wakings.of(anchor, step.atMs, nowMs);
  if (!holds(checks, WOKE, waking !== null) || waking === null) return null;
  if (!atMost(checks, SINCE, step.atMs - waking.atMs, values.windowMs)) return null;
  return drainedSince(sighting, 'DORMANT_WAKE', waking.atMs, values, {
    sleptMs: waking.sleptMs,
    sinceMs: step.atMs - waking.atMs,
  });
}

const SENTENCE: Wording = {
  en: 'lay still for {sleptMs:span}, then within {sinceMs:span} received {inMinor:amount} and passed on {drainedShare:share} of it',
  ur: '{sleptMs:span} تک بند پڑا رہا، پھر {sinceMs:span} کے اندر {inMinor:amount} وصول کیے اور ان کا {drainedShare:share} آگے بھیج دیا',
};

export const dormantWake = typology({
  name: 'DORMANT_WAKE',
  family: 'ACCOUNT',
  techniques: ['F1042'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
