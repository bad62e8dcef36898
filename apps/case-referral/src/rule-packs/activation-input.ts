import { ApiProperty } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { ACTIVATION_MODES, type ActivationMode } from '#contracts';
import { Reason } from '../staff/reason';

/** What is to become of a rule pack. */
export class ActivationInput {
  @ApiProperty({
    enum: ACTIVATION_MODES,
    description:
      'ACTIVE: alerts are judged by it from here on. SHADOW: it judges beside the active one, without effect. WITHDRAWN: ' +
      'it is no longer the shadow.',
  })
  @IsIn(ACTIVATION_MODES)
  readonly mode!: ActivationMode;

  @Reason()
  readonly reason!: string;
}
