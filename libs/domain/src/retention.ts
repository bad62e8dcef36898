import { type LegalConfidence } from './legal-value';

/** For how long records are kept after what they tell of: a dated row with its source. */
export interface RetentionRule {
  /** A day (ISO 8601): it holds from its beginning, until that of the next row. */
  readonly from: string;
  readonly years: number;
  /** The law, circular or notice, as it is cited. */
  readonly source: string;
  readonly confidence: LegalConfidence;
}

/** Nothing is forgotten by itself sooner: transactions are kept five years at least (AMLA 2010, s. 7C). */
export const RETENTION_YEARS_MIN = 5;

/** In Pakistan, as far as it is known: the longest of what holds for anything stored here. */
export const RETENTION_RULES: readonly RetentionRule[] = [
  {
    ...{ from: '2010-03-26', years: 10 },
    source:
      'Anti-Money Laundering Act 2010, s. 7(4) (reports, ten years) and s. 7C (transactions, five); State Bank of Pakistan, ' +
      'AML/CFT/CPF Regulations (ten years)',
    confidence: 'TO_BE_CONFIRMED',
  },
];

/** @param day ISO 8601 @returns the rule that holds then; null before the first */
export function retentionOn(rules: readonly RetentionRule[], day: string): RetentionRule | null {
  const held = rules.filter(({ from }) => from <= day);
  return held.reduce<RetentionRule | null>(
    (latest, rule) => (latest === null || rule.from >= latest.from ? rule : latest),
    null,
  );
}
