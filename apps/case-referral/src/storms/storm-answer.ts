import { ApiProperty } from '@nestjs/swagger';
import { type AlertStorm } from '#contracts';
import { PackAnswer } from '../alerts/alert-answer';

/** An hour of the feed in which more alerts would have been raised than the rule pack allows. */
export class StormAnswer implements AlertStorm {
  @ApiProperty({ format: 'date-time', description: 'Event time, as all of it.' })
  readonly from!: string;

  @ApiProperty({ format: 'date-time', description: 'Exclusive.' })
  readonly until!: string;

  @ApiProperty({ type: 'integer', description: 'So many alerts are raised in an hour.' })
  readonly ceiling!: number;

  @ApiProperty({ type: 'integer' })
  readonly raised!: number;

  @ApiProperty({ type: 'integer', description: 'Wallets for which an alert was held back.' })
  readonly contained!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'A wallet in which two were seen counts under both.',
    example: { FAN_IN: 4_031, PASS_THROUGH: 12 },
  })
  readonly containedByTypology!: Readonly<Record<string, number>>;

  @ApiProperty({ minimum: 0, maximum: 100, description: 'The highest that was held back.' })
  readonly highestRisk!: number;

  @ApiProperty({ type: PackAnswer })
  readonly pack!: PackAnswer;
}

export class StormPageAnswer {
  @ApiProperty({ type: [StormAnswer] })
  readonly items!: readonly AlertStorm[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}
