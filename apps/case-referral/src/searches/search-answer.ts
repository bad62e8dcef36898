import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches, ValidateIf } from 'class-validator';
import { IDENTIFIER_TYPES, type IdentifierType } from '#domain';
import { type Purpose, PURPOSES } from '../access/purpose';
import { CaseAnswer } from '../cases/case-answer';
import { OperationAnswer } from '../operations/operation-answer';
import { ID_LENGTH_MAX, PLAIN_TEXT } from '../operations/operation-input';
import { Reason } from '../staff/reason';

const SEARCHED_TYPES = ['wallet', ...IDENTIFIER_TYPES] as const;
const VALUE_LENGTH_MAX = 1_000;

/** A body, not a query: what is looked for must not stand in an address that others write down. */
export class SearchInput {
  @ApiProperty({ enum: SEARCHED_TYPES })
  @IsIn(SEARCHED_TYPES)
  readonly type!: 'wallet' | IdentifierType;

  @ApiProperty({
    description: 'What is looked for, whole, in any spelling.',
    maxLength: VALUE_LENGTH_MAX,
    example: '0300 1234567',
  })
  @IsString()
  @Length(1, VALUE_LENGTH_MAX)
  @Matches(PLAIN_TEXT)
  readonly value!: string;

  @ApiPropertyOptional({
    description: 'Who keeps the wallet. Required where `type` is wallet; says nothing elsewhere.',
    type: String,
    nullable: true,
    maxLength: ID_LENGTH_MAX,
  })
  @ValidateIf(({ type, provider }: SearchInput) => type === 'wallet' || (provider ?? null) !== null)
  @IsString()
  @Length(1, ID_LENGTH_MAX)
  @Matches(PLAIN_TEXT)
  readonly provider?: string | null;

  @ApiProperty({ enum: PURPOSES })
  @IsIn(PURPOSES)
  readonly purpose!: Purpose;

  @Reason()
  readonly reason!: string;
}

export class SearchAnswer {
  @ApiProperty({ type: [OperationAnswer], description: 'Known by it.' })
  readonly operations!: readonly OperationAnswer[];

  @ApiProperty({
    type: [CaseAnswer],
    description: 'That you read, with a transfer that names it; most money still reachable first.',
  })
  readonly cases!: readonly CaseAnswer[];

  @ApiProperty({ description: 'Whether there are more of either, which are not shown.' })
  readonly truncated!: boolean;
}
