import { type AccountIndex, type FlowEngine, type LogHistogram } from '#flow';
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
import { DAY_MS, MINUTE_MS } from '#domain';
import { count as countOf, natsMax, perDay, perNat, span, type ValuesOf } from './parameter';
import { surpriseOfCount } from './population';
import { sayAmount, sayCount, sayDuration } from './say';
import {
  byTime,
  creditEvidence,
  debitEvidence,
  type Evidence,
  fact,
  type Facts,
  type Sighting,
  type Signal,
  typology,
} from './signal';

/** One side's payments between people with counterparties that were new, newest first, as the account remembers them. */
interface NewPairs {
  readonly count: number;
  /** The row is such a payment of the window. */
  counts(row: number): boolean;
  other(row: number): AccountIndex;
  evidence(row: number): Evidence;
  readonly first: number;
}

function newPayers(engine: FlowEngine, anchor: AccountIndex, from: number, to: number): NewPairs {
  const { credits } = engine;
  return {
    first: credits.first(anchor),
    count: credits.count(anchor),
    counts: (row) =>
      credits.newPair(row) &&
      credits.personal(row) &&
      credits.at(row) >= from &&
      credits.at(row) <= to,
    other: (row) => credits.payer(row),
    evidence: (row) => creditEvidence(engine, anchor, row),
  };
}

function newPayees(engine: FlowEngine, anchor: AccountIndex, from: number, to: number): NewPairs {
  const { debits } = engine;
  return {
    first: debits.first(anchor),
    count: debits.count(anchor),
    counts: (row) =>
      debits.newPayee(row) &&
      debits.personal(row) &&
      debits.at(row) >= from &&
      debits.at(row) <= to,
    other: (row) => debits.payee(row),
    evidence: (row) => debitEvidence(engine, anchor, row),
  };
}

const NEW_PAIR = 'the two had never dealt with each other';
const NEW_PAYEE = 'the payer had never paid this payee';
const NEW_ONES: Readonly<Record<'FAN_IN' | 'FAN_OUT', Condition>> = {
  FAN_IN: { says: 'payers new to it within the window', unit: 'count' },
  FAN_OUT: { says: 'payees new to it within the window', unit: 'count' },
};
const RARE_AMONG_ALL: Condition = { says: 'how rare so many are among all', unit: 'nats' };
const RARE_HERE: Condition = { says: 'how rare so many are for this wallet', unit: 'nats' };

const PARAMETERS = {
  windowMs: span('payments count that came so recently', DAY_MS, MINUTE_MS, 14 * DAY_MS),
  counterpartiesMin: countOf('distinct counterparties it never dealt with before', 3, 2, 1_000),
  habitPriorPerDay: perDay('payments that any wallet is allowed before more surprise', 1),
  weight: perNat('for so many', 0.5),
  natsMax: natsMax(6),
};
type FanValues = ValuesOf<typeof PARAMETERS>;

/**
 * Fan-in: many new payers at once.
 *
 * Definition: within the window at least `counterpartiesMin` distinct wallets paid this one that had never dealt with it.
 * Strength: how surprising so many are for this wallet, but no more than how rare they are among all.
 */
function seeFanIn(sighting: Sighting, values: FanValues): Signal | null {
  const { engine, step, population, anchor, checks } = sighting;
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, NEW_PAIR, step.newPair)) return null;
  const pairs = newPayers(engine, anchor, step.atMs - values.windowMs, step.atMs);
  return fan(sighting, 'FAN_IN', values, population.newPayers, pairs);
}

/**
 * Fan-out: money spread over many new payees at once.
 *
 * Definition: within the window this wallet paid at least `counterpartiesMin` distinct wallets that it had never paid.
 * Strength: how surprising so many are for this wallet, but no more than how rare they are among all.
 */
function seeFanOut(sighting: Sighting, values: FanValues): Signal | null {
  const { engine, step, population, anchor, checks } = sighting;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, NEW_PAYEE, !step.carried.payerKnowsPayee)) return null;
  const pairs = newPayees(engine, anchor, step.atMs - values.windowMs, step.atMs);
  return fan(sighting, 'FAN_OUT', values, population.newPayees, pairs);
}

function fan(
  { engine, step, anchor, nowMs, checks }: Sighting,
  typology: 'FAN_IN' | 'FAN_OUT',
  { counterpartiesMin, habitPriorPerDay, weight, natsMax: most }: FanValues,
  usual: LogHistogram,
  pairs: NewPairs,
): Signal | null {
  const others = new Set<AccountIndex>();
  for (let row = pairs.first; row < pairs.first + pairs.count; row += 1) {
    if (pairs.counts(row)) others.add(pairs.other(row));
  }
  const count = others.size;
  const enough = atLeast(checks, NEW_ONES[typology], count, counterpartiesMin);
  if (count === 0) return null;
  // A count is not its own yardstick: asked before it is added.
  const rare = enough ? usual.surpriseOfHigh(count) : 0;
  usual.add(count, nowMs);
  if (!enough) return null;
  const { accounts } = engine;
  const habit =
    typology === 'FAN_IN'
      ? accounts.creditsPerDayBefore(anchor, count)
      : accounts.debitsPerDayBefore(anchor, count);
  const rareHere = surpriseOfCount(count, Math.max(habit, habitPriorPerDay));
  above(checks, RARE_AMONG_ALL, rare, 0);
  above(checks, RARE_HERE, rareHere, 0);
  const nats = Math.min(rareHere, rare, most);
  if (nats <= 0) return null;
  const evidence: Evidence[] = [];
  for (let row = pairs.first; row < pairs.first + pairs.count; row += 1) {
    if (pairs.counts(row)) evidence.push(pairs.evidence(row));
  }
  evidence.sort(byTime);
  return {
    typology,
    family: 'NETWORK',
    anchor,
    currency: accounts.currency(anchor),
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: {
      sumMinor: evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      count,
      spanMs: step.atMs - evidence[0]!.atMs,
    },
    evidence,
  };
}

const wallets = (facts: Facts): string =>
  `${sayCount(fact(facts, 'count'), 'wallet')} it had never dealt with, within ` +
  sayDuration(fact(facts, 'spanMs'));

export const fanIn = typology({
  name: 'FAN_IN',
  family: 'NETWORK',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see: seeFanIn,
  say: (facts, currency) =>
    `received ${sayAmount(fact(facts, 'sumMinor'), currency)} from ${wallets(facts)}`,
});

export const fanOut = typology({
  name: 'FAN_OUT',
  family: 'NETWORK',
  techniques: ['F1025'],
  parameters: PARAMETERS,
  see: seeFanOut,
  say: (facts, currency) =>
    `paid ${sayAmount(fact(facts, 'sumMinor'), currency)} to ${wallets(facts)}`,
});
