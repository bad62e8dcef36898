import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiProperty } from '@nestjs/swagger';
import { type AlertStorm, TYPOLOGY_NAMES, type TypologyName } from '#contracts';
import { type JudgingNow } from './judging';
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

class Pack {
  @ApiProperty({ example: '2026.11-2' })
  readonly version!: string;

  @ApiProperty()
  readonly hash!: string;
}

class Storm implements AlertStorm {
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
  })
  readonly containedByTypology!: Readonly<Record<string, number>>;

  @ApiProperty({ minimum: 0, maximum: 100 })
  readonly highestRisk!: number;

  @ApiProperty({ type: Pack })
  readonly pack!: Pack;
}

class Judges implements JudgingNow {
  @ApiProperty({ type: Pack, description: 'The rule pack that alerts are judged by.' })
  readonly pack!: Pack;

  @ApiProperty({
    type: Pack,
    nullable: true,
    description: 'The pack that judges beside it, without effect; null where none does.',
  })
  readonly shadow!: Pack | null;

  @ApiProperty({
    enum: TYPOLOGY_NAMES,
    isArray: true,
    description: 'Typologies that are off: switched off, or not in the pack.',
  })
  readonly typologiesOff!: readonly TypologyName[];

  @ApiProperty({
    type: Storm,
    nullable: true,
    description: 'Alerts held back in the hour of the feed; null where none were.',
  })
  readonly storm!: Storm | null;
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

  @ApiProperty({
    type: Judges,
    nullable: true,
    description:
      'By what alerts are judged, as of `position`. Null before it is known, and in STANDBY.',
  })
  readonly judging!: Judges | null;
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
