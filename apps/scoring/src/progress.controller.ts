import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { ScoreLog, SCORING_STATES, type ScoringProgress, type ScoringState } from './score-log';

class Progress implements ScoringProgress {
  @ApiProperty({ enum: SCORING_STATES, description: 'What scoring is doing.' })
  readonly state!: ScoringState;

  @ApiProperty({ description: 'The last entry of the log whose consequences are committed.' })
  readonly position!: number;

  @ApiProperty({ description: 'The last entry of the log. Equal to position when up to date.' })
  readonly head!: number;

  @ApiProperty({
    type: Number,
    nullable: true,
    description:
      'While REBUILDING: how far detection has come on its way to position. Otherwise null.',
  })
  readonly rebuiltTo!: number | null;
}

@Controller('v1/progress')
export class ProgressController {
  constructor(private readonly scoreLog: ScoreLog) {}

  /** How far the log has been scored. */
  @Get()
  @ApiOkResponse({ type: Progress })
  async progress(): Promise<Progress> {
    return this.scoreLog.progress();
  }
}
