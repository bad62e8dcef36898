import { type Circumstance } from './circumstances';
import { type Evidence } from './evidence';
import { type Wording } from './wording';

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

export const KNOWN_PARTIES_SENTENCE: Wording = {
  en: '{knownMinor:amount} of the {sumMinor:amount} in all these transfers went to wallets that their payers had paid before',
  ur: 'ان تمام منتقلیوں کے {sumMinor:amount} میں سے {knownMinor:amount} ایسے والٹس کو گئے جنہیں ان کے ادا کرنے والے پہلے بھی ادائیگی کر چکے تھے',
};
