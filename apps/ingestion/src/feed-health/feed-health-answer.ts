import { ApiProperty } from '@nestjs/swagger';
import { type Told } from '#platform';

const COUNTED = 'By our clock; counts of the last seconds may still be missing.';

/** Rows by what became of them. */
export class FeedCounts {
  @ApiProperty({ type: 'integer' })
  readonly accepted!: number;

  @ApiProperty({ type: 'integer' })
  readonly duplicates!: number;

  @ApiProperty({ type: 'integer' })
  readonly rejected!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Accepted, and over an hour behind the clock of your feed.',
  })
  readonly late!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Accepted, and over an hour ahead of the clock of your feed.',
  })
  readonly future!: number;
}

export class FeedLag {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'Half of the rows of the last day were stored within so many seconds of what they tell of; rounded up to a power of two.',
  })
  readonly eventToStoredP50Seconds!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Nineteen of twenty were. 32768: or later.',
  })
  readonly eventToStoredP95Seconds!: number | null;

  @ApiProperty({
    type: 'integer',
    description: 'By which detection is behind what is stored, of all providers.',
  })
  readonly storedToScoredSeconds!: number;
}

export class FeedSequence {
  @ApiProperty({ type: 'integer' })
  readonly highest!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Numbers between the lowest and the highest that never came.',
  })
  readonly missing!: number;

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
    description: 'The lowest hundred gaps: the first and the last number of each.',
  })
  readonly gaps!: readonly (readonly [from: number, to: number])[];

  @ApiProperty({ type: 'integer', description: 'Gaps that were too many to keep.' })
  readonly givenUp!: number;
}

export class FeedSilence {
  @ApiProperty({ type: 'integer', description: 'Since anything came.' })
  readonly sinceSeconds!: number;

  @ApiProperty({
    type: 'number',
    nullable: true,
    description:
      'Rows that usually come in that time, at these hours of the day; null in the first days.',
  })
  readonly expectedRows!: number | null;

  @ApiProperty({ description: 'At least ten rows should have come.' })
  readonly isSilent!: boolean;
}

/** How a provider's own feed is. */
export class FeedHealthAnswer {
  @ApiProperty()
  readonly provider!: string;

  @ApiProperty({ type: FeedCounts, description: `Of this hour and the one before. ${COUNTED}` })
  readonly lastHours!: Told<FeedCounts>;

  @ApiProperty({ type: FeedCounts, description: `Of the last twenty-four hours. ${COUNTED}` })
  readonly lastDay!: Told<FeedCounts>;

  @ApiProperty({ type: FeedLag })
  readonly lag!: Told<FeedLag>;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'What time it is in your feed.',
  })
  readonly feedClock!: string | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description:
      'By which that is behind our clock when anything came last; below 0 where it is ahead.',
  })
  readonly skewSeconds!: number | null;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'When anything came last, by our clock.',
  })
  readonly receivedAt!: string | null;

  @ApiProperty({
    type: FeedSequence,
    nullable: true,
    description: 'Null where your rows have no `sequence`.',
  })
  readonly sequence!: Told<FeedSequence> | null;

  @ApiProperty({
    type: FeedSilence,
    nullable: true,
    description: 'Null where nothing came in the last weeks.',
  })
  readonly silence!: Told<FeedSilence> | null;

  @ApiProperty({
    type: 'integer',
    description: 'Payments that wait for their status (`/v1/feed/unconfirmed`).',
  })
  readonly unconfirmed!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Payments of which the other provider tells otherwise (`/v1/feed/mismatches`).',
  })
  readonly mismatches!: number;
}

export class StatementLineAnswer {
  @ApiProperty()
  readonly type!: string;

  @ApiProperty()
  readonly currency!: string;

  @ApiProperty({
    description: 'A transfer that was pending and then settled is counted under both.',
  })
  readonly status!: string;

  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  @ApiProperty({ description: 'A decimal, as amounts are sent.', example: '84500.50' })
  readonly sum!: string;
}

/** What a provider has told of one day. */
export class StatementAnswer {
  @ApiProperty()
  readonly provider!: string;

  @ApiProperty({ example: '2026-11-30' })
  readonly day!: string;

  @ApiProperty({ example: 'Asia/Karachi' })
  readonly timeZone!: string;

  @ApiProperty({
    description: 'Whether all that is stored is in it. It may be asked for again at any time.',
  })
  readonly isComplete!: boolean;

  @ApiProperty({ type: [StatementLineAnswer] })
  readonly lines!: Told<StatementLineAnswer>[];
}
