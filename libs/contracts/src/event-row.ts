import { type JSONSchemaType } from 'ajv';
import { COMPLAINT_REASONS, type ComplaintReason, type FeedEventType } from '#domain';
import { id, instant, optional } from './row-fields';

interface EventBase<Type extends FeedEventType> {
  readonly eventId: string;
  readonly type: Type;
  /** RFC 3339 with offset: when it happened, by the provider's clock. */
  readonly occurredAt: string;
}

/** One end of a call. */
export interface NumberRow {
  readonly msisdn: string;
}

/** The wallet that an event happened to. */
export interface EventWalletRow {
  readonly walletId: string;
  /** The provider that keeps the wallet; the sender where it is left out. */
  readonly provider?: string;
}

/** A SIM, by its card (ICCID) and its subscription (IMSI). */
export interface SimRow {
  readonly iccid?: string;
  readonly imsi?: string;
}

/** A handset, as in a transfer. */
export interface HandsetRow {
  readonly id?: string;
  readonly imei?: string;
}

/** A number was called: by whoever called, or whoever seems to have. */
export interface CallRow extends EventBase<'CALL'> {
  readonly caller: NumberRow;
  readonly callee: NumberRow;
}

/** The line that a wallet is used by got another SIM. */
export interface SimChangeRow extends EventBase<'SIM_CHANGE'> {
  readonly wallet: EventWalletRow;
  readonly sim?: SimRow;
  readonly previousSim?: SimRow;
}

/** A wallet is used from another handset. */
export interface DeviceChangeRow extends EventBase<'DEVICE_CHANGE'> {
  readonly wallet: EventWalletRow;
  /** Named by at least one of its marks. */
  readonly device: HandsetRow;
  readonly previousDevice?: HandsetRow;
}

/** A wallet has another tier: what it may pay and get is another from here on. */
export interface TierChangeRow extends EventBase<'TIER_CHANGE'> {
  readonly wallet: EventWalletRow;
  /** As in a transfer. */
  readonly tier: string;
  readonly previousTier?: string;
}

/** Somebody logged in to a wallet: from a handset, an address or a cell, at least one of them. */
export interface LoginRow extends EventBase<'LOGIN'> {
  readonly wallet: EventWalletRow;
  readonly device?: HandsetRow;
  readonly ip?: string;
  /** Of the mobile network, as the provider spells it; as coarse as a transfer's `location`. */
  readonly cell?: string;
}

/** A wallet is an agent's. */
export interface AgentRegisteredRow extends EventBase<'AGENT_REGISTERED'> {
  readonly wallet: EventWalletRow;
  /** As the licence's register spells it; as public as a transfer's `agentId`. */
  readonly licence?: string;
  /** RFC 3339 with offset. */
  readonly openedAt?: string;
}

/** Somebody complained of a payment. */
export interface ComplaintRow extends EventBase<'COMPLAINT'> {
  /** Of the payment, as it was reported. */
  readonly transferId: string;
  /** The provider that reported the payment; the sender where it is left out. */
  readonly provider?: string;
  readonly reason: ComplaintReason;
}

/** An event as a provider reports it in `POST /v1/events`. */
export type EventRow =
  | CallRow
  | SimChangeRow
  | DeviceChangeRow
  | TierChangeRow
  | LoginRow
  | AgentRegisteredRow
  | ComplaintRow;

const number: JSONSchemaType<NumberRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['msisdn'],
  properties: { msisdn: id },
};

const wallet: JSONSchemaType<EventWalletRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['walletId'],
  properties: { walletId: id, provider: optional },
};

const sim = {
  type: 'object',
  nullable: true,
  additionalProperties: false,
  required: [],
  properties: { iccid: optional, imsi: optional },
} as const satisfies JSONSchemaType<SimRow | undefined>;

const handset: JSONSchemaType<HandsetRow> = {
  type: 'object',
  additionalProperties: false,
  required: [],
  properties: { id: optional, imei: optional },
};

/** Where it may be left out. */
const optionalHandset = { ...handset, nullable: true } as const;

const CALL: JSONSchemaType<CallRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['eventId', 'type', 'occurredAt', 'caller', 'callee'],
  properties: {
    eventId: id,
    type: { type: 'string', const: 'CALL' },
    occurredAt: instant,
    caller: number,
    callee: number,
  },
};

const SIM_CHANGE: JSONSchemaType<SimChangeRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['eventId', 'type', 'occurredAt', 'wallet'],
  properties: {
    eventId: id,
    type: { type: 'string', const: 'SIM_CHANGE' },
    occurredAt: instant,
    wallet,
    sim,
    previousSim: sim,
  },
};

const DEVICE_CHANGE: JSONSchemaType<DeviceChangeRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['eventId', 'type', 'occurredAt', 'wallet', 'device'],
  properties: {
    eventId: id,
    type: { type: 'string', const: 'DEVICE_CHANGE' },
    occurredAt: instant,
    wallet,
    device: handset,
    previousDevice: optionalHandset,
  },
};

const TIER_CHANGE: JSONSchemaType<TierChangeRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['eventId', 'type', 'occurredAt', 'wallet', 'tier'],
  properties: {
    eventId: id,
    type: { type: 'string', const: 'TIER_CHANGE' },
    occurredAt: instant,
    wallet,
    tier: id,
    previousTier: optional,
  },
};

const LOGIN: JSONSchemaType<LoginRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['eventId', 'type', 'occurredAt', 'wallet'],
  properties: {
    eventId: id,
    type: { type: 'string', const: 'LOGIN' },
    occurredAt: instant,
    wallet,
    device: optionalHandset,
    ip: optional,
    cell: optional,
  },
};

const AGENT_REGISTERED: JSONSchemaType<AgentRegisteredRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['eventId', 'type', 'occurredAt', 'wallet'],
  properties: {
    eventId: id,
    type: { type: 'string', const: 'AGENT_REGISTERED' },
    occurredAt: instant,
    wallet,
    licence: optional,
    openedAt: { ...instant, nullable: true },
  },
};

const COMPLAINT: JSONSchemaType<ComplaintRow> = {
  type: 'object',
  additionalProperties: false,
  required: ['eventId', 'type', 'occurredAt', 'transferId', 'reason'],
  properties: {
    eventId: id,
    type: { type: 'string', const: 'COMPLAINT' },
    occurredAt: instant,
    transferId: id,
    provider: optional,
    reason: { type: 'string', enum: COMPLAINT_REASONS },
  },
};

/**
 * The shape of one row, by its type: a further type is one more entry. What a schema cannot say is checked by ingestion's
 * `read-event.ts`. As with transfers, an unknown field refuses the row.
 */
export const EVENT_ROW_SCHEMAS: {
  readonly [T in FeedEventType]: JSONSchemaType<Extract<EventRow, { type: T }>>;
} = { CALL, SIM_CHANGE, DEVICE_CHANGE, TIER_CHANGE, LOGIN, AGENT_REGISTERED, COMPLAINT };
