import { type EventTimeMs } from './event-time';
import { type TransferRef, type WalletRef } from './wallet';

export const TRANSFER_TYPES = [
  'P2P',
  'CASH_IN',
  'CASH_OUT',
  'MERCHANT_PAYMENT',
  'BILL_PAYMENT',
  'TOP_UP',
  'SALARY',
  'BENEFIT',
  'BANK_TRANSFER',
  'CROSS_BORDER',
  'CRYPTO',
  'FEE',
  'REVERSAL',
] as const;
export type TransferType = (typeof TRANSFER_TYPES)[number];

export const TRANSFER_STATUSES = ['PENDING', 'SETTLED', 'FAILED', 'REVERSED'] as const;
export type TransferStatus = (typeof TRANSFER_STATUSES)[number];

export const PARTY_KINDS = [
  'PERSON',
  'BUSINESS',
  'MERCHANT',
  'AGENT',
  'BILLER',
  'EXCHANGE',
  'BANK',
  'EXTERNAL',
] as const;
export type PartyKind = (typeof PARTY_KINDS)[number];

/** What one status may become. Only SETTLED moves value; REVERSED takes it back. */
const NEXT_STATUSES: Readonly<Record<TransferStatus, readonly TransferStatus[]>> = {
  PENDING: ['SETTLED', 'FAILED'],
  SETTLED: ['REVERSED'],
  FAILED: [],
  REVERSED: [],
};

export const mayBecome = (from: TransferStatus, to: TransferStatus): boolean =>
  NEXT_STATUSES[from].includes(to);

/** One side of a transfer, as far as detection needs it. */
export interface Party extends WalletRef {
  readonly kind: PartyKind | null;
  /** Its tier, as the provider spells it; it sets what the wallet may pay and get. Absent where it is not told. */
  readonly tier?: string;
  /** When the provider says that the wallet was opened. Absent where it tells no date, or none that anything depends on. */
  readonly openedAtMs?: EventTimeMs | null;
}

/** A transfer as the log tells it. Everything that names a person is elsewhere, as tokens. */
export interface Transfer extends TransferRef {
  readonly occurredAtMs: EventTimeMs;
  readonly type: TransferType;
  readonly status: TransferStatus;
  /** Whole minor units of `currency`, above zero. */
  readonly amountMinor: number;
  readonly currency: string;
  readonly debtor: Party;
  readonly creditor: Party;
}

/**
 * Kinds whose wallets end a money trail, where the provider declares them from a licensed source. They serve everyone:
 * following money through a till or an agent's float would link strangers.
 */
const HUB_KINDS: ReadonlySet<PartyKind> = new Set([
  'MERCHANT',
  'AGENT',
  'BILLER',
  'EXCHANGE',
  'BANK',
  'EXTERNAL',
]);

export const isHub = (kind: PartyKind | null): boolean => kind !== null && HUB_KINDS.has(kind);

/** Types by which money leaves the wallets, whoever receives it. */
const EXIT_TYPES: ReadonlySet<TransferType> = new Set(['CASH_OUT', 'CROSS_BORDER', 'CRYPTO']);

/** Whether a transfer takes money out of the watched wallets: cash at an agent, crypto, abroad, a shop's till. */
export const isExit = (transfer: Pick<Transfer, 'type' | 'creditor'>): boolean =>
  EXIT_TYPES.has(transfer.type) || isHub(transfer.creditor.kind);

/** Types by which a wallet pays for something: what everybody does, and no way to move money on. */
const PURCHASE_TYPES: ReadonlySet<TransferType> = new Set([
  'MERCHANT_PAYMENT',
  'BILL_PAYMENT',
  'TOP_UP',
  'FEE',
]);

/** Money becomes cash, or cash money. */
export const isCash = (type: TransferType): boolean => type === 'CASH_IN' || type === 'CASH_OUT';

export const isPurchase = (type: TransferType): boolean => PURCHASE_TYPES.has(type);
