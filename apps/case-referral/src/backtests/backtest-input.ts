import { ApiPropertyOptional } from '@nestjs/swagger';
import { Equals, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

const VERSION_LENGTH_MAX = 64;
const OFFICERS_MAX = 100_000;
/** The longest instant that is one is half as long; what it is, is checked where it is read. */
const INSTANT_LENGTH_MAX = 64;

/** Which pack is to be tried over the stored transfers, and how it is told. */
export class BacktestInput {
  @ApiPropertyOptional({ description: 'The version of a known rule pack. This, or `learn`.' })
  @IsOptional()
  @IsString()
  @MaxLength(VERSION_LENGTH_MAX)
  readonly pack?: string | null;

  @ApiPropertyOptional({
    enum: [true],
    description:
      'Learn a scorecard from the dispositions of alerts, propose the pack in force with it, and try that.',
  })
  @IsOptional()
  @Equals(true)
  readonly learn?: true | null;

  @ApiPropertyOptional({
    format: 'date-time',
    description:
      'Event time from which alerts count; with `learn`, also those that are learnt from. Left out: from the first on.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(INSTANT_LENGTH_MAX)
  readonly from?: string | null;

  @ApiPropertyOptional({ format: 'date-time', description: 'Event time before which they count.' })
  @IsOptional()
  @IsString()
  @MaxLength(INSTANT_LENGTH_MAX)
  readonly until?: string | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: OFFICERS_MAX,
    description: 'Who share the alerts of a day. Left out: the analysts of this installation.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(OFFICERS_MAX)
  readonly officers?: number | null;
}
