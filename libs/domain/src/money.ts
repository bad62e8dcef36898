import { AppError, invariant } from './app-error';

/** The largest amount of one transfer: 10^13 minor units. Sums of 900 of them are still exact in a double. */
export const AMOUNT_MINOR_MAX = 10_000_000_000_000;

const MINOR_DIGITS_DEFAULT = 2;

/** Currencies whose minor unit is not a hundredth. Source: ISO 4217, list one, as of 2026-01-01. */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
      .split(' ')
      .map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

/** Active currency codes. Source: ISO 4217, list one, as of 2026-01-01 (funds and test codes left out). */
const CURRENCIES: ReadonlySet<string> = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD ' +
    'CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL ' +
    'GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF ' +
    'KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN ' +
    'MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD ' +
    'SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH ' +
    'UGX USD UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
  ).split(' '),
);

export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

/** How many decimals a currency has: 2 for PKR, 0 for JPY. */
export const minorDigits = (currency: string): number =>
  MINOR_DIGITS[currency] ?? MINOR_DIGITS_DEFAULT;

const DECIMAL = /^(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,6}))?$/;

/**
 * Reads a decimal string as whole minor units: ('84500.50', 'PKR') is 8,450,050.
 *
 * @throws AppError INVALID_INPUT where it is no plain decimal, is not above zero, has more decimals than the currency,
 *   or passes {@link AMOUNT_MINOR_MAX}
 */
export function parseAmount(text: string, currency: string): number {
  const match = DECIMAL.exec(text);
  if (!match)
    throw new AppError('INVALID_INPUT', 'amount must be a plain decimal such as "1250.50"');
  const digits = minorDigits(currency);
  const fraction = match[2] ?? '';
  if (fraction.length > digits) {
    throw new AppError(
      'INVALID_INPUT',
      `amount has more decimals than ${currency} has (${digits})`,
    );
  }
  const minor = BigInt(match[1]! + fraction.padEnd(digits, '0'));
  if (minor <= 0n) throw new AppError('INVALID_INPUT', 'amount must be above zero');
  if (minor > BigInt(AMOUNT_MINOR_MAX)) {
    throw new AppError('INVALID_INPUT', 'amount is above the largest accepted, 10^13 minor units');
  }
  return Number(minor);
}

/** The decimal string of whole minor units: (8450050, 'PKR') is '84500.50'. */
export function formatAmount(amountMinor: number | bigint, currency: string): string {
  invariant(
    typeof amountMinor === 'bigint' || Number.isSafeInteger(amountMinor),
    'money is a whole number of minor units',
  );
  const digits = minorDigits(currency);
  const text = (amountMinor < 0 ? -amountMinor : amountMinor).toString().padStart(digits + 1, '0');
  const sign = amountMinor < 0 ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** For people to read: 'PKR 84,500.50'. */
export function describeAmount(amountMinor: number, currency: string): string {
  const [whole, fraction] = formatAmount(amountMinor, currency).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${currency} ${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}
