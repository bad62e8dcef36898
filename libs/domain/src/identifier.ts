import { AppError } from './app-error';

/** Identifiers that point at a person, a line, an account or a handset. All are kept as tokens. */
export const IDENTIFIER_TYPES = [
  'msisdn',
  'iban',
  'device',
  'imei',
  'ip',
  'iccid',
  'imsi',
  'nationalId',
  'name',
  'narrative',
] as const;
export type IdentifierType = (typeof IDENTIFIER_TYPES)[number];

/** Pakistani mobile numbers come as 03XXXXXXXXX, 923XXXXXXXXX, 00923…, +92-3…; one canonical form: 923XXXXXXXXX. */
function normaliseMsisdn(text: string): string {
  const digits = text.replace(/[\s().-]/g, '').replace(/^\+|^00/, '');
  const canonical = /^03\d{9}$/.test(digits) ? `92${digits.slice(1)}` : digits;
  if (!/^[1-9]\d{6,14}$/.test(canonical)) {
    throw new AppError('INVALID_INPUT', 'must be a phone number of 7 to 15 digits');
  }
  return canonical;
}

function matching(text: string, shape: RegExp, rule: string): string {
  if (!shape.test(text)) throw new AppError('INVALID_INPUT', rule);
  return text;
}

/**
 * Brings an identifier to the one spelling it is matched by.
 *
 * Check digits (IBAN mod 97, IMEI Luhn) are not demanded: the money moved whether or not somebody mistyped a handset,
 * and a refused row is lost evidence.
 *
 * @throws AppError INVALID_INPUT where it cannot be an identifier of that type at all
 */
export function normaliseIdentifier(type: IdentifierType, text: string): string {
  const trimmed = text.trim().normalize('NFC');
  switch (type) {
    case 'msisdn':
      return normaliseMsisdn(trimmed);
    case 'iban':
      return matching(
        trimmed.replace(/\s/g, '').toUpperCase(),
        /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/,
        'must be an IBAN',
      );
    case 'imei':
      return matching(
        trimmed.replace(/[\s-]/g, ''),
        /^\d{14,16}$/,
        'must be an IMEI, 14 to 16 digits',
      );
    case 'iccid':
      // ITU-T E.118: 89, country and issuer, at most 19 digits; some print a 20th, or an F to fill the last octet.
      return matching(
        trimmed.replace(/[\s-]/g, '').replace(/f$/i, ''),
        /^89\d{14,18}$/,
        'must be an ICCID, 16 to 20 digits from 89 on',
      );
    case 'imsi':
      // ITU-T E.212.
      return matching(
        trimmed.replace(/[\s-]/g, ''),
        /^\d{14,15}$/,
        'must be an IMSI, 14 or 15 digits',
      );
    case 'nationalId':
      return matching(
        trimmed.replace(/[\s-]/g, '').toUpperCase(),
        /^[A-Z0-9]{4,24}$/,
        'must be a national id of 4 to 24 letters and digits',
      );
    case 'ip':
      return matching(
        trimmed.toLowerCase(),
        /^[0-9a-f.:]{2,45}$/,
        'must be an IPv4 or IPv6 address',
      );
    case 'name':
      return trimmed.replace(/\s+/g, ' ').toLowerCase();
    case 'device':
    case 'narrative':
      return trimmed;
    default:
      return type satisfies never;
  }
}
