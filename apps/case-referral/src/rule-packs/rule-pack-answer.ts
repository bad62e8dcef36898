import { ApiProperty } from '@nestjs/swagger';
import { ACTIVATION_MODES, type ActivationMode } from '#contracts';
import { DecisionAnswer } from '../staff/decision-answer';

/**
 * PROPOSED: alerts were never judged by it. ACTIVE: they are. SHADOW: it judges beside the active one, without effect.
 * RETIRED: it was active.
 */
export const RULE_PACK_STATUSES = ['PROPOSED', 'ACTIVE', 'SHADOW', 'RETIRED'] as const;
export type RulePackStatus = (typeof RULE_PACK_STATUSES)[number];

/** A rule pack as the list shows it. */
export class RulePackAnswer {
  @ApiProperty({ example: '2026.11-2' })
  readonly version!: string;

  @ApiProperty({ description: 'SHA-256 of its canonical form (RFC 8785). Alerts name it.' })
  readonly hash!: string;

  @ApiProperty({ enum: RULE_PACK_STATUSES })
  readonly status!: RulePackStatus;

  @ApiProperty({ description: 'Who proposed it; `layerwatch` for the one that comes with it.' })
  readonly proposedBy!: string;

  @ApiProperty({ format: 'date-time' })
  readonly proposedAt!: string;
}

export class RulePackPageAnswer {
  @ApiProperty({ type: [RulePackAnswer] })
  readonly items!: RulePackAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}

/** A pack was put in force, or beside the one in force, or taken from there. */
export class ActivationAnswer extends DecisionAnswer {
  @ApiProperty()
  readonly version!: string;

  @ApiProperty({ enum: ACTIVATION_MODES })
  readonly mode!: ActivationMode;

  @ApiProperty({ description: 'Whether detection has come to it and goes by it.' })
  readonly applied!: boolean;

  @ApiProperty({
    format: 'date-time',
    type: String,
    nullable: true,
    description: 'What time it was in the feed then; null before, and before the first transfer.',
  })
  readonly appliedAsOf!: string | null;
}

/** One rule pack, whole. */
export class RulePackDetailAnswer extends RulePackAnswer {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'As `GET /v1/rule-packs/schema` describes it.',
  })
  readonly document!: Record<string, unknown>;

  @ApiProperty({ type: [ActivationAnswer], description: 'The last hundred, newest first.' })
  readonly activations!: ActivationAnswer[];
}
