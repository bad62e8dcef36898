import Ajv from 'ajv';
import { type PayeeRow, SCREENING_ROW_SCHEMA, type ScreeningRow } from '#contracts';
import { AppError, isCurrency, parseAmount, walletKey } from '#domain';
import { type IdentityVault } from '#identity';
import { shapeRefusal } from '../row-reading';
import { refusal, refuseAs } from '../row-refusal';
import { type Screening } from './screening.repository';

const hasItsShape = new Ajv({ allErrors: false }).compile<ScreeningRow>(SCREENING_ROW_SCHEMA);

/** By what somebody is named: each alone, since two might name two. */
const NAMED_BY = ['walletId', 'msisdn', 'iban'] as const;

/**
 * Reads what a provider asks.
 *
 * @param sender the provider that asks: where a wallet names no provider, it is kept there
 * @throws AppError INVALID_INPUT with the field's path
 */
export function readScreening(value: unknown, sender: string, vault: IdentityVault): Screening {
  if (!hasItsShape(value)) throw shapeRefusal(hasItsShape.errors?.[0], 'a screening');
  const { payee, screeningId } = value;
  if (NAMED_BY.filter((field) => payee[field] != null).length !== 1) {
    throw refusal('/payee', 'must name the payee by one of walletId, msisdn and iban');
  }
  if (payee.provider != null && payee.walletId == null) {
    throw refusal('/payee/provider', 'belongs to a walletId');
  }
  return {
    screeningId: screeningId ?? null,
    payee: matchOf(payee, sender, vault),
    ...readAmount(value),
  };
}

/** What a payee is found by: as indicators and the transfers of cases have it. */
function matchOf(payee: PayeeRow, sender: string, vault: IdentityVault): string {
  if (payee.walletId != null) {
    return walletKey({ provider: payee.provider ?? sender, walletId: payee.walletId });
  }
  const type = payee.msisdn == null ? 'iban' : 'msisdn';
  const text = payee[type] ?? '';
  return refuseAs(`/payee/${type}`, () => vault.token(type, text));
}

function readAmount(row: ScreeningRow): Pick<Screening, 'amountMinor' | 'currency'> {
  const { amount: text, currency: code } = row;
  if (text == null && code == null) return { amountMinor: null, currency: null };
  if (text == null) throw refusal('/amount', 'is required beside a currency');
  if (code == null) throw refusal('/currency', 'is required beside an amount');
  if (!isCurrency(code)) {
    throw refusal('/currency', 'must be an active ISO 4217 currency code, such as PKR');
  }
  return { amountMinor: refuseAs('/amount', () => parseAmount(text, code)), currency: code };
}

/** @throws AppError INVALID_INPUT where it is no JSON in UTF-8 */
export function parseScreening(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's own words quote the body.
    throw new AppError('INVALID_INPUT', 'the body is not valid JSON');
  }
}
