import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';

const REASON_LENGTH_MAX = 1_000;
/** Something is said, lines may break, and there is nothing that the database cannot keep. */
const SAYS_SOMETHING =
  /^(?=[\s\S]*\S)[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]+$/u;

/** Why somebody decided so, for whoever looks at it later. */
export const Reason = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({
      description: 'Why, for whoever looks at it later.',
      minLength: 1,
      maxLength: REASON_LENGTH_MAX,
    }),
    IsString(),
    Length(1, REASON_LENGTH_MAX),
    Matches(SAYS_SOMETHING, { message: '$property must say something, in plain text' }),
  );
