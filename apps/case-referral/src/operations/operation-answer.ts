import { ApiProperty } from '@nestjs/swagger';
import {
  INDICATOR_TYPES,
  type IndicatorType,
  MODI,
  type Modus,
  OPERATION_KINDS,
  type OperationKind,
} from '#domain';

/** An operation as the list shows it. */
export class OperationAnswer {
  @ApiProperty({ example: 'FIA-2026-0117' })
  readonly id!: string;

  @ApiProperty({ example: 'Gulberg prize calls' })
  readonly name!: string;

  @ApiProperty({ enum: OPERATION_KINDS })
  readonly kind!: OperationKind;

  @ApiProperty({ enum: MODI })
  readonly modus!: Modus;

  @ApiProperty({ type: 'integer', example: 3 })
  readonly indicatorCount!: number;

  @ApiProperty({ description: 'Who registered it.' })
  readonly createdBy!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was registered, by our clock.' })
  readonly createdAt!: string;
}

/** What registering led to. */
export class RegisteredOperationAnswer extends OperationAnswer {
  @ApiProperty({
    type: 'integer',
    description: 'Indicators that were not known before and that detection has now been told of.',
  })
  readonly indicatorsAdded!: number;
}

export class IndicatorAnswer {
  @ApiProperty({ enum: INDICATOR_TYPES })
  readonly type!: IndicatorType;

  @ApiProperty({
    description: "A wallet's id; of anything else at most its last three characters.",
    example: '…567',
  })
  readonly value!: string;

  @ApiProperty({ nullable: true, type: String, description: 'Of a wallet; null for the rest.' })
  readonly provider!: string | null;

  @ApiProperty({ format: 'date-time' })
  readonly knownFrom!: string;
}

/** One operation with its indicators. */
export class OperationDetailAnswer extends OperationAnswer {
  @ApiProperty({ type: [IndicatorAnswer] })
  readonly indicators!: IndicatorAnswer[];
}

export class OperationPageAnswer {
  @ApiProperty({ type: [OperationAnswer] })
  readonly items!: OperationAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}
