import { DAY_MS, HOUR_MS } from '#domain';
import { type Condition } from './check';
import { count as countOf, natsMax, perNat, span } from './parameter';
import { sharedMark } from './shared-mark';
import { typology } from './signal';
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

const SENTENCE: Wording = {
  en: 'is used from a handset from which {sharers:persons} paid {sumMinor:amount} within {spanMs:span}, each from another wallet',
  ur: 'ایسے موبائل سے استعمال ہوتا ہے جس سے {sharers:persons} نے {spanMs:span} کے اندر الگ الگ والٹس سے {sumMinor:amount} ادا کیے',
};

/**
 * Device cluster: wallets of different people are used from one handset.
 *
 * Definition: within `windowMs` wallets of at least `personsMin` persons paid people, or out of the wallets, from the handset
 * that this payment is made from. Wallets that are reported with one national id are one person's; a wallet that is reported
 * with none counts as a person of its own. Strength: how rare so many are among payments whose handset is told. An address on the
 * network is no handset: a carrier puts thousands behind one.
 */
export const deviceCluster = typology({
  name: 'DEVICE_CLUSTER',
  family: 'NETWORK',
  techniques: ['LW-DEVICE-CLUSTER'],
  parameters: PARAMETERS,
  see: (sighting, values) =>
    sharedMark(sighting, 'DEVICE_CLUSTER', 'handset', PERSONS, values.personsMin, values),
  sentence: SENTENCE,
});
