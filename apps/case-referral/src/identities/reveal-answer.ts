import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { IDENTIFIER_TYPES, type IdentifierType } from '#domain';
import { type Purpose, PURPOSES } from '../access/purpose';
import { Reason } from '../staff/reason';

const ID_LENGTH_MAX = 64;
const PLAIN = /^[^\p{Cc}\p{Cs}]+$/u;

export class RevealInput {
  @ApiProperty({ description: 'The wallet’s provider.', maxLength: ID_LENGTH_MAX })
  @IsString()
  @Length(1, ID_LENGTH_MAX)
  @Matches(PLAIN)
  readonly provider!: string;

  @ApiProperty({ maxLength: ID_LENGTH_MAX })
  @IsString()
  @Length(1, ID_LENGTH_MAX)
  @Matches(PLAIN)
  readonly walletId!: string;

  @ApiProperty({ enum: PURPOSES })
  @IsIn(PURPOSES)
  readonly purpose!: Purpose;

  @Reason()
  readonly reason!: string;
}

class RevealedIdentityAnswer {
  @ApiProperty({ enum: IDENTIFIER_TYPES })
  readonly type!: IdentifierType;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'As the provider reported it; null where it was erased.',
  })
  readonly value!: string | null;
}

export class RevealedAnswer {
  @ApiProperty({ type: [RevealedIdentityAnswer] })
  readonly identities!: readonly RevealedIdentityAnswer[];

  @ApiProperty({ description: 'Whether there are more, which are not shown.' })
  readonly truncated!: boolean;
}
