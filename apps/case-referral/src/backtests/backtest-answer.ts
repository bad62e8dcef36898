import { ApiProperty } from '@nestjs/swagger';
import { BACKTEST_STATUSES, type BacktestReport, type BacktestStatus } from '#contracts';

/** A run of a rule pack over the stored transfers, beside the pack in force. */
export class BacktestAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ description: 'The pack that was in force as it was asked for.' })
  readonly present!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The pack beside it; null until it has been learnt. A learnt pack is proposed.',
  })
  readonly candidate!: string | null;

  @ApiProperty({ description: 'Whether the candidate is learnt from dispositions first.' })
  readonly learns!: boolean;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  readonly from!: string | null;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  readonly until!: string | null;

  @ApiProperty({ type: 'integer' })
  readonly officers!: number;

  @ApiProperty({ enum: BACKTEST_STATUSES })
  readonly status!: BacktestStatus;

  @ApiProperty()
  readonly requestedBy!: string;

  @ApiProperty({ format: 'date-time' })
  readonly requestedAt!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What is being run; null before and after.',
  })
  readonly stage!: string | null;

  @ApiProperty({ type: 'integer', description: 'Entries of the log that the stage has gone over.' })
  readonly entriesDone!: number;

  @ApiProperty({ format: 'date-time', type: String, nullable: true })
  readonly endedAt!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it failed; null where it did not.',
  })
  readonly failure!: string | null;
}

export class BacktestPageAnswer {
  @ApiProperty({ type: [BacktestAnswer] })
  readonly items!: BacktestAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}

/** One backtest, and what came of it. */
export class BacktestDetailAnswer extends BacktestAnswer {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Null until it is done. docs/rule-packs.md says what its figures mean.',
  })
  readonly report!: BacktestReport | null;
}
