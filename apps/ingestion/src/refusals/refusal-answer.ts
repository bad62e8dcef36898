import { ApiProperty } from '@nestjs/swagger';
import { type Told } from '#platform';

/** A row that was refused. */
export class RefusalAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ enum: ['transfers', 'events', 'messages'] })
  readonly list!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Your id of the row, as far as it had one.',
  })
  readonly rowId!: string | null;

  @ApiProperty({ enum: ['INVALID_INPUT', 'CONFLICT'] })
  readonly code!: string;

  @ApiProperty()
  readonly path!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'Your own column, where a mapping names one.',
  })
  readonly column!: string | null;

  @ApiProperty()
  readonly detail!: string;

  @ApiProperty({ format: 'date-time' })
  readonly receivedAt!: string;

  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description: 'When a corrected row was stored in its place.',
  })
  readonly correctedAt!: string | null;

  @ApiProperty({ description: 'Whether anything is stored under its id by now.' })
  readonly isStored!: boolean;
}

/** The same, with the row. */
export class RefusedRowAnswer extends RefusalAnswer {
  @ApiProperty({
    type: 'string',
    nullable: true,
    description: 'The row as it came; null where it was longer than 64 KiB.',
  })
  readonly row!: string | null;
}

export class RefusalPageAnswer {
  @ApiProperty({ type: [RefusalAnswer] })
  readonly items!: Told<RefusalAnswer>[];

  @ApiProperty({ type: 'string', nullable: true })
  readonly next!: string | null;
}
