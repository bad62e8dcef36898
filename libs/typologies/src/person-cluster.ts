import { DAY_MS, HOUR_MS } from '#domain';
import { type Condition } from './check';
import { count as countOf, natsMax, perNat, span } from './parameter';
import { sharedMark } from './shared-mark';
import { typology } from './signal';
import { type Wording } from './wording';

const PARAMETERS = {
  windowMs: span(
    'payments of one person count together for so long',
    7 * DAY_MS,
    HOUR_MS,
    14 * DAY_MS,
  ),
  walletsMin: countOf('wallets in use under one national id', 4, 2, 16),
  weight: perNat('for so many', 0.5),
  natsMax: natsMax(5),
};

const WALLETS: Condition = {
  says: 'wallets under its national id that paid within the window',
  unit: 'count',
};

const SENTENCE: Wording = {
  en: 'is one of {sharers:wallets} under one national id that paid {sumMinor:amount} within {spanMs:span}',
  ur: 'ایک ہی شناختی کارڈ کے {sharers:wallets} میں سے ایک ہے جن سے {spanMs:span} کے اندر {sumMinor:amount} ادا کیے گئے',
};

/**
 * Person cluster: one person uses many wallets.
 *
 * Definition: within `windowMs` at least `walletsMin` wallets that are reported with the national id of the payer paid people,
 * or out of the wallets. Strength: how rare so many are among payments whose payer's national id is told.
 */
export const personCluster = typology({
  name: 'PERSON_CLUSTER',
  family: 'NETWORK',
  techniques: ['T1585'],
  parameters: PARAMETERS,
  see: (sighting, values) =>
    sharedMark(sighting, 'PERSON_CLUSTER', 'person', WALLETS, values.walletsMin, values),
  sentence: SENTENCE,
});
