import { DAY_MS, HOUR_MS } from '#domain';
import { type Condition } from './check';
import { count as countOf, natsMax, perNat, span } from './parameter';
import { sharedMark } from './shared-mark';
import { typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span(
    'payments of wallets on one mobile number count together for so long',
    7 * DAY_MS,
    HOUR_MS,
    14 * DAY_MS,
  ),
  personsMin: countOf('persons whose wallets are on it', 4, 2, 16),
  weight: perNat('for so many', 0.5),
  natsMax: natsMax(5),
};

const PERSONS: Condition = {
  says: 'persons whose wallets on its mobile number paid within the window',
  unit: 'count',
};

const SENTENCE: Wording = {
  en: 'is on a mobile number on which the wallets of {sharers:persons} are, who paid {sumMinor:amount} within {spanMs:span}',
  ur: 'ایسے موبائل نمبر پر ہے جس پر {sharers:persons} کے والٹس ہیں، انہوں نے {spanMs:span} کے اندر {sumMinor:amount} ادا کیے',
};

/**
 * SIM cluster: wallets of different people are on one mobile number.
 *
 * Definition: within `windowMs` wallets of at least `personsMin` persons, by their national ids, paid people, or out of the
 * wallets, that are reported with the mobile number of the payer. Wallets reported without a national id do not count: one
 * person's number may hold a wallet with each provider. Strength: how rare so many are among payments whose payer's number
 * is told. (Blocks of consecutive numbers are another matter: numbers come here as tokens, which have no order.)
 */
export const simCluster = typology({
  name: 'SIM_CLUSTER',
  family: 'NETWORK',
  techniques: ['LW-SIM-CLUSTER'],
  parameters: PARAMETERS,
  see: (sighting, values) =>
    sharedMark(sighting, 'SIM_CLUSTER', 'sim', PERSONS, values.personsMin, values),
  sentence: SENTENCE,
});
