import { ApiProperty } from '@nestjs/swagger';
import { TRANSFER_STATUSES, TRANSFER_TYPES, type TransferStatus, type TransferType } from '#domain';
import { TransferRefAnswer, WalletRefAnswer } from '../alerts/transfer-answer';

export class ReportedStatusAnswer {
  @ApiProperty({ enum: TRANSFER_STATUSES })
  readonly status!: TransferStatus;

  @ApiProperty({ format: 'date-time', description: 'When it was stored, by our clock.' })
  readonly receivedAt!: string;
}

/** A transfer as its provider reported it. Nothing of what detection or anybody thinks of it. */
export class ReportedTransferAnswer extends TransferRefAnswer {
  @ApiProperty({ enum: TRANSFER_TYPES })
  readonly type!: TransferType;

  @ApiProperty({ format: 'date-time' })
  readonly occurredAt!: string;

  @ApiProperty({ type: 'integer', description: 'Minor units.', example: 8450050 })
  readonly amountMinor!: number;

  @ApiProperty({ example: 'PKR' })
  readonly currency!: string;

  @ApiProperty({ type: WalletRefAnswer })
  readonly debtor!: WalletRefAnswer;

  @ApiProperty({ type: WalletRefAnswer })
  readonly creditor!: WalletRefAnswer;

  @ApiProperty({ type: String, nullable: true, description: 'Of a reversal: what it reverses.' })
  readonly originalTransferId!: string | null;

  @ApiProperty({ type: [ReportedStatusAnswer], description: 'In the order they came.' })
  readonly statuses!: readonly ReportedStatusAnswer[];
}
