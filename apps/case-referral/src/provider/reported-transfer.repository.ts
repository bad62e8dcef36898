import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type TransferStatus, type TransferType, type WalletRef } from '#domain';
import { asProvider } from '#persistence';

/** A transfer as its provider reported it. */
export interface ReportedTransfer {
  readonly type: TransferType;
  readonly occurredAt: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly debtor: WalletRef;
  readonly creditor: WalletRef;
  /** Of a reversal. */
  readonly originalTransferId: string | null;
  /** In the order they came; when each was stored, by our clock. */
  readonly statuses: readonly { readonly status: TransferStatus; readonly receivedAt: string }[];
}

/** A report as it is stored: a transfer, or the same again with a later status. */
interface ReportRow {
  readonly status: TransferStatus;
  readonly type: TransferType;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly amount_minor: number;
  readonly currency: string;
  readonly debtor_provider: string;
  readonly debtor_wallet: string;
  readonly creditor_provider: string;
  readonly creditor_wallet: string;
  readonly original_transfer_id: string | null;
}

const toTransfer = (first: ReportRow, all: readonly ReportRow[]): ReportedTransfer => ({
  ...{ type: first.type, occurredAt: first.occurred_at.toISOString() },
  ...{ amountMinor: first.amount_minor, currency: first.currency },
  debtor: { provider: first.debtor_provider, walletId: first.debtor_wallet },
  creditor: { provider: first.creditor_provider, walletId: first.creditor_wallet },
  originalTransferId: first.original_transfer_id,
  statuses: all.map(({ status, received_at }) => ({
    ...{ status, receivedAt: received_at.toISOString() },
  })),
});

/** What a provider reported, read as that provider. */
@Injectable()
export class ReportedTransferRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** @returns null where the provider reported none by that id */
  async find(provider: string, transferId: string): Promise<ReportedTransfer | null> {
    const rows: ReportRow[] = await asProvider(this.dataSource, provider, async (manager) =>
      manager.query(
        `select f.* from feed.transfer_key k join feed.transfer f on f.position = any(k.positions)
         where k.provider_id = $1 and k.transfer_id = $2 order by f.position`,
        [provider, transferId],
      ),
    );
    return rows[0] === undefined ? null : toTransfer(rows[0], rows);
  }
}
