import { DAY_MS, MINUTE_MS } from '#domain';
import { type AccountIndex, CallBefore, type FlowEngine, NONE } from '#flow';
import { above, atMost, type Condition, holds, inScope, PAYEE_ONLY, PEOPLE_ONLY } from './check';
import { byTime, creditEvidence, type Evidence, evidenceOf } from './evidence';
import { natsMax, perNat, share, span, type ValuesOf } from './parameter';
import { surpriseOfCount } from './population';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const CALLED = 'the payer had been called from a number of a known operation';
const WAIT: Condition = { says: 'time from that call to the payment', unit: 'span' };
const RARE_BY_CHANCE: Condition = {
  says: 'how rare so many called payers are by chance',
  unit: 'nats',
};

const PARAMETERS = {
  callMs: span('from the call to the payment, at most', DAY_MS, MINUTE_MS, 3 * DAY_MS),
  windowMs: span('payments add up that came so recently', 3 * DAY_MS, MINUTE_MS, 14 * DAY_MS),
  chancePrior: share('of payers, the share that has been called by chance, at least', 0.02),
  weight: perNat('for so many called payers', 1.2),
  natsMax: natsMax(8),
};
type Values = ValuesOf<typeof PARAMETERS>;

/** What the payee's credits show of who had been called. */
interface CalledPayers {
  readonly called: ReadonlySet<AccountIndex>;
  readonly payers: ReadonlySet<AccountIndex>;
  readonly origins: ReadonlySet<number>;
  readonly evidence: readonly Evidence[];
}

/**
 * Call-then-pay: the payer was called by a known operation shortly before paying.
 *
 * Definition: the payer of a payment between people was called, at most `callMs` before it, from a number that by the time
 * of the payment is an indicator of an operation. The last such call counts, by any number the payer is reported with.
 * Payments of that kind which the payee got within `windowMs` add up. Strength: how surprising so many called payers are
 * among all who paid it within the window, where calls fall on payers as they fall on all (but for `chancePrior` at least):
 * an operation that calls a tenth of a country has called customers of every shop.
 */
function see(sighting: Sighting, values: Values): Signal | null {
  const { engine, step, population, anchor, currency, checks } = sighting;
  const { call } = step.carried;
  if (!inScope(checks, PAYEE_ONLY, anchor === step.payee)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, CALLED, isKnown(engine, call))) return null;
  if (!atMost(checks, WAIT, step.atMs - call.atMs, values.callMs)) return null;
  const { called, payers, origins, evidence } = calledPayers(sighting, values);
  const chance = Math.max(population.calledShare, values.chancePrior);
  const rare = surpriseOfCount(called.size, payers.size * chance);
  above(checks, RARE_BY_CHANCE, rare, 0);
  const nats = Math.min(rare, values.natsMax);
  if (nats <= 0) return null;
  return {
    typology: 'CALL_THEN_PAY',
    family: 'INTELLIGENCE',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: values.weight * nats,
    facts: {
      called: called.size,
      payers: payers.size,
      windowMs: values.windowMs,
      sumMinor: evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      waitMs: step.atMs - call.atMs,
    },
    evidence,
    operationIds: [...origins].map((origin) => engine.watchlist.operationId(origin)),
  };
}

const isKnown = ({ watchlist }: FlowEngine, { origin }: CallBefore): boolean =>
  origin !== NONE && !watchlist.isWithdrawn(origin);

function calledPayers(
  { engine, step, anchor }: Sighting,
  { callMs, windowMs }: Values,
): CalledPayers {
  const { credits } = engine;
  // The payment in hand counts also where the account is full of what is worth more.
  const called = new Set([step.payer]);
  const payers = new Set([step.payer]);
  const origins = new Set([step.carried.call.origin]);
  const evidence = [evidenceOf(step)];
  const call = new CallBefore();
  const first = credits.first(anchor);
  for (let row = first; row < first + credits.count(anchor); row += 1) {
    const atMs = credits.at(row);
    if (row === step.credit || !credits.personal(row)) continue;
    if (atMs < step.atMs - windowMs || atMs > step.atMs) continue;
    payers.add(credits.payer(row));
    credits.readCall(row, call);
    if (!isKnown(engine, call) || atMs - call.atMs > callMs) continue;
    called.add(credits.payer(row));
    origins.add(call.origin);
    evidence.push(creditEvidence(engine, anchor, row));
  }
  return { called, payers, origins, evidence: evidence.sort(byTime) };
}

const SENTENCE: Wording = {
  en: '{payers=1?its one payer|{called:number} of the {payers:wallets} that paid it} within {windowMs:span} had been called by a known operation, the last {waitMs:span} before paying, and paid it {sumMinor:amount}',
  ur: '{windowMs:span} کے اندر {payers=1?اسے رقم دینے والے واحد شخص|اسے رقم دینے والے {payers:wallets} میں سے {called:number}} کو ایک معلوم گروہ نے کال کی تھی، آخری کو ادائیگی سے {waitMs:span} پہلے، اور انہوں نے اسے {sumMinor:amount} دیے',
};

export const callThenPay = typology({
  name: 'CALL_THEN_PAY',
  family: 'INTELLIGENCE',
  techniques: ['F1040.002'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
