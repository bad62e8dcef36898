import { type PartyKind, type TransferStatus, type TransferType } from '#domain';
import { type Particulars } from './particulars';
import { type TransferReport } from './transfer-report';

/** A row of the log, as far as a report is in it. */
export const REPORT_COLUMNS = `
  transfer_id, status, type, (extract(epoch from occurred_at) * 1000)::bigint as occurred_at_ms, amount_minor,
  currency, debtor_provider, debtor_wallet, debtor_kind, creditor_provider, creditor_wallet, creditor_kind,
  original_transfer_id, particulars`;

export interface StoredColumns {
  transfer_id: string;
  status: TransferStatus;
  type: TransferType;
  occurred_at_ms: number;
  amount_minor: number;
  currency: string;
  debtor_provider: string;
  debtor_wallet: string;
  debtor_kind: PartyKind | null;
  creditor_provider: string;
  creditor_wallet: string;
  creditor_kind: PartyKind | null;
  original_transfer_id: string | null;
  particulars: Particulars | null;
}

export const toReport = (row: StoredColumns): TransferReport => ({
  transferId: row.transfer_id,
  status: row.status,
  type: row.type,
  occurredAtMs: row.occurred_at_ms,
  amountMinor: row.amount_minor,
  currency: row.currency,
  debtor: { provider: row.debtor_provider, walletId: row.debtor_wallet, kind: row.debtor_kind },
  creditor: {
    provider: row.creditor_provider,
    walletId: row.creditor_wallet,
    kind: row.creditor_kind,
  },
  originalTransferId: row.original_transfer_id,
  particulars: row.particulars,
});
