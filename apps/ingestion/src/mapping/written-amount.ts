import { formatAmount } from '#domain';
import { type FieldMapping } from './mapping-document';

/** Digits of a number of minor units that a number holds exactly. */
const MINOR_DIGITS_MAX = 15;
const FAULT = 'is no amount as the mapping says amounts are written';

/** Reads an amount as somebody writes it. @returns a plain decimal of major units, or why it is none */
export type AmountReader = (
  text: string,
  currency: string,
) => { readonly amount: string } | { readonly fault: string };

const escaped = (character: string): string => `\\${character}`;

/**
 * A reader for amounts. Groups have three digits, but for those of lakhs and crores, which have two; zeros in front and at the end of a
 * fraction go, since they change nothing.
 */
export function amountReader({
  decimal = '.',
  grouping,
  unit = 'MAJOR',
}: Pick<FieldMapping, 'decimal' | 'grouping' | 'unit'>): AmountReader {
  const grouped =
    grouping === undefined
      ? ''
      : `|\\d{1,3}(?:${escaped(grouping)}\\d{2,3})*${escaped(grouping)}\\d{3}`;
  const written = new RegExp(`^(-?)(\\d+${grouped})(?:${escaped(decimal)}(\\d+))?$`);
  return (text, currency) => {
    const match = written.exec(text);
    if (match === null) return { fault: FAULT };
    const [, sign = '', groups = '', decimals = ''] = match;
    const ungrouped = grouping === undefined ? groups : groups.replaceAll(grouping, '');
    const whole = ungrouped.replace(/^0+(?=\d)/, '');
    const fraction = decimals.replace(/0+$/, '');
    if (unit === 'MAJOR') return { amount: sign + whole + (fraction === '' ? '' : `.${fraction}`) };
    if (fraction !== '') return { fault: 'must be a whole number of minor units' };
    if (whole.length > MINOR_DIGITS_MAX) return { fault: FAULT };
    return { amount: (whole === '0' ? '' : sign) + formatAmount(Number(whole), currency) };
  };
}
