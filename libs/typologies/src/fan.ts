import { type TypologyName } from '#contracts';
import { type LogHistogram, NONE } from '#flow';
import { surpriseOfCount } from './population';
import { type FanParameters } from './rule-pack';
import { sayAmount, sayCount, sayDuration } from './say';
import { type Evidence, type Signal, type Sighting } from './signal';

/**
 * Fan-in: many new payers at once.
 *
 * Definition: within the window at least `counterpartiesMin` distinct wallets paid this one that had never dealt with it.
 * Strength: how surprising so many are for this wallet, but no more than how rare they are among all.
 */
export function fanIn(sighting: Sighting): Signal | null {
  const { engine, step, population, pack, anchor } = sighting;
  if (anchor !== step.payee || !step.personal || !step.newPair) return null;
  const { credits, accounts } = engine;
  const evidence: Evidence[] = [];
  for (let slot = accounts.creditHead[anchor]!; slot !== NONE; slot = credits.next[slot]!) {
    if (credits.newPair[slot] === 0 || credits.personal[slot] === 0) continue;
    evidence.push({
      position: credits.transfer[slot]!,
      payer: credits.payer[slot]!,
      payee: anchor,
      amountMinor: credits.amount[slot]!,
      atMs: credits.at[slot]!,
    });
  }
  return fan(sighting, 'FAN_IN', pack.fanIn, population.newPayers, evidence, (e) => e.payer);
}

/**
 * Fan-out: money spread over many new payees at once.
 *
 * Definition: within the window this wallet paid at least `counterpartiesMin` distinct wallets that it had never dealt with.
 * Strength: how surprising so many are for this wallet, but no more than how rare they are among all.
 */
export function fanOut(sighting: Sighting): Signal | null {
  const { engine, step, population, pack, anchor } = sighting;
  if (anchor !== step.payer || !step.personal || !step.newPair) return null;
  const { debits, accounts } = engine;
  const evidence: Evidence[] = [];
  for (let slot = accounts.debitHead[anchor]!; slot !== NONE; slot = debits.next[slot]!) {
    if (debits.newPair[slot] === 0 || debits.personal[slot] === 0) continue;
    evidence.push({
      position: debits.transfer[slot]!,
      payer: anchor,
      payee: debits.payee[slot]!,
      amountMinor: debits.amount[slot]!,
      atMs: debits.at[slot]!,
    });
  }
  return fan(sighting, 'FAN_OUT', pack.fanOut, population.newPayees, evidence, (e) => e.payee);
}

function fan(
  { engine, step, anchor, nowMs }: Sighting,
  typology: TypologyName & ('FAN_IN' | 'FAN_OUT'),
  { windowMs, counterpartiesMin, habitPriorPerDay, weight, natsMax }: FanParameters,
  usual: LogHistogram,
  newPairs: readonly Evidence[],
  other: (evidence: Evidence) => number,
): Signal | null {
  const evidence = newPairs
    .filter(({ atMs }) => atMs >= step.atMs - windowMs && atMs <= step.atMs)
    .sort((a, b) => a.atMs - b.atMs || a.position - b.position);
  const count = new Set(evidence.map(other)).size;
  const rare = usual.surpriseOfHigh(count);
  usual.add(count, nowMs);
  if (count < counterpartiesMin) return null;
  const { accounts } = engine;
  const habit =
    typology === 'FAN_IN'
      ? accounts.creditsPerDayBefore(anchor, count)
      : accounts.debitsPerDayBefore(anchor, count);
  const nats = Math.min(surpriseOfCount(count, Math.max(habit, habitPriorPerDay)), rare, natsMax);
  if (nats <= 0) return null;
  const currency = accounts.currency(anchor);
  const sumMinor = evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const amount = sayAmount(sumMinor, currency);
  const wallets = `${sayCount(count, 'wallet')} it had never dealt with`;
  const span = sayDuration(step.atMs - evidence[0]!.atMs);
  return {
    typology,
    family: 'NETWORK',
    anchor,
    atMs: step.atMs,
    logOdds: weight * nats,
    evidence,
    say: () =>
      typology === 'FAN_IN'
        ? `received ${amount} from ${wallets}, within ${span}`
        : `paid ${amount} to ${wallets}, within ${span}`,
  };
}
