import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { join, resolve } from 'node:path';
import { ConfigError, loadConfig, LOG_LEVELS } from '#platform';
import { PACKAGE_ROOT } from './package-root';

const PORT_MAX = 65_535;

/** The settings of `npm start`. See `.env.example`. */
export class StandaloneConfig {
  /** The data folder: keys, logs and, unless DATABASE_URL is set, the database. */
  @IsString()
  @MinLength(1)
  @MaxLength(4_000)
  readonly LAYERWATCH_DATA: string = join(PACKAGE_ROOT, '.layerwatch');

  /** A server of the operator's own; where it is not set, PostgreSQL is started too. */
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, { message: 'must be a postgres:// address' })
  readonly DATABASE_URL?: string;

  /** Where the services listen; loopback unless widened. */
  @IsString()
  @MinLength(1)
  readonly HOST: string = '127.0.0.1';

  /** 0, here and below: any free port; `READY` says which. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  readonly INGESTION_PORT: number = 3001;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  readonly SCORING_PORT: number = 3002;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  readonly CASE_REFERRAL_PORT: number = 3003;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  readonly BACKTEST_PORT: number = 3004;

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  readonly ISSUER_PORT: number = 3005;

  /** The operator's own issuer; where it is not set, a local one with demo people is started too. */
  @IsOptional()
  @IsString()
  readonly OIDC_ISSUER?: string;

  /** Whether the local issuer is started: not in production, unless asked for. */
  @IsOptional()
  @IsIn(['yes', 'no'])
  readonly LAYERWATCH_LOCAL_ISSUER?: 'yes' | 'no';

  @IsOptional()
  @IsString()
  readonly NODE_ENV?: string;

  /** The office that cases are opened in: the demo people's, where the local issuer runs and nothing else is said. */
  @IsOptional()
  @IsString()
  readonly CASE_UNIT?: string;

  /** Where browsers reach case-referral; this machine unless set. */
  @IsOptional()
  @IsString()
  readonly PUBLIC_URL?: string;

  /** Where scoring keeps snapshots of its state; in the data folder unless set. */
  @IsOptional()
  @IsString()
  @MaxLength(4_000)
  readonly SCORING_SNAPSHOT_DIR?: string;

  /** Of the services' log files. */
  @IsIn(LOG_LEVELS)
  readonly LOG_LEVEL: (typeof LOG_LEVELS)[number] = 'warn';

  get hasLocalIssuer(): boolean {
    return this.OIDC_ISSUER === undefined && this.LAYERWATCH_LOCAL_ISSUER !== 'no';
  }

  get dataFolder(): string {
    return resolve(this.LAYERWATCH_DATA);
  }
}

/** @throws ConfigError naming what is wrong; also where production would get demo people that nobody asked for */
export function loadStandaloneConfig(): StandaloneConfig {
  const config = loadConfig(StandaloneConfig, process.env);
  const isAskedFor = config.LAYERWATCH_LOCAL_ISSUER === 'yes';
  if (config.hasLocalIssuer && config.NODE_ENV === 'production' && !isAskedFor) {
    throw new ConfigError(
      'bad configuration: NODE_ENV is production, and the local issuer signs in demo people: set OIDC_ISSUER to yours, or ' +
        'LAYERWATCH_LOCAL_ISSUER to no (staff act by key) or to yes (if demo people are what you want)',
    );
  }
  return config;
}

/** What a program of ours is given: the operator's environment, so that its own settings reach it, and what we decided. */
export const childEnvironment = (decided: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...decided,
});
