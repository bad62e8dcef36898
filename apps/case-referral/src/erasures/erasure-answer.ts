import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length } from 'class-validator';
import { IDENTIFIER_TYPES, type IdentifierType } from '#domain';
import { Reason } from '../staff/reason';

const VALUE_LENGTH_MAX = 1_000;

export class ErasureInput {
  @ApiProperty({ enum: IDENTIFIER_TYPES })
  @IsIn(IDENTIFIER_TYPES)
  readonly type!: IdentifierType;

  @ApiProperty({
    description: 'What is to be forgotten, in any spelling.',
    maxLength: VALUE_LENGTH_MAX,
  })
  @IsString()
  @Length(1, VALUE_LENGTH_MAX)
  readonly value!: string;

  @Reason()
  readonly reason!: string;
}

export class ErasureAnswer {
  @ApiProperty({ format: 'uuid' })
  readonly id!: string;

  @ApiProperty({ enum: ['PROPOSED', 'ERASED'] })
  readonly status!: 'PROPOSED' | 'ERASED';

  @ApiProperty({
    description: 'What it is matched by. It says nothing of what it was once that is erased.',
  })
  readonly token!: string;

  @ApiProperty({ enum: IDENTIFIER_TYPES })
  readonly type!: IdentifierType;

  @ApiProperty()
  readonly reason!: string;

  @ApiProperty()
  readonly proposedBy!: string;

  @ApiProperty({ format: 'date-time' })
  readonly proposedAt!: string;

  @ApiProperty({ type: String, nullable: true })
  readonly approvedBy!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  readonly approvedAt!: string | null;
}
