import { ApiProperty } from '@nestjs/swagger';
import { REFERRAL_STATUSES, type ReferralStatus } from '#domain';
import { type Dossier } from './dossier';

/** A referral without its dossier. */
export class ReferralSummaryAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ enum: REFERRAL_STATUSES })
  readonly status!: ReferralStatus;

  @ApiProperty({
    description: 'SHA-256, lower-case hex, over the canonical form (RFC 8785) of the dossier.',
    example: 'c0535e4be2b79ffd93291305436bf889314e4a3faec05ecffcbb7df31ad9e51a',
  })
  readonly sha256!: string;

  @ApiProperty({ description: 'Who proposed it.' })
  readonly proposedBy!: string;

  @ApiProperty({ format: 'date-time' })
  readonly proposedAt!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who approved it: another person.' })
  readonly approvedBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly approvedAt!: string | null;
}

/** A referral with its dossier. */
export class ReferralAnswer extends ReferralSummaryAnswer {
  @ApiProperty({ format: 'uuid', description: 'The case it refers, under its present id.' })
  readonly caseId!: string;

  @ApiProperty({
    description:
      'The case says something else now than the dossier does. The dossier stays as it was proposed.',
  })
  readonly caseChangedSince!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description:
      'Everything the referral relies on: header, grounds, narrative, subjects, the complete transfer schedule with totals ' +
      'that reconcile, fund flow by layer, linkage to operations, signals, data gaps, integrity.',
  })
  readonly dossier!: Dossier;
}
