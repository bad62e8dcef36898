import { DAY_MS, HOUR_MS, legalValue } from '#domain';
import { type AccountIndex, type FlowEngine } from '#flow';
import { atLeast, type Condition, holds, inScope } from './check';
import { byTime, creditEvidence, debitEvidence, type Evidence } from './evidence';
import { count as countOf, logOdds, share, span, type ValuesOf } from './parameter';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span('days near the limit count together for so long', 7 * DAY_MS, DAY_MS, 14 * DAY_MS),
  daysMin: countOf('days near the limit', 3, 2, 14),
  nearMin: share('of the limit, from which on a day is near it', 0.9),
  dayAheadMs: span(
    'so long before midnight UTC the day ends, where the limit is in force',
    5 * HOUR_MS,
    0,
    14 * HOUR_MS,
  ),
  weight: logOdds('for each day', 0.4),
  daysMax: countOf('days that weigh', 5, 2, 14),
};

const TELLS_ONLY = 'it looks at payments between people, out of the wallets or in from cash, only';
const LIMIT_KNOWN = 'the wallet is told with a tier whose daily limit was in force';
const DAYS: Condition = {
  says: 'days within the window whose sum is near the limit and not above it',
  unit: 'count',
};

/**
 * Limit hugging: day after day a wallet pays, or gets, just what its tier allows.
 *
 * Definition: within `windowMs` there are at least `daysMin` days on which what the wallet paid (or, looked at apart, what it
 * got) came to between `nearMin` of the daily limit of its tier and the limit, and this payment belongs to one of them. The
 * limit is that of the overlay at the payment's own time. Strength: the days.
 */
function see(
  { engine, step, anchor, currency, overlay, checks }: Sighting,
  { windowMs, daysMin, nearMin, dayAheadMs, weight, daysMax }: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  if (!inScope(checks, TELLS_ONLY, step.tells || step.cash)) return null;
  const pays = anchor === step.payer;
  const tier = pays ? step.payerTier : step.payeeTier;
  const key = { currency, tier: tier ?? '', atMs: step.atMs };
  const limitMinor = legalValue(overlay, 'tierDailyLimit', key);
  if (!holds(checks, LIMIT_KNOWN, limitMinor !== null) || limitMinor === null) return null;
  const dayOf = (atMs: number): number => Math.floor((atMs + dayAheadMs) / DAY_MS);
  const days = new Map<number, Evidence[]>();
  for (const one of moved(engine, anchor, pays)) {
    if (one.atMs < step.atMs - windowMs || one.atMs > step.atMs) continue;
    days.set(dayOf(one.atMs), [...(days.get(dayOf(one.atMs)) ?? []), one]);
  }
  const isNear = (sumMinor: number): boolean =>
    sumMinor >= limitMinor * nearMin && sumMinor <= limitMinor;
  const near = [...days].filter(([, ofDay]) => isNear(sumOf(ofDay)));
  const isToday = near.some(([day]) => day === dayOf(step.atMs));
  if (!atLeast(checks, DAYS, isToday ? near.length : 0, daysMin)) return null;
  const evidence = near.flatMap(([, ofDay]) => ofDay).sort(byTime);
  return {
    typology: 'LIMIT_HUGGING',
    family: 'PATTERN',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * Math.min(near.length, daysMax),
    facts: {
      days: near.length,
      limitMinor,
      leastShare: Math.min(...near.map(([, ofDay]) => sumOf(ofDay))) / limitMinor,
      spanMs: step.atMs - evidence[0]!.atMs,
      pays: pays ? 1 : 0,
    },
    evidence,
  };
}

const sumOf = (moves: readonly Evidence[]): number =>
  moves.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

/** All that the account paid, or all that it got, as far as it remembers. */
function moved(engine: FlowEngine, anchor: AccountIndex, pays: boolean): Evidence[] {
  const rows = pays ? engine.debits : engine.credits;
  const first = rows.first(anchor);
  return Array.from({ length: rows.count(anchor) }, (_, i) =>
    pays ? debitEvidence(engine, anchor, first + i) : creditEvidence(engine, anchor, first + i),
  );
}

const SENTENCE: Wording = {
  en: '{pays?paid|received} at least {leastShare:share} of its daily limit of {limitMinor:amount}, and never more, on {days:days} within {spanMs:span}',
  ur: '{spanMs:span} کے اندر {days:days} اپنی یومیہ حد {limitMinor:amount} کا کم از کم {leastShare:share} {pays?ادا|وصول} کیا، اور کبھی اس سے زیادہ نہیں',
};

export const limitHugging = typology({
  name: 'LIMIT_HUGGING',
  family: 'PATTERN',
  techniques: ['F1045'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
