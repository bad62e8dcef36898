import { ApiProperty } from '@nestjs/swagger';
import { PARTY_KINDS, type PartyKind, TRANSFER_TYPES, type TransferType } from '#domain';

/** A wallet as everyone outside names it. */
export class WalletRefAnswer {
  @ApiProperty({ example: 'demo' })
  readonly provider!: string;

  @ApiProperty({ example: 'w-1042' })
  readonly walletId!: string;
}

export class TransferRefAnswer {
  @ApiProperty({ example: 'demo' })
  readonly provider!: string;

  @ApiProperty({ example: 't-000317' })
  readonly transferId!: string;
}

export class PartyAnswer extends WalletRefAnswer {
  @ApiProperty({ enum: PARTY_KINDS, nullable: true, description: 'As its provider declared it.' })
  readonly kind!: PartyKind | null;
}

/** A transfer that an alert relies on, as the log told it. */
export class TransferAnswer extends TransferRefAnswer {
  @ApiProperty({ format: 'date-time' })
  readonly occurredAt!: string;

  @ApiProperty({ enum: TRANSFER_TYPES })
  readonly type!: TransferType;

  @ApiProperty({ type: 'integer', description: 'Minor units.', example: 8450050 })
  readonly amountMinor!: number;

  @ApiProperty({ example: 'PKR' })
  readonly currency!: string;

  @ApiProperty({ type: PartyAnswer })
  readonly debtor!: PartyAnswer;

  @ApiProperty({ type: PartyAnswer })
  readonly creditor!: PartyAnswer;
}
