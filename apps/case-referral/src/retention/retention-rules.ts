import { plainToInstance } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsIn,
  IsInt,
  IsISO8601,
  Length,
  Max,
  Min,
  ValidateNested,
  validateSync,
  type ValidationError,
} from 'class-validator';
import { readFileSync } from 'node:fs';
import {
  AppError,
  LEGAL_CONFIDENCES,
  type LegalConfidence,
  RETENTION_RULES,
  RETENTION_YEARS_MIN,
  type RetentionRule,
} from '#domain';

const YEARS_MAX = 100;
const RULES_MAX = 100;
const SOURCE_LENGTH_MAX = 500;
const DAY_LENGTH = 10;

class RuleInput implements RetentionRule {
  @IsISO8601({ strict: true })
  @Length(DAY_LENGTH, DAY_LENGTH)
  readonly from!: string;

  @IsInt()
  @Min(RETENTION_YEARS_MIN)
  @Max(YEARS_MAX)
  readonly years!: number;

  @Length(1, SOURCE_LENGTH_MAX)
  readonly source!: string;

  @IsIn(LEGAL_CONFIDENCES)
  readonly confidence!: LegalConfidence;
}

class RulesInput {
  @ArrayMinSize(1)
  @ArrayMaxSize(RULES_MAX)
  @ArrayUnique(({ from }: RuleInput) => from, { message: 'each day may begin one rule' })
  @ValidateNested({ each: true })
  readonly rules!: RuleInput[];
}

/** What is wrong, each with where it stands. */
const reasonsOf = (errors: readonly ValidationError[], at = ''): string[] =>
  errors.flatMap(({ property, constraints, children }) => [
    ...Object.values(constraints ?? {}).map((reason) => `${at}${property}: ${reason}`),
    ...reasonsOf(children ?? [], `${at}${property}/`),
  ]);

/**
 * The dated rules of how long records are kept: a JSON list of `{from, years, source, confidence}`.
 *
 * @param file undefined: what comes with the software
 * @throws AppError INVALID_INPUT naming everything that is wrong with it
 */
export function readRetentionRules(file: string | undefined): readonly RetentionRule[] {
  if (file === undefined) return RETENTION_RULES;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'RETENTION_FILE cannot be read as JSON', [], { cause });
  }
  const rules = Array.isArray(content) ? plainToInstance(RuleInput, content as object[]) : content;
  const input = Object.assign(new RulesInput(), { rules });
  const errors = validateSync(input, { whitelist: true, forbidNonWhitelisted: true });
  if (errors.length > 0) {
    throw new AppError('INVALID_INPUT', `RETENTION_FILE: ${reasonsOf(errors).join('; ')}`);
  }
  return input.rules;
}
