import isIBAN from 'validator/lib/isIBAN';
import isIMEI from 'validator/lib/isIMEI';
import { type IdentifierType, normaliseIdentifier } from '#domain';

const IMEI_DIGITS = 15;
const CNIC_DIGITS = 13;

/**
 * What speaks against an identifier that may be one: mostly that somebody mistyped it. Whether such a row is refused is its provider's to
 * say; the money moved all the same.
 *
 * - iban: length by country and check digits (ISO 13616, mod 97)
 * - imei: the check digit of one with 15 digits (Luhn); 14 have none, and the last two of 16 are a version
 * - msisdn: one of Pakistan is a mobile number, 923 and nine more
 * - nationalId: of 13 digits, the first tells the province, or 9 an alien: there is no 0
 *
 * @throws AppError INVALID_INPUT where it cannot be one at all
 */
export function doubtOf(type: IdentifierType, text: string): string | null {
  switch (type) {
    case 'iban':
      return isIBAN(normaliseIdentifier(type, text))
        ? null
        : 'its check digits are not those of an IBAN';
    case 'imei': {
      const digits = normaliseIdentifier(type, text);
      return digits.length !== IMEI_DIGITS || isIMEI(digits)
        ? null
        : 'its check digit is not that of an IMEI';
    }
    case 'msisdn':
      return /^92(?!3\d{9}$)/.test(normaliseIdentifier(type, text))
        ? 'it is no mobile number of Pakistan'
        : null;
    case 'nationalId': {
      const id = normaliseIdentifier(type, text);
      return id.length === CNIC_DIGITS && /^0\d+$/.test(id) ? 'a CNIC does not begin with 0' : null;
    }
    case 'device':
    case 'ip':
    case 'iccid':
    case 'imsi':
    case 'name':
    case 'narrative':
      return null;
    default:
      return type satisfies never;
  }
}
