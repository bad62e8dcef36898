import { type EvidenceTransfer } from '#contracts';
import { type PartyKind } from '#domain';

/** How money left the watched wallets. */
export const EXIT_WAYS = ['CASH', 'CRYPTO', 'ABROAD', 'SHOP', 'BILL', 'BANK', 'OTHER'] as const;
export type ExitWay = (typeof EXIT_WAYS)[number];

const WAY_OF_KIND: Readonly<Partial<Record<PartyKind, ExitWay>>> = {
  AGENT: 'CASH',
  EXCHANGE: 'CRYPTO',
  MERCHANT: 'SHOP',
  BILLER: 'BILL',
  BANK: 'BANK',
};

/** @param transfer an exit: what its type says goes before who received it */
export function exitWayOf({ type, creditor }: EvidenceTransfer): ExitWay {
  if (type === 'CASH_OUT') return 'CASH';
  if (type === 'CRYPTO') return 'CRYPTO';
  if (type === 'CROSS_BORDER') return 'ABROAD';
  return (creditor.kind === null ? undefined : WAY_OF_KIND[creditor.kind]) ?? 'OTHER';
}

/** Completes "PKR 5.00 has left …". */
export const EXIT_PHRASES: Readonly<Record<ExitWay, string>> = {
  CASH: 'as cash',
  CRYPTO: 'as crypto',
  ABROAD: 'abroad',
  SHOP: 'to shops',
  BILL: 'for bills',
  BANK: 'to banks',
  OTHER: 'out of the watched wallets',
};
