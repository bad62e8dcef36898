import { ApiProperty } from '@nestjs/swagger';
import { CaseMoneyAnswer } from '../cases/case-answer';

/** All of it in a few figures. */
export class OverviewAnswer {
  @ApiProperty({ type: 'integer' })
  readonly alerts!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'An alert of two typologies counts under both.',
    example: { FAN_IN: 4, PASS_THROUGH: 11 },
  })
  readonly alertsByTypology!: Readonly<Record<string, number>>;

  @ApiProperty({ type: 'integer', description: 'Those that go on; merged ones count once.' })
  readonly cases!: number;

  @ApiProperty({ type: 'integer', description: 'Linked to a known operation.' })
  readonly casesWithOperation!: number;

  @ApiProperty({
    type: [CaseMoneyAnswer],
    description: 'Over all cases. A transfer lies in one case, so no money counts twice.',
  })
  readonly money!: readonly CaseMoneyAnswer[];

  @ApiProperty({
    type: 'integer',
    description: 'Places in scoring’s outbox that were not read yet; 0 when up to date.',
  })
  readonly eventsBehind!: number;

  @ApiProperty({
    type: 'integer',
    description:
      'Cases of which something was told that the list does not show yet; 0 when up to date. One case by its id is always current.',
  })
  readonly casesBehind!: number;
}
