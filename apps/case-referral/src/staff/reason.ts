import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length, Matches, ValidateBy } from 'class-validator';

const REASON_LENGTH_MAX = 1_000;
/** Something is said, lines may break, and there is nothing that the database cannot keep. */
const SAYS_SOMETHING =
  /^(?=[\s\S]*\S)[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]+$/u;

/**
 * A number of a person's: ten digits or more (a mobile number, a national id, an account), however they are parted, or an IBAN. What is
 * said is kept for good, and a person's number must not be.
 */
const NUMBER_OF_A_PERSON =
  /(?<![\da-f-])(?:\d[\s().-]?){10,}(?![\da-f])|\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b/i;

/** A text that is kept in the trail as it is. */
export const NamesNobody = (): PropertyDecorator =>
  ValidateBy(
    {
      name: 'namesNobody',
      validator: { validate: (text) => typeof text === 'string' && !NUMBER_OF_A_PERSON.test(text) },
    },
    {
      message:
        '$property is kept as it is, and must hold no number of a person: name the case instead',
    },
  );

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
    NamesNobody(),
  );
