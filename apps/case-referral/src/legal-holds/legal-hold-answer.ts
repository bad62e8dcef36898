import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { IDENTIFIER_TYPES, type IdentifierType } from '#domain';
import { PLAIN_TEXT } from '../operations/operation-input';
import { NamesNobody, Reason } from '../staff/reason';

const VALUE_LENGTH_MAX = 1_000;
const AUTHORITY_LENGTH_MAX = 200;

/** Of whatever a case names. */
export class CaseHoldInput {
  @ApiProperty({
    description: 'Who wants it held, and by which order.',
    example: 'Sessions Court Lahore, order 1187 of 2026',
    maxLength: AUTHORITY_LENGTH_MAX,
  })
  @IsString()
  @Length(1, AUTHORITY_LENGTH_MAX)
  @Matches(PLAIN_TEXT, { message: '$property must hold no control characters' })
  @NamesNobody()
  readonly authority!: string;

  @Reason()
  readonly reason!: string;
}

/** Of one identity, also one that nobody has reported yet. */
export class LegalHoldInput extends CaseHoldInput {
  @ApiProperty({ enum: IDENTIFIER_TYPES })
  @IsIn(IDENTIFIER_TYPES)
  readonly type!: IdentifierType;

  @ApiProperty({ description: 'Who is held, in any spelling.', maxLength: VALUE_LENGTH_MAX })
  @IsString()
  @Length(1, VALUE_LENGTH_MAX)
  @Matches(PLAIN_TEXT)
  readonly value!: string;
}

export class LegalHoldReleaseInput {
  @Reason()
  readonly reason!: string;
}

export class LegalHoldAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ enum: ['HELD', 'RELEASE_PROPOSED', 'RELEASED'] })
  readonly status!: 'HELD' | 'RELEASE_PROPOSED' | 'RELEASED';

  @ApiProperty({ type: String, nullable: true, description: 'What an identity is matched by.' })
  readonly token!: string | null;

  @ApiProperty({ enum: IDENTIFIER_TYPES, nullable: true })
  readonly type!: IdentifierType | null;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  readonly caseId!: string | null;

  @ApiProperty()
  readonly authority!: string;

  @ApiProperty()
  readonly reason!: string;

  @ApiProperty()
  readonly placedBy!: string;

  @ApiProperty({ format: 'date-time' })
  readonly placedAt!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly releaseReason!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly releaseProposedBy!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly releasedBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly releasedAt!: string | null;
}

export class LegalHoldPageAnswer {
  @ApiProperty({ type: [LegalHoldAnswer] })
  readonly items!: readonly LegalHoldAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}
