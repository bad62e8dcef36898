import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsString, Length, Matches } from 'class-validator';
import { Reason } from '../staff/reason';
import { REVIEW_OUTCOMES, type ReviewOutcome } from './access.repository';
import { type Purpose, PURPOSES } from './purpose';

const NAME_LENGTH_MAX = 200;
const PLAIN = /^[^\p{Cc}\p{Cs}]+$/u;

/** The name of a person or an office, as an issuer tells it. */
const Name =
  (description: string): PropertyDecorator =>
  (target, property) => {
    ApiProperty({ description, minLength: 1, maxLength: NAME_LENGTH_MAX })(target, property);
    IsString()(target, property);
    Length(1, NAME_LENGTH_MAX)(target, property);
    Matches(PLAIN, { message: '$property must be a name' })(target, property);
  };

export class SealInput {
  @ApiProperty({ description: 'Whether only those who were added read it.' })
  @IsBoolean()
  readonly sealed!: boolean;

  @Reason()
  readonly reason!: string;
}

export class HandOverInput {
  @Name('The office whose case it is from now on.')
  readonly unit!: string;

  @Reason()
  readonly reason!: string;
}

export class MemberInput {
  @Name('Whose sign-in name.')
  readonly staffId!: string;

  @ApiProperty({ description: 'Whether they read the case, wherever they work.' })
  @IsBoolean()
  readonly member!: boolean;

  @Reason()
  readonly reason!: string;
}

export class CaseAccessAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly caseId!: string;

  @ApiProperty({
    type: [String],
    description: 'The offices whose case it is; none: everybody’s who reads cases.',
  })
  readonly units!: readonly string[];

  @ApiProperty()
  readonly sealed!: boolean;

  @ApiProperty({ type: [String] })
  readonly members!: readonly string[];
}

export class BreakGlassInput {
  @ApiProperty({ enum: PURPOSES })
  @IsIn(PURPOSES)
  readonly purpose!: Purpose;

  @Reason()
  readonly reason!: string;
}

export class ReviewInput {
  @ApiProperty({ enum: REVIEW_OUTCOMES })
  @IsIn(REVIEW_OUTCOMES)
  readonly outcome!: ReviewOutcome;

  @Reason()
  readonly reason!: string;
}

export class BrokenGlassAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ format: 'uuid' })
  readonly caseId!: string;

  @ApiProperty()
  readonly staffId!: string;

  @ApiProperty({ enum: PURPOSES })
  readonly purpose!: Purpose;

  @ApiProperty()
  readonly reason!: string;

  @ApiProperty({ format: 'date-time' })
  readonly beganAt!: Date;

  @ApiProperty({ format: 'date-time', description: 'An hour later.' })
  readonly expiresAt!: Date;

  @ApiProperty({ enum: REVIEW_OUTCOMES, nullable: true })
  readonly outcome!: ReviewOutcome | null;

  @ApiProperty({ type: String, nullable: true, description: 'What whoever reviewed it said.' })
  readonly review!: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly reviewedBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly reviewedAt!: Date | null;
}

export class BrokenGlassPageAnswer {
  @ApiProperty({ type: [BrokenGlassAnswer] })
  readonly items!: readonly BrokenGlassAnswer[];

  @ApiProperty({ type: String, nullable: true, description: 'The next page; null at the end.' })
  readonly next!: string | null;
}
