import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import {
  INDICATOR_TYPES,
  type IndicatorType,
  MODI,
  type Modus,
  OPERATION_KINDS,
  type OperationKind,
} from '#domain';

export const INDICATORS_PER_REQUEST_MAX = 1_000;
export const INDICATORS_PER_OPERATION_MAX = 10_000;

export const ID_LENGTH_MAX = 64;
const NAME_LENGTH_MAX = 200;
const VALUE_LENGTH_MAX = 256;
const INSTANT_LENGTH_MAX = 40;

/** No control characters, and no half of a surrogate pair: neither can be kept in the database. */
export const PLAIN_TEXT = /^[^\u0000-\u001f\u007f\ud800-\udfff]+$/u;
const PLAIN = { message: '$property must hold no control characters' };

/** A mark by which the operation is recognised. */
export class IndicatorInput {
  @ApiProperty({ enum: INDICATOR_TYPES })
  @IsIn(INDICATOR_TYPES)
  readonly type!: IndicatorType;

  @ApiProperty({
    description: 'As it was reported; any usual spelling of a phone number will do.',
    maxLength: VALUE_LENGTH_MAX,
    example: '0300 1234567',
  })
  @IsString()
  @Length(1, VALUE_LENGTH_MAX)
  @Matches(PLAIN_TEXT, PLAIN)
  readonly value!: string;

  @ApiPropertyOptional({
    description: 'Who keeps the wallet. Required where `type` is wallet; says nothing elsewhere.',
    type: String,
    nullable: true,
    maxLength: ID_LENGTH_MAX,
  })
  // Null is left out, here as in a feed.
  @ValidateIf(
    ({ type, provider }: IndicatorInput) => type === 'wallet' || (provider ?? null) !== null,
  )
  @IsString()
  @Length(1, ID_LENGTH_MAX)
  @Matches(PLAIN_TEXT, PLAIN)
  readonly provider?: string | null;

  @ApiProperty({
    description: 'It counts for transfers at or after this instant (RFC 3339 with offset).',
    example: '2026-03-01T00:00:00+05:00',
  })
  @IsString()
  @MaxLength(INSTANT_LENGTH_MAX)
  readonly knownFrom!: string;
}

/** A known operation, or more indicators of one. */
export class OperationInput {
  @ApiPropertyOptional({
    description: "The sender's own id. Left out, the operation is a new one and gets an id.",
    maxLength: ID_LENGTH_MAX,
    example: 'FIA-2026-0117',
  })
  @IsOptional()
  @IsString()
  @Length(1, ID_LENGTH_MAX)
  @Matches(PLAIN_TEXT, PLAIN)
  readonly id?: string;

  @ApiProperty({ maxLength: NAME_LENGTH_MAX, example: 'Gulberg prize calls' })
  @IsString()
  @Length(1, NAME_LENGTH_MAX)
  @Matches(PLAIN_TEXT, PLAIN)
  readonly name!: string;

  @ApiProperty({ enum: OPERATION_KINDS })
  @IsIn(OPERATION_KINDS)
  readonly kind!: OperationKind;

  @ApiProperty({ enum: MODI })
  @IsIn(MODI)
  readonly modus!: Modus;

  @ApiProperty({ type: [IndicatorInput], maxItems: INDICATORS_PER_REQUEST_MAX })
  @IsArray()
  @ArrayMaxSize(INDICATORS_PER_REQUEST_MAX)
  // A list within the list would be looked into, and is no indicator.
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => IndicatorInput)
  readonly indicators!: IndicatorInput[];
}
