import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { DISPOSITION_OUTCOMES, type DispositionOutcome } from '#contracts';
import { DecisionAnswer } from '../staff/decision-answer';
import { Reason } from '../staff/reason';

/** What was found of an alert. */
export class DispositionInput {
  @ApiProperty({ enum: DISPOSITION_OUTCOMES })
  @IsIn(DISPOSITION_OUTCOMES)
  readonly outcome!: DispositionOutcome;

  @Reason()
  readonly reason!: string;
}

export class DispositionAnswer extends DecisionAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly alertId!: string;

  @ApiProperty({ enum: DISPOSITION_OUTCOMES })
  readonly outcome!: DispositionOutcome;
}
