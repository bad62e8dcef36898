import { type Circumstance } from './circumstances';
import { type Evidence } from './evidence';
import { fact, type Facts } from './signal';
import { sayAmount } from './say';

export const KNOWN_PARTIES = 'KNOWN_PARTIES';

/**
 * What speaks against suspicion: money that goes between people who had paid one another before. Layering hires strangers;
 * ordinary life keeps to whom it knows. In proportion, and never a gate: a payment of nothing that was made in good time must not
 * hide the large one that follows it.
 *
 * @param evidence of one currency
 * @param logOdds taken off where all of the money goes between people who knew one another
 * @returns null where none of it does
 */
export function knownParties(
  evidence: readonly Evidence[],
  currency: string,
  logOdds: number,
): Circumstance | null {
  let knownMinor = 0;
  let sumMinor = 0;
  for (const { amountMinor, newPair } of evidence) {
    sumMinor += amountMinor;
    if (!newPair) knownMinor += amountMinor;
  }
  if (knownMinor === 0) return null;
  return {
    name: KNOWN_PARTIES,
    family: 'ACCOUNT',
    logOdds: (-logOdds * knownMinor) / sumMinor,
    facts: { knownMinor, sumMinor },
    currency,
  };
}

export const sayKnownParties = (facts: Facts, currency: string): string =>
  `${sayAmount(fact(facts, 'knownMinor'), currency)} of the ${sayAmount(fact(facts, 'sumMinor'), currency)} ` +
  'in all these transfers went to wallets that their payers had paid before';
