import { type SignalFamily } from '#contracts';
import { sayAmount } from './say';
import { type Sighting } from './signal';

/** What adds weight to signals and never raises an alert by itself. */
export interface Circumstance {
  readonly name: string;
  readonly family: SignalFamily;
  readonly logOdds: number;
  readonly say: () => string;
}

/** Both sides had never dealt with each other. A term, never a gate: many honest payments are first ones. */
function newCounterparty({ step, pack }: Sighting): Circumstance | null {
  if (!step.newPair || !step.personal) return null;
  return {
    name: 'NEW_COUNTERPARTY',
    family: 'ACCOUNT',
    logOdds: pack.circumstances.newCounterparty,
    say: () => 'the two wallets had never dealt with each other',
  };
}

/** The amount is rare among all payments between people, and above what this payer is used to. */
function unusualAmount({ engine, step, population, pack }: Sighting): Circumstance | null {
  if (!step.personal) return null;
  const { amountWeight, amountNatsMax } = pack.circumstances;
  const { accounts } = engine;
  const currency = accounts.currency(step.payer);
  const rare = population.amountsOf(currency).surpriseOfHigh(step.amountMinor);
  const timesUsual = Math.log(step.amountMinor) - accounts.debitLogMean[step.payer]!;
  const ownMost = accounts.debitsSeen[step.payer]! <= 1 ? rare : Math.max(0, timesUsual) * 2;
  const nats = Math.min(rare, ownMost, amountNatsMax);
  if (nats <= 0) return null;
  const amount = sayAmount(step.amountMinor, currency);
  const share = Math.max(1, Math.round(Math.exp(rare)));
  return {
    name: 'UNUSUAL_AMOUNT',
    family: 'ACCOUNT',
    logOdds: amountWeight * nats,
    say: () => `${amount} is an amount that 1 in ${share} payments between people reaches`,
  };
}

export const circumstancesOf = (sighting: Sighting): Circumstance[] =>
  [newCounterparty(sighting), unusualAmount(sighting)].filter((found) => found !== null);
