import { DAY_MS, HOUR_MS } from '#domain';
import { type AccountIndex, HORIZONS_MS, type LogHistogram } from '#flow';
import {
  above,
  atLeast,
  type Condition,
  holds,
  inScope,
  PAYEE_ONLY,
  PAYER_ONLY,
  PEOPLE_ONLY,
} from './check';
import { count as countOf, natsMax, perDay, perNat, share, span, type ValuesOf } from './parameter';
import { surpriseOfCount } from './population';
import { byTime, creditEvidence, debitEvidence, type Evidence } from './evidence';
import { type Sighting, type Signal, typology } from './signal';

const PARAMETERS = {
  windowMs: span('the longest span that is looked at', 14 * DAY_MS, 2 * HOUR_MS, 14 * DAY_MS),
  counterpartiesMin: countOf(
    'distinct counterparties that had never paid it, or that it had never paid',
    3,
    2,
    1_000,
  ),
  dustShareMax: share('payments below this share of what is usual among them are left out', 0.1),
  habitPriorPerDay: perDay('payments that any wallet is allowed before more surprise', 0.1),
  weight: perNat('for so many', 0.2),
  natsMax: natsMax(6),
};
type FanValues = ValuesOf<typeof PARAMETERS>;

const NEW_PAIR = 'the payer had never paid this payee, as far as either side knows';
const NEW_PAYEE = 'the payer had never paid this payee';
const NEW_ONES: Readonly<Record<'FAN_IN' | 'FAN_OUT', Condition>> = {
  FAN_IN: { says: 'payers new to it within the span', unit: 'count' },
  FAN_OUT: { says: 'payees new to it within the span', unit: 'count' },
};
const RARE_AMONG_ALL: Condition = { says: 'how rare so many are among all', unit: 'nats' };
const RARE_HERE: Condition = { says: 'how rare so many are for this wallet', unit: 'nats' };

/**
 * Fan-in: many new payers at once.
 *
 * Definition: within one of the spans (two hours, a day, three days, two weeks; up to `windowMs`) at least
 * `counterpartiesMin` distinct wallets paid this one that had never paid it before, each more than dust: at least
 * `dustShareMax` of the mean of those payments, weighed by amount. Strength: how surprising so many are for this wallet, but
 * no more than how rare they are among all; of the spans, the one that surprises most.
 */
function seeFanIn(sighting: Sighting, values: FanValues): Signal | null {
  const { step, population, anchor, checks } = sighting;
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, NEW_PAIR, step.newPair)) return null;
  return fan(sighting, 'FAN_IN', values, population.paidByNew, newPayers(sighting));
}

/**
 * Fan-out: money spread over many new payees at once.
 *
 * Definition: as {@link seeFanIn}, of the wallets that this one paid and had never paid before.
 */
function seeFanOut(sighting: Sighting, values: FanValues): Signal | null {
  const { step, population, anchor, checks } = sighting;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, NEW_PAYEE, !step.carried.payerKnowsPayee)) return null;
  return fan(sighting, 'FAN_OUT', values, population.paidNew, newPayees(sighting));
}

/** Payments of people who had never paid the anchor before, oldest first, as it remembers them up to the step. */
export function newPayers({ engine, anchor, step }: Sighting): Evidence[] {
  const { credits } = engine;
  const found: Evidence[] = [];
  const first = credits.first(anchor);
  for (let row = first; row < first + credits.count(anchor); row += 1) {
    if (!credits.newPair(row) || !credits.personal(row) || credits.at(row) > step.atMs) continue;
    found.push(creditEvidence(engine, anchor, row));
  }
  return found;
}

/** Payments to people whom the anchor had never paid, oldest first, as it remembers them up to the step. */
export function newPayees({ engine, anchor, step }: Sighting): Evidence[] {
  const { debits } = engine;
  const found: Evidence[] = [];
  const first = debits.first(anchor);
  for (let row = first; row < first + debits.count(anchor); row += 1) {
    if (!debits.newPayee(row) || !debits.personal(row) || debits.at(row) > step.atMs) continue;
    found.push(debitEvidence(engine, anchor, row));
  }
  return found;
}

/** How many payments of like weight would make up their sum. */
export function effectiveNumber(payments: readonly Evidence[]): number {
  const { sum, squares } = moments(payments);
  return sum === 0 ? 0 : (sum * sum) / squares;
}

function moments(payments: readonly Evidence[]): { sum: number; squares: number } {
  let sum = 0;
  let squares = 0;
  for (const { amountMinor } of payments) {
    sum += amountMinor;
    squares += amountMinor * amountMinor;
  }
  return { sum, squares };
}

/** Without what is next to nothing beside the rest: the mean is weighed by amount, so that dust does not lower it. */
export function withoutDust(payments: readonly Evidence[], shareMax: number): Evidence[] {
  const { sum, squares } = moments(payments);
  return payments.filter(({ amountMinor }) => amountMinor * sum >= squares * shareMax);
}

interface Fan {
  readonly evidence: readonly Evidence[];
  readonly counterparties: number;
  readonly nats: number;
}

function fan(
  sighting: Sighting,
  typologyName: 'FAN_IN' | 'FAN_OUT',
  { windowMs, counterpartiesMin, dustShareMax, habitPriorPerDay, weight, natsMax: most }: FanValues,
  usual: readonly LogHistogram[],
  payments: readonly Evidence[],
): Signal | null {
  const { engine, step, anchor, checks, currency } = sighting;
  const { accounts } = engine;
  const isIn = typologyName === 'FAN_IN';
  // Mostly there are fewer payments than it takes wallets, and nobody who wants to know what each span shows.
  if (!checks && payments.length < counterpartiesMin) return null;
  let best: Fan | null = null;
  for (const [horizon, spanMs] of HORIZONS_MS.entries()) {
    if (spanMs > windowMs) break;
    const evidence = withoutDust(
      payments.filter(({ atMs }) => atMs >= step.atMs - spanMs),
      dustShareMax,
    );
    const others = new Set<AccountIndex>(
      evidence.map(({ payer, payee }) => (isIn ? payer : payee)),
    );
    const count = others.size;
    if (!atLeast(checks, NEW_ONES[typologyName], count, counterpartiesMin)) continue;
    const habit = isIn
      ? accounts.creditsPerDayBefore(anchor, count)
      : accounts.debitsPerDayBefore(anchor, count);
    const allowed = (Math.max(habit, habitPriorPerDay) * spanMs) / DAY_MS;
    const rareHere = surpriseOfCount(count, allowed);
    const rare = usual[horizon]!.surpriseOfHigh(effectiveNumber(evidence));
    above(checks, RARE_AMONG_ALL, rare, 0);
    above(checks, RARE_HERE, rareHere, 0);
    const nats = Math.min(rareHere, rare, most);
    if (nats > (best?.nats ?? 0)) best = { evidence, counterparties: count, nats };
  }
  if (best === null) return null;
  const { evidence, counterparties, nats } = best;
  return {
    typology: typologyName,
    family: 'NETWORK',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: {
      sumMinor: evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      count: counterparties,
      spanMs: step.atMs - evidence[0]!.atMs,
    },
    evidence: [...evidence].sort(byTime),
  };
}

export const fanIn = typology({
  name: 'FAN_IN',
  family: 'NETWORK',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see: seeFanIn,
  sentence: {
    en: 'received {sumMinor:amount} from {count:wallets} that had never paid it before, within {spanMs:span}',
    ur: '{spanMs:span} کے اندر {count:wallets} سے {sumMinor:amount} وصول کیے جنہوں نے پہلے کبھی اسے ادائیگی نہیں کی تھی',
  },
});

export const fanOut = typology({
  name: 'FAN_OUT',
  family: 'NETWORK',
  techniques: ['F1025'],
  parameters: PARAMETERS,
  see: seeFanOut,
  sentence: {
    en: 'paid {sumMinor:amount} to {count:wallets} that it had never paid before, within {spanMs:span}',
    ur: '{spanMs:span} کے اندر {count:wallets} کو {sumMinor:amount} ادا کیے جنہیں پہلے کبھی ادائیگی نہیں کی تھی',
  },
});
