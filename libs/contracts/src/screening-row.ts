import { type JSONSchemaType } from 'ajv';
import { optional } from './row-fields';

/** Whom a provider is about to pay: by exactly one of wallet, number and account. */
export interface PayeeRow {
  readonly walletId?: string;
  /** The provider that keeps the wallet; the sender where it is left out. */
  readonly provider?: string;
  readonly msisdn?: string;
  readonly iban?: string;
}

/** A look before paying, as a provider asks for it in `POST /v1/screenings`. */
export interface ScreeningRow {
  readonly payee: PayeeRow;
  /** As in a transfer, with its currency or not at all. */
  readonly amount?: string;
  readonly currency?: string;
  /** The sender's own id of it: asked again, it is answered as before. */
  readonly screeningId?: string;
}

/** The shape of a look. What a schema cannot say is checked by ingestion's `read-screening.ts`. */
export const SCREENING_ROW_SCHEMA: JSONSchemaType<ScreeningRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['payee'],
  properties: {
    payee: {
      type: 'object',
      additionalProperties: false,
      required: [],
      properties: { walletId: optional, provider: optional, msisdn: optional, iban: optional },
    },
    amount: { type: 'string', maxLength: 64, nullable: true },
    currency: { type: 'string', maxLength: 8, nullable: true },
    screeningId: optional,
  },
};
