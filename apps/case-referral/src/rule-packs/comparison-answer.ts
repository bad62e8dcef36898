import { ApiProperty } from '@nestjs/swagger';
import { TYPOLOGY_NAMES, type TypologyName } from '#contracts';
import { type ComparedAlert } from './compared-alert';
import { TransferRefAnswer } from '../alerts/transfer-answer';

class ComparedAlertAnswer implements ComparedAlert {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ minimum: 0, maximum: 100 })
  readonly risk!: number;

  @ApiProperty({ enum: TYPOLOGY_NAMES, isArray: true })
  readonly typologies!: readonly TypologyName[];

  @ApiProperty({ type: [TransferRefAnswer] })
  readonly transfers!: readonly TransferRefAnswer[];

  @ApiProperty({ format: 'date-time', description: 'Event time.' })
  readonly firstAt!: string;
}

class ComparedDayAnswer {
  @ApiProperty({ format: 'date', description: 'Of the feed, UTC.' })
  readonly day!: string;

  @ApiProperty({ type: 'integer' })
  readonly active!: number;

  @ApiProperty({ type: 'integer' })
  readonly shadow!: number;
}

/** What a shadow pack raised beside the active one, over the last stretch of the feed in which it was the shadow. */
export class ComparisonAnswer {
  @ApiProperty()
  readonly version!: string;

  @ApiProperty()
  readonly hash!: string;

  @ApiProperty({
    format: 'date-time',
    type: String,
    nullable: true,
    description:
      'Event time at which it began; null until detection has come to it, or before the first transfer.',
  })
  readonly from!: string | null;

  @ApiProperty({
    format: 'date-time',
    type: String,
    nullable: true,
    description: 'Event time at which it ended; null while it goes on.',
  })
  readonly until!: string | null;

  @ApiProperty({ type: 'integer', description: 'Alerts that the active pack raised.' })
  readonly active!: number;

  @ApiProperty({ type: 'integer', description: 'Alerts that the shadow would have raised.' })
  readonly shadow!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Of the active, those that share a transfer with one of the shadow.',
  })
  readonly activeInBoth!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Of the shadow, those that share a transfer with one of the active.',
  })
  readonly shadowInBoth!: number;

  @ApiProperty({ type: [ComparedDayAnswer] })
  readonly days!: readonly ComparedDayAnswer[];

  @ApiProperty({ type: [ComparedAlertAnswer], description: 'The first hundred that share none.' })
  readonly activeOnly!: readonly ComparedAlert[];

  @ApiProperty({ type: [ComparedAlertAnswer], description: 'The first hundred that share none.' })
  readonly shadowOnly!: readonly ComparedAlert[];

  @ApiProperty({
    description: 'There were more alerts than are compared: the first 5,000 of each were.',
  })
  readonly truncated!: boolean;
}
