import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { SNAPSHOT_REFUSALS, type SnapshotRefusal } from './snapshot/snapshot-format';
import { type StartedFrom } from './snapshot/snapshots';
import { ScoreLog, SCORING_STATES, type ScoringProgress, type ScoringState } from './score-log';

class RefusedSnapshot {
  @ApiProperty({
    enum: SNAPSHOT_REFUSALS,
    description: 'Why a snapshot was not used; the log of the service tells more.',
  })
  readonly reason!: SnapshotRefusal;
}

class Start implements StartedFrom {
  @ApiProperty({ enum: ['snapshot', 'log'], description: 'What detection was begun with.' })
  readonly kind!: StartedFrom['kind'];

  @ApiProperty({
    description:
      'The entry the snapshot stands at: the log was read again from there. 0: all of it was.',
  })
  readonly position!: number;

  @ApiProperty({
    type: [RefusedSnapshot],
    description: 'Snapshots that were passed over, newest first, ten at most.',
  })
  readonly refused!: readonly RefusedSnapshot[];
}

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

  @ApiProperty({
    type: Start,
    nullable: true,
    description: 'Null before it is known, and in STANDBY.',
  })
  readonly startedFrom!: Start | null;
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
