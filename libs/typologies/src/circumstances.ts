import { type SignalFamily } from '#contracts';
import { HORIZONS, HORIZONS_MS, type LogHistogram, type NewDealings } from '#flow';
import {
  above,
  type Condition,
  holds,
  inScope,
  PAYEE_ONLY,
  PAYER_ONLY,
  PEOPLE_ONLY,
} from './check';
import { logOdds, natsMax, perNat, type ValuesOf } from './parameter';
import { FIRST_PAYMENT } from './population';
import { type Wording } from './wording';
import { type Facts, type Sighting } from './signal';

/** What adds weight to signals and never raises an alert by itself. */
export interface Circumstance {
  readonly name: CircumstanceName;
  readonly family: SignalFamily;
  readonly currency: string;
  readonly logOdds: number;
  readonly facts: Facts;
}

export type CircumstanceName =
  | 'NEW_COUNTERPARTY'
  | 'PAYER_SPREADS'
  | 'PAYER_PAYS_OUT'
  | 'PAYER_COLLECTED'
  | 'PAYEE_COLLECTS'
  | 'LIKE_AMOUNTS'
  | 'HANDED_ON'
  | 'COMMON_SOURCE'
  | 'SHARED_PAYEES'
  | 'SELDOM_PAYS'
  | 'KNOWN_PARTIES';

export const CIRCUMSTANCE_PARAMETERS = {
  newCounterparty: perNat('for how rare a first payment is among all, where this is one', 1.2),
  newCounterpartyMax: logOdds('a first payment weighs no more; by itself it is no suspicion', 1.5),
  payerSpreads: perNat('for how many the payer has lately paid who were new to it', 0.6),
  payerPaysOut: perNat('for what the payer has lately paid people new to it', 0.6),
  payerCollected: perNat('for what the payer had lately got from people new to it', 0.2),
  payeeCollects: perNat('for what the payee has lately got from people new to it', 0.6),
  likeAmounts: perNat('for payments of like amounts that the payer had lately got', 0.3),
  handedOn: perNat('for how often the money had been handed on', 0.4),
  commonSource: perNat('for payers of the payee whose money came from one wallet', 0.4),
  sharedPayees: perNat('for payees that the payer shares with another payer', 0.3),
  seldomPays: perNat('for how seldom the payer pays', 0.4),
  natsMax: natsMax(6),
  knownParties: logOdds(
    'taken off where all the money named went to wallets that its payers had paid before; in proportion below',
    6,
  ),
};
type CircumstanceValues = ValuesOf<typeof CIRCUMSTANCE_PARAMETERS>;

/** How far something is from what is usual, and the figures of its sentence; null where it does not apply. */
interface Found {
  readonly nats: number;
  readonly facts: Facts;
}

/** One circumstance: where it applies to the transfer at hand, seen from the anchor's account. */
interface CircumstanceRule {
  readonly name: CircumstanceName;
  readonly family: SignalFamily;
  readonly weight: Exclude<
    keyof CircumstanceValues,
    'natsMax' | 'newCounterpartyMax' | 'knownParties'
  >;
  readonly see: (sighting: Sighting) => Found | null;
  readonly sentence: Wording;
}

const NEVER_PAID = 'the payer had never paid this payee, as far as this side knows';
const RARE: Condition = { says: 'how rare that is among all', unit: 'nats' };

/** The mean surprise over the horizons, and the horizon that surprises most. */
function overHorizons(surpriseIn: (horizon: number) => number): { nats: number; horizon: number } {
  let sum = 0;
  let most = -1;
  let horizon = 0;
  for (let h = 0; h < HORIZONS; h += 1) {
    const nats = surpriseIn(h);
    sum += nats;
    // Of equals the shortest: that is when it happened.
    if (nats > most) {
      most = nats;
      horizon = h;
    }
  }
  return { nats: sum / HORIZONS, horizon };
}

function sumOf(dealings: NewDealings, usual: readonly LogHistogram[]): Found {
  const { nats, horizon } = overHorizons((h) => usual[h]!.surpriseOfHigh(dealings.sumMinor(h)));
  return {
    nats,
    facts: {
      count: dealings.count(horizon),
      sumMinor: dealings.sumMinor(horizon),
      spanMs: HORIZONS_MS[horizon]!,
    },
  };
}

const RULES: readonly CircumstanceRule[] = [
  {
    // A term, never a gate: many honest payments are first ones.
    name: 'NEW_COUNTERPARTY',
    family: 'ACCOUNT',
    weight: 'newCounterparty',
    see: ({ step, anchor, population, checks }) => {
      // The payer's account knows its own side only.
      const isNew = anchor === step.payee ? step.newPair : !step.carried.payerKnowsPayee;
      // Where everybody is new to everybody, as when a feed begins, that says nothing.
      return holds(checks, NEVER_PAID, isNew)
        ? { nats: population.firstPayments.surpriseOfHigh(FIRST_PAYMENT), facts: {} }
        : null;
    },
    sentence: {
      en: 'the payer had never paid this wallet before',
      ur: 'ادا کرنے والے نے پہلے کبھی اس والٹ کو ادائیگی نہیں کی تھی',
    },
  },
  {
    name: 'PAYER_SPREADS',
    family: 'NETWORK',
    weight: 'payerSpreads',
    see: ({ step, population }) => {
      const { paidNew } = step.carried;
      const usual = population.paidNew;
      const { nats, horizon } = overHorizons((h) => usual[h]!.surpriseOfHigh(paidNew.effective(h)));
      const facts = { count: paidNew.count(horizon), spanMs: HORIZONS_MS[horizon]! };
      return { nats, facts };
    },
    sentence: {
      en: 'the payer paid {count:wallets} that it had never paid before within {spanMs:span}',
      ur: 'ادا کرنے والے نے {spanMs:span} کے اندر {count:wallets} کو ادائیگی کی جنہیں پہلے کبھی نہیں کی تھی',
    },
  },
  {
    // Of the payee's side PAYEE_COLLECTS tells the same money.
    name: 'PAYER_PAYS_OUT',
    family: 'NETWORK',
    weight: 'payerPaysOut',
    see: ({ step, population, currency, anchor, checks }) =>
      inScope(checks, PAYER_ONLY, anchor === step.payer)
        ? sumOf(step.carried.paidNew, population.of(currency).paidOut)
        : null,
    sentence: {
      en: 'the payer paid {sumMinor:amount} to {count:wallets} new to it within {spanMs:span}',
      ur: 'ادا کرنے والے نے {spanMs:span} کے اندر {count:wallets} کو جو اس کے لیے نئے تھے {sumMinor:amount} ادا کیے',
    },
  },
  {
    name: 'PAYER_COLLECTED',
    family: 'NETWORK',
    weight: 'payerCollected',
    see: ({ step, population, currency }) => {
      const { paidByNew } = step.carried;
      return paidByNew.count(HORIZONS - 1) === 0
        ? null
        : sumOf(paidByNew, population.of(currency).collected);
    },
    sentence: {
      en: 'the payer had received {sumMinor:amount} from {count:wallets} new to it within {spanMs:span}',
      ur: 'ادا کرنے والے کو {spanMs:span} کے اندر {count:wallets} سے جو اس کے لیے نئے تھے {sumMinor:amount} ملے تھے',
    },
  },
  {
    name: 'PAYEE_COLLECTS',
    family: 'NETWORK',
    weight: 'payeeCollects',
    see: ({ step, population, currency, anchor, receivedNew, checks }) =>
      inScope(checks, PAYEE_ONLY, anchor === step.payee) && receivedNew !== null
        ? sumOf(receivedNew, population.of(currency).received)
        : null,
    sentence: {
      en: 'the payee received {sumMinor:amount} from {count:wallets} new to it within {spanMs:span}',
      ur: 'وصول کرنے والے کو {spanMs:span} کے اندر {count:wallets} سے جو اس کے لیے نئے تھے {sumMinor:amount} ملے',
    },
  },
  {
    name: 'LIKE_AMOUNTS',
    family: 'PATTERN',
    weight: 'likeAmounts',
    see: ({ step: { carried }, population }) =>
      carried.likeCredits === 0
        ? null
        : {
            nats: population.likeCredits.surpriseOfHigh(carried.likeCredits + 1),
            facts: { count: carried.likeCredits },
          },
    sentence: {
      en: 'about the same amount had reached the payer {count:times} lately, from wallets new to it',
      ur: 'تقریباً یہی رقم حال ہی میں {count:times} ادا کرنے والے کو نئے والٹس سے ملی تھی',
    },
  },
  {
    name: 'HANDED_ON',
    family: 'PATTERN',
    weight: 'handedOn',
    see: ({ step: { carried }, population }) =>
      carried.depth < 2
        ? null
        : {
            nats: population.depth.surpriseOfHigh(carried.depth),
            facts: { hops: carried.depth },
          },
    sentence: {
      en: 'the money is matched by {hops:transfers} in a row, this one included',
      ur: 'یہ رقم یکے بعد دیگرے {hops:transfers} سے میل کھاتی ہے، یہ بھی شامل ہے',
    },
  },
  {
    name: 'COMMON_SOURCE',
    family: 'NETWORK',
    weight: 'commonSource',
    see: ({ population, source }) =>
      source === null
        ? null
        : {
            nats: population.commonSource.surpriseOfHigh(source.payers + 1),
            facts: { payers: source.payers },
          },
    sentence: {
      en: 'money of one wallet reached this one through {payers:others}',
      ur: 'ایک ہی والٹ کی رقم {payers:others} سے ہو کر یہاں پہنچی',
    },
  },
  {
    name: 'SHARED_PAYEES',
    family: 'NETWORK',
    weight: 'sharedPayees',
    see: ({ step, anchor, population }) =>
      anchor !== step.payee || step.payeesShared < 2
        ? null
        : {
            nats: population.sharedPayees.surpriseOfHigh(step.payeesShared),
            facts: { payees: step.payeesShared },
          },
    sentence: {
      en: 'the payer and another payer of this wallet both pay {payees:wallets}',
      ur: 'ادا کرنے والا اور اس والٹ کو ادا کرنے والا ایک اور، دونوں {payees:wallets} کو ادائیگی کرتے ہیں',
    },
  },
  {
    name: 'SELDOM_PAYS',
    family: 'ACCOUNT',
    weight: 'seldomPays',
    see: ({ step: { carried }, population }) => ({
      nats: population.debitsSeen.surpriseOfLow(carried.payerDebits),
      facts: { count: carried.payerDebits },
    }),
    sentence: {
      en: 'the payer has made no more than {count:payments} so far',
      ur: 'ادا کرنے والے نے اب تک {count:payments} سے زیادہ نہیں کیں',
    },
  },
];

const weighed =
  ({ name, family, weight, see }: CircumstanceRule) =>
  (sighting: Sighting, values: CircumstanceValues): Circumstance | null => {
    const { checks, step, currency } = sighting;
    if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
    const found = see(sighting);
    if (found === null || !above(checks, RARE, found.nats, 0)) return null;
    const nats = Math.min(found.nats, values.natsMax);
    const most = name === 'NEW_COUNTERPARTY' ? values.newCounterpartyMax : Infinity;
    const adds = Math.min(values[weight] * nats, most);
    return { name, family, currency, logOdds: adds, facts: found.facts };
  };

/** Each circumstance by itself, for whoever asks how its conditions came out. */
export const CIRCUMSTANCES = RULES.map((rule) => ({ name: rule.name, see: weighed(rule) }));

export const circumstancesOf = (sighting: Sighting, values: CircumstanceValues): Circumstance[] =>
  CIRCUMSTANCES.map(({ see }) => see(sighting, values)).filter((found) => found !== null);

/** What an investigator is told of each. */
export const CIRCUMSTANCE_SENTENCES: readonly (readonly [string, Wording])[] = RULES.map(
  ({ name, sentence }) => [name, sentence],
);
