import { DAY_MS, HOUR_MS, MINUTE_MS } from '#domain';
import { ACCOUNT, type AccountIndex, type FlowEngine } from '#flow';
import {
  above,
  atLeast,
  atMost,
  type Condition,
  holds,
  inScope,
  PAYER_ONLY,
  PEOPLE_OR_OUT,
} from './check';
import { byTime, debitEvidence, type Evidence, evidenceOf } from './evidence';
import { natsMax, perNat, share, span, type ValuesOf } from './parameter';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const CHANGED = 'the wallet has got another SIM or handset';
const SINCE: Condition = { says: 'time since that change', unit: 'span' };
const IN_USE = 'the wallet was in use before that change';
const DRAINED: Condition = {
  says: 'paid to people or out since then, of what it held',
  unit: 'amount',
};
const RARE_AMONG_ALL: Condition = { says: 'how rare so high a sum is among all', unit: 'nats' };
const ABOVE_OWN: Condition = {
  says: 'how far it is above what this wallet usually pays',
  unit: 'nats',
};

const PARAMETERS = {
  windowMs: span('from the change to the payment, at most', 72 * HOUR_MS, MINUTE_MS, 14 * DAY_MS),
  drainedMin: share('of what the wallet held, the share that has left since', 0.8),
  weight: perNat('for a sum so high', 0.5),
  natsMax: natsMax(5),
};

/**
 * Change, then drain: a wallet gets another SIM or handset, and is emptied.
 *
 * Definition: a wallet that was in use before got another SIM or is used from another handset, at most `windowMs` ago, and
 * what it has since paid to people or out of the wallets, this payment included, is at least `drainedMin` of that and what
 * it has left. What is bought in shops does not count: whoever buys a phone also spends. Strength: how rare so high a sum
 * is among all payments between people, but no more than how far it is above what this wallet usually pays.
 */
function see(
  { engine, step, population, nowMs, anchor, currency, checks }: Sighting,
  { windowMs, drainedMin, weight, natsMax: most }: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  const { accounts, changes } = engine;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_OR_OUT, step.personal || step.leaves)) return null;
  const change =
    changes.size === 0 ? null : changes.lastBefore(accounts.walletKey(anchor), step.atMs, nowMs);
  if (!holds(checks, CHANGED, change !== null) || change === null) return null;
  if (!atMost(checks, SINCE, step.atMs - change.atMs, windowMs)) return null;
  if (!holds(checks, IN_USE, accounts.get(anchor, ACCOUNT.firstAt) < change.atMs)) return null;
  const evidence = paidSince({ engine, step, anchor }, change.atMs);
  const outMinor = evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const heldMinor = outMinor + leftIn(engine, anchor);
  if (!atLeast(checks, DRAINED, outMinor, heldMinor * drainedMin, heldMinor)) return null;
  const { payerLogMean, payerDebits } = step.carried;
  const rare = population.of(currency).payment.surpriseOfHigh(outMinor);
  const timesUsual = Math.log(outMinor) - payerLogMean;
  // Where it never paid before there is nothing that it usually pays.
  const own = payerDebits <= evidence.length ? rare : Math.max(0, timesUsual) * 2;
  above(checks, RARE_AMONG_ALL, rare, 0);
  above(checks, ABOVE_OWN, own, 0);
  const nats = Math.min(rare, own, most);
  if (nats <= 0) return null;
  return {
    typology: 'CHANGE_THEN_DRAIN',
    family: 'ACCOUNT',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: {
      outMinor,
      drainedShare: outMinor / heldMinor,
      sinceMs: step.atMs - change.atMs,
      isSim: change.type === 'SIM_CHANGE' ? 1 : 0,
    },
    evidence,
  };
}

/** What the account has paid to people or out since then, this payment included, oldest first. */
function paidSince(
  { engine, step, anchor }: Pick<Sighting, 'engine' | 'step' | 'anchor'>,
  sinceMs: number,
): Evidence[] {
  const { debits } = engine;
  const evidence = [evidenceOf(step)];
  const first = debits.first(anchor);
  for (let row = first; row < first + debits.count(anchor); row += 1) {
    const atMs = debits.at(row);
    if (atMs < sinceMs || atMs > step.atMs || debits.transfer(row) === step.position) continue;
    if (debits.personal(row) || debits.leaves(row)) {
      evidence.push(debitEvidence(engine, anchor, row));
    }
  }
  return evidence.sort(byTime);
}

/** What is left of all that was seen coming in, in minor units. */
function leftIn({ accounts, credits }: FlowEngine, account: AccountIndex): number {
  let leftMinor = accounts.get(account, ACCOUNT.mixed);
  const first = credits.first(account);
  for (let row = first; row < first + credits.count(account); row += 1) {
    leftMinor += credits.left(row);
  }
  return leftMinor;
}

const SENTENCE: Wording = {
  en: 'got another {isSim?SIM|handset} and within {sinceMs:span} paid out {outMinor:amount}, {drainedShare:share} of what it held',
  ur: '{isSim?سم|موبائل} بدلا گیا اور {sinceMs:span} کے اندر {outMinor:amount} نکل گئے، جو کچھ اس میں تھا اس کا {drainedShare:share}',
};

export const changeThenDrain = typology({
  name: 'CHANGE_THEN_DRAIN',
  family: 'ACCOUNT',
  techniques: ['T1451', 'F1006'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
