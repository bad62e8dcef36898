import { DAY_MS, HOUR_MS } from '#domain';
import { ACCOUNT } from '#flow';
import { atLeast, atMost, type Condition, inScope, PAYER_ONLY, PEOPLE_OR_OUT } from './check';
import { drainedSince } from './drained';
import { natsMax, perNat, share, span, type ValuesOf } from './parameter';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  ageMaxMs: span(
    'a wallet is new for so long after its first use',
    7 * DAY_MS,
    HOUR_MS,
    14 * DAY_MS,
  ),
  feedAgeMinMs: span(
    'the feed had run so long before that first use: until then everybody is new to it',
    7 * DAY_MS,
    DAY_MS,
    90 * DAY_MS,
  ),
  drainedMin: share('of all that it ever got, the share that has left again', 0.8),
  // That so much comes and goes is weighed elsewhere already; this is that such a wallet does it.
  weight: perNat('for so much', 0.12),
  natsMax: natsMax(5),
};

const AGE: Condition = { says: 'time since its first use', unit: 'span' };
const FEED_AGE: Condition = { says: 'how long the feed had run before that', unit: 'span' };

/**
 * Fast first use: a wallet that is hardly opened takes much in and hands it on.
 *
 * Definition: the wallet was first used at most `ageMaxMs` ago, in a feed that had by then run for `feedAgeMinMs`, and of all
 * that came in at least `drainedMin` has left again with this payment to a person or out of the wallets. Strength: how rare it is
 * that a wallet gets so much. A wallet that was given up after half a year of silence counts as new: nothing else is known of it.
 */
function see(sighting: Sighting, values: ValuesOf<typeof PARAMETERS>): Signal | null {
  const { engine, step, anchor, checks } = sighting;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_OR_OUT, step.personal || step.leaves)) return null;
  const firstAtMs = engine.accounts.get(anchor, ACCOUNT.firstAt);
  if (!atMost(checks, AGE, step.atMs - firstAtMs, values.ageMaxMs)) return null;
  const feedAgeMs = firstAtMs - engine.clock.startedAt;
  if (!atLeast(checks, FEED_AGE, feedAgeMs, values.feedAgeMinMs)) return null;
  return drainedSince(sighting, 'FAST_FIRST_USE', firstAtMs, values, {
    ageMs: step.atMs - firstAtMs,
  });
}

const SENTENCE: Wording = {
  en: 'within {ageMs:span} of its first use received {inMinor:amount} and passed on {drainedShare:share} of it',
  ur: 'پہلے استعمال کے {ageMs:span} کے اندر {inMinor:amount} وصول کیے اور ان کا {drainedShare:share} آگے بھیج دیا',
};

export const fastFirstUse = typology({
  name: 'FAST_FIRST_USE',
  family: 'ACCOUNT',
  techniques: ['T1585'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
