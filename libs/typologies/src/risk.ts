import { type AlertTerm, type SignalFamily } from '#contracts';
import { type Facts } from './signal';
import { sentenceOf } from './typologies';

/** What adds up to a risk. */
export interface WeightedTerm {
  readonly name: string;
  readonly family: SignalFamily;
  readonly logOdds: number;
}

/** Risk 0-100 of added log-odds, to a tenth: finer than that nobody can act on. */
export const riskOf = (base: number, terms: readonly WeightedTerm[]): number => {
  const logOdds = terms.reduce((sum, term) => sum + term.logOdds, base);
  return Math.round(1000 / (1 + Math.exp(-logOdds))) / 10;
};

/** The two-families rule… */
export const FAMILIES_MIN = 2;

/**
 * …signals of one family tend to come together, so one family is one witness.
 *
 * @param logOddsMin what the terms of a family must come to: what is next to nothing is no witness
 */
export function familiesOf(terms: readonly WeightedTerm[], logOddsMin: number): number {
  const sums = new Map<SignalFamily, number>();
  for (const { family, logOdds } of terms) {
    // What speaks against suspicion takes no witness away.
    if (logOdds > 0) sums.set(family, (sums.get(family) ?? 0) + logOdds);
  }
  return [...sums.values()].filter((sum) => sum >= logOddsMin).length;
}

/** A term as an alert keeps it, with what its sentence is made of. */
export interface FactualTerm extends WeightedTerm {
  readonly facts: Facts;
  readonly currency: string;
}

/** Terms as an alert shows them, weightiest first, each with the risk that is left without it. */
export function explained(base: number, terms: readonly FactualTerm[]): AlertTerm[] {
  return [...terms]
    .sort((a, b) => b.logOdds - a.logOdds || (a.name < b.name ? -1 : 1))
    .map((term) => ({
      name: term.name,
      family: term.family,
      logOdds: Math.round(term.logOdds * 1000) / 1000,
      riskWithout: riskOf(
        base,
        terms.filter((other) => other !== term),
      ),
      sentence: sentenceOf(term.name, term.facts, term.currency),
      sentenceUr: sentenceOf(term.name, term.facts, term.currency, 'ur'),
      facts: term.facts,
    }));
}
