import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { type MarkedUse } from '#flow';
import { above, atLeast, type Condition, holds, inScope, PAYER_ONLY } from './check';
import { byTime, takenEvidence } from './evidence';
import { count as countOf, natsMax, perNat, share, span, type ValuesOf } from './parameter';
import { DWELL_FLOOR_MS, surpriseOfCount } from './population';
import { sumAndSpan, usesEvidence } from './shared-mark';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span(
    'cash paid out at one agent counts together for so long',
    DAY_MS,
    HOUR_MS,
    14 * DAY_MS,
  ),
  restMaxMs: span('money counts that rested at most so long', DAY_MS, MINUTE_MS, 14 * DAY_MS),
  coveredShareMin: share('of the cash, the share that people new to the wallet had paid it', 0.8),
  walletsMin: countOf('wallets that took out such money there', 5, 2, 64),
  weight: perNat('for so many', 0.5),
  natsMax: natsMax(5),
};

const CASH_ONLY = 'it looks at cash that is taken out at an agent only';
const SUCH_MONEY =
  'the cash is money that people new to the wallet had lately paid it, as far as its lots tell';
const WALLETS: Condition = {
  says: 'wallets that took out such money at the agent within the window',
  unit: 'count',
};
const RARE: Condition = {
  says: 'how surprising so many are among all who took out cash there',
  unit: 'nats',
};

/**
 * Agent cluster: wallets that have just been paid by strangers take out cash at one agent.
 *
 * Definition: within `windowMs` at least `walletsMin` wallets took out cash at the agent where this payment takes it out, of
 * which at least `coveredShareMin` had been paid them by people new to them at most `restMaxMs` before, by their lots; this
 * payment among them. Wages, benefits and remittances are not paid by people and do not count. Strength: how surprising so
 * many are among all who took out cash there, where each does so as often as money leaves so soon among all: a busy agent
 * surprises nobody by its size.
 */
function see(
  { engine, step, population, anchor, currency, checks }: Sighting,
  values: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  const { windowMs, restMaxMs, coveredShareMin, walletsMin, weight } = values;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, CASH_ONLY, step.uses.agent.length > 0)) return null;
  const there = step.uses.agent.filter(({ atMs }) => atMs >= step.atMs - windowMs);
  const isSuch = ({ amountMinor, fromNewMinor, restMs }: MarkedUse): boolean =>
    fromNewMinor >= amountMinor * coveredShareMin && restMs <= restMaxMs;
  const such = there.filter(isSuch);
  const isAmong = such.some(({ position }) => position === step.position);
  if (!holds(checks, SUCH_MONEY, isAmong)) return null;
  if (!atLeast(checks, WALLETS, such.length, walletsMin)) return null;
  const soon = Math.exp(-population.exitDwell.surpriseOfLow(Math.max(restMaxMs, DWELL_FLOOR_MS)));
  const nats = Math.min(surpriseOfCount(such.length, there.length * soon), values.natsMax);
  if (!above(checks, RARE, nats, 0)) return null;
  const cash = usesEvidence(engine, such, currency);
  const cameBefore = takenEvidence(step, step.atMs - restMaxMs).filter(({ newPair }) => newPair);
  return {
    typology: 'AGENT_CLUSTER',
    family: 'NETWORK',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: { wallets: such.length, ...sumAndSpan(cash, step.atMs) },
    evidence: [...cameBefore, ...cash].sort(byTime),
  };
}

const SENTENCE: Wording = {
  en: 'took out cash at an agent where {wallets:wallets}, each just paid by people new to it, took out {sumMinor:amount} within {spanMs:span}',
  ur: 'ایسے ایجنٹ سے نقد رقم نکلوائی جہاں {wallets:wallets} نے، جن میں سے ہر ایک کو نئے لوگوں نے ابھی رقم بھیجی تھی، {spanMs:span} کے اندر {sumMinor:amount} نکلوائے',
};

export const agentCluster = typology({
  name: 'AGENT_CLUSTER',
  family: 'NETWORK',
  techniques: ['F1017.001'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
