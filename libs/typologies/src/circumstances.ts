import { type SignalFamily } from '#contracts';
import { above, type Condition, holds, inScope, PEOPLE_ONLY } from './check';
import { logOdds, natsMax, perNat, type ValuesOf } from './parameter';
import { sayAmount } from './say';
import { fact, type Facts, type Sighting } from './signal';

/** What adds weight to signals and never raises an alert by itself. */
export interface Circumstance {
  readonly name: CircumstanceName;
  readonly family: SignalFamily;
  readonly currency: string;
  readonly logOdds: number;
  readonly facts: Facts;
}

export type CircumstanceName = 'NEW_COUNTERPARTY' | 'UNUSUAL_AMOUNT';

export const CIRCUMSTANCE_PARAMETERS = {
  newCounterparty: logOdds('the two had never dealt with each other', 0.8),
  amountWeight: perNat('for an amount that is rare', 0.5),
  amountNatsMax: natsMax(5),
};
type CircumstanceValues = ValuesOf<typeof CIRCUMSTANCE_PARAMETERS>;

const NEVER_DEALT = 'the two had never dealt with each other, as far as this side knows';
const RARE_AMONG_ALL: Condition = { says: 'how rare so high an amount is among all', unit: 'nats' };
const ABOVE_OWN: Condition = {
  says: 'how far it is above what this payer usually pays',
  unit: 'nats',
};

/** Both sides had never dealt with each other. A term, never a gate: many honest payments are first ones. */
function newCounterparty(
  { engine, step, anchor, checks }: Sighting,
  values: CircumstanceValues,
): Circumstance | null {
  // The payer's account knows its own side only.
  const isNew = anchor === step.payee ? step.newPair : !step.carried.payerKnowsPayee;
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  if (!holds(checks, NEVER_DEALT, isNew)) return null;
  return {
    name: 'NEW_COUNTERPARTY',
    family: 'ACCOUNT',
    currency: engine.accounts.currency(anchor),
    logOdds: values.newCounterparty,
    facts: {},
  };
}

/** The amount is rare among all payments between people, and above what this payer is used to. */
function unusualAmount(
  { engine, step, population, anchor, checks }: Sighting,
  { amountWeight, amountNatsMax }: CircumstanceValues,
): Circumstance | null {
  if (!inScope(checks, PEOPLE_ONLY, step.personal)) return null;
  const { payerLogMean, payerDebits } = step.carried;
  const currency = engine.accounts.currency(anchor);
  const rare = population.amountsOf(currency).surpriseOfHigh(step.amountMinor);
  const timesUsual = Math.log(step.amountMinor) - payerLogMean;
  const ownMost = payerDebits <= 1 ? rare : Math.max(0, timesUsual) * 2;
  above(checks, RARE_AMONG_ALL, rare, 0);
  above(checks, ABOVE_OWN, ownMost, 0);
  const nats = Math.min(rare, ownMost, amountNatsMax);
  if (nats <= 0) return null;
  return {
    name: 'UNUSUAL_AMOUNT',
    family: 'ACCOUNT',
    currency,
    logOdds: amountWeight * nats,
    facts: { amountMinor: step.amountMinor, rarerThan: Math.max(1, Math.round(Math.exp(rare))) },
  };
}

/** Each circumstance by itself, for whoever asks how its conditions came out. */
export const CIRCUMSTANCES: readonly {
  readonly name: CircumstanceName;
  readonly see: (sighting: Sighting, values: CircumstanceValues) => Circumstance | null;
}[] = [
  { name: 'NEW_COUNTERPARTY', see: newCounterparty },
  { name: 'UNUSUAL_AMOUNT', see: unusualAmount },
];

export const circumstancesOf = (sighting: Sighting, values: CircumstanceValues): Circumstance[] =>
  CIRCUMSTANCES.map(({ see }) => see(sighting, values)).filter((found) => found !== null);

/** What an investigator is told of each. */
export const CIRCUMSTANCE_SENTENCES: Readonly<
  Record<CircumstanceName, (facts: Facts, currency: string) => string>
> = {
  NEW_COUNTERPARTY: () => 'the two wallets had never dealt with each other',
  UNUSUAL_AMOUNT: (facts, currency) =>
    `${sayAmount(fact(facts, 'amountMinor'), currency)} is an amount that 1 in ` +
    `${fact(facts, 'rarerThan')} payments between people reaches`,
};
