import 'reflect-metadata';
import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { isIP } from 'node:net';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Whether a text names addresses or networks, with commas between: 10.0.0.0/8,fd00::/8 */
export const areNetworks = (text: unknown): boolean =>
  typeof text === 'string' &&
  text.split(',').every((network) => {
    const [address = '', bits = '0', ...more] = network.split('/');
    const version = isIP(address);
    return (
      version > 0 &&
      more.length === 0 &&
      /^\d{1,3}$/.test(bits) &&
      Number(bits) <= (version === 4 ? 32 : 128)
    );
  });
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

  /** Addresses (CIDR, commas between) whose word is taken for whom they pass requests on for: an ingress. Left out: nobody's. */
  @IsOptional()
  @ValidateBy(
    { name: 'areNetworks', validator: { validate: areNetworks } },
    { message: '$property must be addresses or networks, with commas between' },
  )
  readonly TRUSTED_PROXIES?: string;

  /** Where the service listens; each has a variable of its own for it. */
  abstract get port(): number;
}
