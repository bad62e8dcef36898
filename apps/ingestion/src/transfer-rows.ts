import { Injectable } from '@nestjs/common';
import { TRANSFER_ROW_SCHEMA } from '#contracts';
import { ContractForm } from './contract-form';
import { type CheckedRow, readTransfer } from './read-transfer';
import { type RowKind, type RowPurpose, type StoreOutcome } from './row-kind';
import { TransferRepository } from './transfer.repository';

/** Without these columns every row of CSV would be refused. */
const REQUIRED_COLUMNS = [
  ...['transferId', 'occurredAt', 'type', 'amount', 'currency'],
  ...['debtor.walletId', 'creditor.walletId'],
];

/** Transfers, as rows that a provider sends. */
@Injectable()
export class TransferRows implements RowKind<'transferId', CheckedRow> {
  readonly list = 'transfers';
  readonly id = 'transferId';
  readonly form = new ContractForm([TRANSFER_ROW_SCHEMA], REQUIRED_COLUMNS);
  readonly read = readTransfer;

  constructor(private readonly repository: TransferRepository) {}

  idOf({ report }: CheckedRow): string {
    return report.transferId;
  }

  atMs({ report }: CheckedRow): number {
    return report.occurredAtMs;
  }

  sequenceOf({ sequence }: CheckedRow): number | null {
    return sequence;
  }

  store(
    provider: string,
    rows: readonly CheckedRow[],
    purpose: RowPurpose,
  ): Promise<readonly StoreOutcome[]> {
    return this.repository.store(provider, rows, purpose);
  }
}
