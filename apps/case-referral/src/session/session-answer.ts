import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches, MaxLength } from 'class-validator';
import { type Act, ACTS, STAFF_ROLES, type StaffRole } from '#identity';

const PATH_LENGTH_MAX = 2_000;
/** A path of ours: what begins with two slashes, or a slash and a backslash, is another host to a browser. */
const OWN_PATH = /^\/(?![/\\])[\x21-\x7e]*$/;

export class SignInQuery {
  @ApiPropertyOptional({
    description: 'The path here to come back to.',
    default: '/',
    maxLength: PATH_LENGTH_MAX,
  })
  @IsOptional()
  @MaxLength(PATH_LENGTH_MAX)
  @Matches(OWN_PATH, { message: '$property must be a path of this service' })
  readonly returnTo: string = '/';
}

/** Who is signed in. */
export class SessionAnswer {
  @ApiProperty({ description: 'As the audit trail names them.' })
  readonly id!: string;

  @ApiProperty({ enum: STAFF_ROLES, isArray: true })
  readonly roles!: readonly StaffRole[];

  @ApiProperty({ type: String, nullable: true, description: 'The office whose cases are theirs.' })
  readonly unit!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of a compliance officer, the wallet provider.',
  })
  readonly provider!: string | null;

  @ApiProperty({ enum: ACTS, isArray: true, description: 'What they may do.' })
  readonly may!: readonly Act[];

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'Of a browser’s session: to be sent as `x-csrf-token` with everything that is not a GET. Null where a token or a key was sent.',
  })
  readonly csrfToken!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Of a browser’s session: it ends then, or after half an hour without a request.',
  })
  readonly expiresAt!: string | null;
}

export class SignedOutAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Where a browser goes to sign out at the issuer too.',
  })
  readonly signOutUrl!: string | null;
}
