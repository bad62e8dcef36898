import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  type Alert,
  SIGNAL_FAMILIES,
  type SignalFamily,
  TYPOLOGY_NAMES,
  type TypologyName,
} from '#contracts';
import { DispositionAnswer } from '../dispositions/disposition-answer';
import { TransferAnswer, TransferRefAnswer, WalletRefAnswer } from './transfer-answer';

export class AlertTermAnswer {
  @ApiProperty({ example: 'FAN_IN' })
  readonly name!: string;

  @ApiProperty({ enum: SIGNAL_FAMILIES })
  readonly family!: SignalFamily;

  @ApiProperty({ description: 'What it adds to the risk, in log-odds.', example: 1.4 })
  readonly logOdds!: number;

  @ApiProperty({ description: 'The risk that would be left without it, 0-100.', example: 41 })
  readonly riskWithout!: number;

  @ApiProperty({ example: 'nine wallets that had never paid it paid it within an hour' })
  readonly sentence!: string;

  @ApiPropertyOptional({
    description: 'The same in Urdu. Absent in alerts that an earlier version told.',
    example: 'نو والٹس نے جنہوں نے پہلے کبھی ادائیگی نہیں کی تھی ایک گھنٹے کے اندر ادائیگی کی',
  })
  readonly sentenceUr?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'number' },
    description:
      'The numbers behind it: amounts in minor units, times in milliseconds, shares 0-1.',
    example: { sumMinor: 8450000, count: 9, spanMs: 3600000 },
  })
  readonly facts?: Readonly<Record<string, number>>;
}

export class AlertWalletAnswer extends WalletRefAnswer {
  @ApiProperty({ example: 'PKR' })
  readonly currency!: string;

  @ApiProperty({ type: 'integer', description: 'Minor units, by the transfers of the alert.' })
  readonly inMinor!: number;

  @ApiProperty({ type: 'integer' })
  readonly outMinor!: number;

  @ApiProperty({ type: 'integer', description: 'What was left of it as the alert was told.' })
  readonly heldMinor!: number;
}

export class PackAnswer {
  @ApiProperty({ example: '2026.11.1' })
  readonly version!: string;

  @ApiProperty()
  readonly hash!: string;
}

export class CoverageAnswer {
  @ApiProperty({ type: [String], description: 'Limits that were met on the way here.' })
  readonly capsMet!: string[];

  @ApiProperty({ type: 'integer', description: 'Paid out and never seen coming in, minor units.' })
  readonly uncoveredMinor!: number;

  @ApiProperty({
    type: [TransferRefAnswer],
    description: 'Of its transfers, those that came well after the clock of the feed had passed.',
  })
  readonly lateTransfers!: TransferRefAnswer[];

  @ApiProperty({
    type: [TransferRefAnswer],
    description:
      'Of its transfers, those of which one reversal since has taken back at least half.',
  })
  readonly reversedTransfers!: TransferRefAnswer[];

  @ApiProperty({
    enum: TYPOLOGY_NAMES,
    isArray: true,
    description: 'Typologies that were off as it was judged: switched off, or not in its pack.',
  })
  readonly typologiesOff!: TypologyName[];
}

/** An alert. All instants are event time. */
export class AlertAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ enum: TYPOLOGY_NAMES, isArray: true })
  readonly typologies!: TypologyName[];

  @ApiProperty({ minimum: 0, maximum: 100, example: 87 })
  readonly risk!: number;

  @ApiProperty({ description: 'Money that can still be held came in within its cool-off.' })
  readonly urgent!: boolean;

  @ApiProperty({ type: [String] })
  readonly operationIds!: string[];

  @ApiProperty({ type: [TransferRefAnswer] })
  readonly transfers!: TransferRefAnswer[];

  @ApiProperty({ type: [AlertWalletAnswer] })
  readonly wallets!: AlertWalletAnswer[];

  @ApiProperty({ type: [AlertTermAnswer] })
  readonly terms!: AlertTermAnswer[];

  @ApiProperty({ type: PackAnswer, description: 'The rule pack that judged it last.' })
  readonly pack!: PackAnswer;

  @ApiProperty({ type: CoverageAnswer })
  readonly coverage!: CoverageAnswer;

  @ApiProperty({ format: 'date-time' })
  readonly firstAt!: string;

  @ApiProperty({ format: 'date-time' })
  readonly updatedAt!: string;

  @ApiProperty({ type: 'integer', minimum: 1 })
  readonly revision!: number;
}

/** One alert with its evidence. */
export class AlertDetailAnswer extends AlertAnswer {
  @ApiProperty({ format: 'uuid', description: 'The case it belongs to.' })
  readonly caseId!: string;

  @ApiProperty({ type: [TransferAnswer], description: 'Every transfer it relies on.' })
  readonly evidence!: TransferAnswer[];

  @ApiProperty({
    type: [DispositionAnswer],
    description: 'What was found of it: the last hundred, newest first. The first holds.',
  })
  readonly dispositions!: DispositionAnswer[];
}

export class AlertPageAnswer {
  @ApiProperty({ type: [AlertAnswer] })
  readonly items!: readonly Alert[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The next page; null at the end. Go on later from the last that was not null.',
  })
  readonly next!: string | null;
}
