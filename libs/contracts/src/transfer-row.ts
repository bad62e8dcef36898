import { type JSONSchemaType } from 'ajv';
import {
  PARTY_KINDS,
  TRANSFER_STATUSES,
  TRANSFER_TYPES,
  type PartyKind,
  type TransferStatus,
  type TransferType,
} from '#domain';
import { freeText, id, instant, optional, optionalEnum } from './row-fields';

/** One side of a transfer, as a provider reports it. */
export interface PartyRow {
  readonly walletId: string;
  /** The provider that keeps the wallet; the sender where it is left out. */
  readonly provider?: string;
  readonly kind?: PartyKind;
  readonly name?: string;
  readonly msisdn?: string;
  readonly nationalId?: string;
  readonly iban?: string;
  readonly tier?: string;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** RFC 3339. */
  readonly openedAt?: string;
}

/** A transfer as a provider reports it in `POST /v1/transfers`. */
export interface TransferRow {
  readonly transferId: string;
  /** RFC 3339 with offset: when it happened, by the provider's clock. */
  readonly occurredAt: string;
  readonly type: TransferType;
  /** A decimal string, above zero, with at most the currency's decimals. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly debtor: PartyRow;
  readonly creditor: PartyRow;
  readonly status?: TransferStatus;
  /** Required where `type` is REVERSAL: the transfer that is taken back. */
  readonly originalTransferId?: string;
  readonly endToEndId?: string;
  readonly rail?: string;
  readonly channel?: string;
  readonly narrative?: string;
  readonly agentId?: string;
  readonly device?: { readonly id?: string; readonly imei?: string; readonly ip?: string };
  readonly location?: string;
  readonly balanceAfter?: string;
  /** The provider's own running number of this row, so that it can be told which never came. Whole, up to 15 digits. */
  readonly sequence?: string;
}

const party: JSONSchemaType<PartyRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['walletId'],
  properties: {
    walletId: id,
    provider: optional,
    kind: optionalEnum(PARTY_KINDS),
    name: freeText(140),
    msisdn: optional,
    nationalId: optional,
    iban: optional,
    tier: optional,
    country: { type: 'string', pattern: '^[A-Z]{2}$', nullable: true },
    openedAt: { ...instant, nullable: true },
  },
};

/**
 * The shape of one row. What a schema cannot say (an amount's decimals, instants, a wallet paying itself) is checked by
 * ingestion's `read-transfer.ts`. An unknown field refuses the row: a misspelt one would be lost in silence.
 */
export const TRANSFER_ROW_SCHEMA: JSONSchemaType<TransferRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['transferId', 'occurredAt', 'type', 'amount', 'currency', 'debtor', 'creditor'],
  properties: {
    transferId: id,
    occurredAt: instant,
    type: { type: 'string', enum: TRANSFER_TYPES },
    amount: { type: 'string', maxLength: 64 },
    currency: { type: 'string', maxLength: 8 },
    debtor: party,
    creditor: party,
    status: optionalEnum(TRANSFER_STATUSES),
    originalTransferId: { ...id, nullable: true },
    endToEndId: optional,
    rail: optional,
    channel: optional,
    narrative: freeText(500),
    agentId: optional,
    device: {
      type: 'object',
      nullable: true,
      additionalProperties: false,
      required: [],
      properties: { id: optional, imei: optional, ip: optional },
    },
    location: freeText(140),
    balanceAfter: { type: 'string', maxLength: 64, nullable: true },
    sequence: { type: 'string', pattern: '^[0-9]{1,15}$', nullable: true },
  },
};
