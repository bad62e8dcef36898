import { ApiProperty } from '@nestjs/swagger';
import { type Told } from '#platform';

/** What somebody decided about detection. */
export class DecisionAnswer {
  @ApiProperty({
    type: 'integer',
    description:
      'The place in the log at which detection applies it, and a replay applies it again.',
  })
  readonly position!: number;

  @ApiProperty()
  readonly reason!: string;

  @ApiProperty({ description: 'Who decided it.' })
  readonly decidedBy!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was decided, by our clock.' })
  readonly decidedAt!: string;
}

/** A decision as it is stored. */
export interface DecisionRow {
  readonly position: number;
  readonly reason: string;
  readonly decided_by: string;
  readonly decided_at: Date;
}

export const toDecision = (row: DecisionRow): Told<DecisionAnswer> => ({
  position: row.position,
  reason: row.reason,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at.toISOString(),
});
