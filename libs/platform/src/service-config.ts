import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min, MinLength } from 'class-validator';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** What every service is told by its environment. */
export abstract class ServiceConfig {
  /** Where it listens; loopback unless widened. */
  @IsString()
  @MinLength(1)
  readonly HOST: string = '127.0.0.1';

  @Matches(/^postgres(ql)?:\/\//, { message: 'must be a postgres:// address' })
  readonly DATABASE_URL!: string;

  /** Connections to the database at once. */
  @Type(() => Number)
  @IsInt()
  @Min(2)
  @Max(100)
  readonly DATABASE_CONNECTIONS_MAX: number = 8;

  @Type(() => Number)
  @IsInt()
  @Min(100)
  @Max(600_000)
  readonly DATABASE_STATEMENT_TIMEOUT_MS: number = 30_000;

  @IsOptional()
  @IsIn(LOG_LEVELS)
  readonly LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'info';

  /** Where the service listens; each has a variable of its own for it. */
  abstract get port(): number;
}
