import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

export const PAGE_LIMIT_DEFAULT = 50;
export const PAGE_LIMIT_MAX = 1_000;
const CURSOR_LENGTH_MAX = 200;

/** Which page of a list is wanted. */
export class PageQuery {
  @ApiPropertyOptional({
    description: 'The cursor that the page before gave as `next`. Left out, the list begins.',
    maxLength: CURSOR_LENGTH_MAX,
  })
  @IsOptional()
  @IsString()
  @MaxLength(CURSOR_LENGTH_MAX)
  readonly after?: string;

  @ApiPropertyOptional({
    description: 'Items on a page.',
    type: 'integer',
    minimum: 1,
    maximum: PAGE_LIMIT_MAX,
    default: PAGE_LIMIT_DEFAULT,
  })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(PAGE_LIMIT_MAX)
  readonly limit: number = PAGE_LIMIT_DEFAULT;
}
