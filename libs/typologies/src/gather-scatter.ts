import { DAY_MS, HOUR_MS } from '#domain';
import { type AccountIndex } from '#flow';
import { above, atLeast, type Condition, holds, inScope, PAYER_ONLY, PEOPLE_ONLY } from './check';
import { byTime, type Evidence } from './evidence';
import { effectiveNumber, newPayees, newPayers, withoutDust } from './fan';
import { count as countOf, natsMax, perDay, perNat, share, span, type ValuesOf } from './parameter';
import { bothSides, surpriseOfCount } from './population';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span('from the first payment in to the last out', 14 * DAY_MS, HOUR_MS, 14 * DAY_MS),
  payersMin: countOf('distinct payers that had never paid it before', 3, 2, 32),
  payeesMin: countOf('distinct payees it had never paid before', 3, 2, 32),
  passedShareMin: share('of what was gathered, the share that went out again', 0.6),
  dustShareMax: share('payments below this share of what is usual among them are left out', 0.1),
  habitPriorPerDay: perDay('payments that any wallet is allowed before more surprise', 0.1),
  weight: perNat('for so many on both sides', 0.15),
  natsMax: natsMax(5),
};

const NEW_PAYEE = 'the payer had never paid this payee';
const PAYERS: Condition = { says: 'payers new to it, before this payment', unit: 'count' };
const PAYEES: Condition = { says: 'payees new to it, after so many had paid', unit: 'count' };
const PASSED: Condition = { says: 'went out again, of what was gathered', unit: 'amount' };
const RARE: Condition = { says: 'how rare so many on both sides are among all', unit: 'nats' };
const RARE_HERE: Condition = { says: 'how rare so many are for this wallet', unit: 'nats' };

/**
 * Gather-scatter: money of many comes together in one wallet and goes out again to many.
 *
 * Definition: at a payment to somebody new, within `windowMs` at least `payersMin` distinct wallets new to this one had paid
 * it, and from the moment when so many had, it paid at least `payeesMin` distinct wallets new to it, in all at least
 * `passedShareMin` of what the payers had paid by now. Dust, as of fans, is left out on both sides. Strength: how rare it is that
 * a payer has so many on the side where it has fewer, but no more than how far either side is from this wallet's habit: a busy
 * wallet gathers and scatters all day.
 */
function see(sighting: Sighting, values: ValuesOf<typeof PARAMETERS>): Signal | null {
  const { engine, step, population, anchor, currency, checks } = sighting;
  const { windowMs, payersMin, payeesMin, passedShareMin, dustShareMax, weight } = values;
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, NEW_PAYEE, !step.carried.payerKnowsPayee)) return null;
  const isRecent = ({ atMs }: Evidence): boolean => atMs >= step.atMs - windowMs;
  const gathered = withoutDust(newPayers(sighting).filter(isRecent), dustShareMax);
  const payers = new Set<AccountIndex>();
  let gatheredAtMs = Infinity;
  for (const { payer, atMs } of gathered) {
    payers.add(payer);
    if (payers.size === payersMin) gatheredAtMs = Math.min(gatheredAtMs, atMs);
  }
  if (!atLeast(checks, PAYERS, payers.size, payersMin)) return null;
  const scattered = withoutDust(
    newPayees(sighting).filter(({ atMs }) => atMs >= gatheredAtMs),
    dustShareMax,
  );
  const payees = new Set(scattered.map(({ payee }) => payee));
  if (!atLeast(checks, PAYEES, payees.size, payeesMin)) return null;
  const inMinor = sumOf(gathered);
  const outMinor = sumOf(scattered);
  if (!atLeast(checks, PASSED, outMinor, inMinor * passedShareMin, inMinor)) return null;
  const rare = population.gatherScatter.surpriseOfHigh(
    bothSides(effectiveNumber(gathered), effectiveNumber(scattered)),
  );
  const allowed = (perDayBefore: number): number =>
    (Math.max(perDayBefore, values.habitPriorPerDay) * windowMs) / DAY_MS;
  const { accounts } = engine;
  const rareHere = Math.min(
    surpriseOfCount(payers.size, allowed(accounts.creditsPerDayBefore(anchor, payers.size))),
    surpriseOfCount(payees.size, allowed(accounts.debitsPerDayBefore(anchor, payees.size))),
  );
  above(checks, RARE, rare, 0);
  above(checks, RARE_HERE, rareHere, 0);
  const nats = Math.min(rare, rareHere, values.natsMax);
  if (nats <= 0) return null;
  return {
    typology: 'GATHER_SCATTER',
    family: 'PATTERN',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: {
      inMinor,
      payers: payers.size,
      passedShare: Math.min(1, outMinor / inMinor),
      payees: payees.size,
      spanMs: step.atMs - gathered[0]!.atMs,
    },
    evidence: [...gathered, ...scattered].sort(byTime),
  };
}

const sumOf = (payments: readonly Evidence[]): number =>
  payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0);

const SENTENCE: Wording = {
  en: 'received {inMinor:amount} from {payers:wallets} that had never paid it before and passed on {passedShare:share} of it to {payees:others}, within {spanMs:span}',
  ur: '{spanMs:span} کے اندر {payers:wallets} سے جنہوں نے پہلے کبھی ادائیگی نہیں کی تھی {inMinor:amount} وصول کیے اور ان کا {passedShare:share} {payees:others} کو آگے بھیج دیا',
};

export const gatherScatter = typology({
  name: 'GATHER_SCATTER',
  family: 'PATTERN',
  techniques: ['F1047'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
