import { invariant, minorDigits } from '#domain';
import { rupees, SIMULATION } from './simulation-parameters';
import { VARIANTS } from './variants';

/** An amount in some currency's minor units. */
export interface Money {
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

export const HOME = SIMULATION.currency;
/** People round what they pass on to tens of rupees. */
const HOME_STEP_MINOR = rupees(10);

interface Currency {
  readonly rupees: number;
  readonly stepMinor: number;
}

const FOREIGN: Readonly<Record<string, Currency | undefined>> =
  VARIANTS['other-currencies'].parameters.currencies;

export const FOREIGN_CURRENCIES: readonly string[] = Object.keys(FOREIGN);

function foreign(currency: string): Currency {
  const known = FOREIGN[currency];
  invariant(known !== undefined, 'money is in rupees or a currency of the table');
  return known;
}

/** What people round to, in minor units. */
export const roundingStepMinor = (currency: string): number =>
  currency === HOME ? HOME_STEP_MINOR : foreign(currency).stepMinor;

const rupeesPerMinor = (currency: string): number =>
  (currency === HOME ? 1 : foreign(currency).rupees) / 10 ** minorDigits(currency);

/** What money is worth in another currency, cut off to whole minor units. */
export function convert({ amountMinor, currency }: Money, to: string): number {
  if (currency === to) return amountMinor;
  return Math.floor((amountMinor * rupeesPerMinor(currency)) / rupeesPerMinor(to));
}

/** What counts against a wallet's limits: they are set in rupees. */
export const inPaisa = (money: Money): number => convert(money, HOME);
