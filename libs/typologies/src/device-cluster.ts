import { DAY_MS, HOUR_MS, walletOfKey } from '#domain';
import { NONE, personsOf } from '#flow';
import { above, atLeast, type Condition, inScope, PAYER_ONLY, PEOPLE_OR_OUT } from './check';
import { byTime, type Evidence } from './evidence';
import { count as countOf, natsMax, perNat, span, type ValuesOf } from './parameter';
import { type Signal, type Sighting, typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span(
    'payments from one handset count together for so long',
    7 * DAY_MS,
    HOUR_MS,
    14 * DAY_MS,
  ),
  personsMin: countOf('persons who paid from it, each from a wallet of their own', 4, 2, 16),
  weight: perNat('for so many', 0.5),
  natsMax: natsMax(5),
};

const PERSONS: Condition = {
  says: 'persons who paid from its handset within the window',
  unit: 'count',
};
const RARE: Condition = { says: 'how rare so many are among all handsets in use', unit: 'nats' };

/**
 * Device cluster: wallets of different people are used from one handset.
 *
 * Definition: within `windowMs` wallets of at least `personsMin` persons paid people, or out of the wallets, from the handset
 * that this payment is made from. Wallets that are reported with one national id are one person's; a wallet that is reported
 * with none counts as a person of its own. Strength: how rare so many are among payments whose handset is told. An address on the
 * network is no handset: a carrier puts thousands behind one.
 */
function see(
  { engine, step, population, anchor, currency, checks }: Sighting,
  { windowMs, personsMin, weight, natsMax: most }: ValuesOf<typeof PARAMETERS>,
): Signal | null {
  if (!inScope(checks, PAYER_ONLY, anchor === step.payer)) return null;
  if (!inScope(checks, PEOPLE_OR_OUT, step.tells)) return null;
  const uses = step.handsetUses.filter(({ atMs }) => atMs >= step.atMs - windowMs);
  const persons = personsOf(uses);
  if (!atLeast(checks, PERSONS, persons, personsMin)) return null;
  const nats = Math.min(population.handsetPersons.surpriseOfHigh(persons), most);
  if (!above(checks, RARE, nats, 0)) return null;
  const evidence = uses.flatMap((use): Evidence[] => {
    const { position, amountMinor, atMs, newPair } = use;
    // What is added up is one currency's; an account that was given up is named no more.
    if (use.currency !== currency) return [];
    const payer = engine.accounts.find(walletOfKey(use.payer), currency);
    const payee = engine.accounts.find(walletOfKey(use.payee), currency);
    if (payer === NONE || payee === NONE) return [];
    return [{ position, payer, payee, amountMinor, atMs, newPair }];
  });
  return {
    typology: 'DEVICE_CLUSTER',
    family: 'NETWORK',
    anchor,
    currency,
    atMs: step.atMs,
    logOdds: weight * nats,
    facts: {
      persons,
      sumMinor: evidence.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      spanMs: step.atMs - evidence[0]!.atMs,
    },
    evidence: evidence.sort(byTime),
  };
}

const SENTENCE: Wording = {
  en: 'is used from a handset from which {persons:persons} paid {sumMinor:amount} within {spanMs:span}, each from another wallet',
  ur: 'ایسے موبائل سے استعمال ہوتا ہے جس سے {persons:persons} نے {spanMs:span} کے اندر الگ الگ والٹس سے {sumMinor:amount} ادا کیے',
};

export const deviceCluster = typology({
  name: 'DEVICE_CLUSTER',
  family: 'NETWORK',
  techniques: ['LW-DEVICE-CLUSTER'],
  parameters: PARAMETERS,
  see,
  sentence: SENTENCE,
});
