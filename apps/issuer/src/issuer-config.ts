import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, IsUrl, Max, Min, MinLength } from 'class-validator';
import { ConfigError, loadConfig } from '#platform';

/** The settings of the local issuer. `npm start` gives them; see `.env.example`. */
export class IssuerConfig {
  @IsString()
  @MinLength(1)
  readonly HOST: string = '127.0.0.1';

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly ISSUER_PORT: number = 3005;

  /** Where browsers reach it: what it calls itself. */
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  readonly ISSUER_URL!: string;

  /** Where browsers reach case-referral, which sends them here. */
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  readonly PUBLIC_URL!: string;

  /** Where `people.json` and `issuer.json` are. */
  @IsString()
  @MinLength(1)
  readonly LAYERWATCH_DATA!: string;

  @IsOptional()
  @IsString()
  readonly NODE_ENV?: string;

  /** `yes`: also in production. */
  @IsOptional()
  @IsString()
  readonly LAYERWATCH_LOCAL_ISSUER?: string;
}

/** @throws ConfigError naming what is missing or wrong; also where production did not ask for demo people */
export function loadIssuerConfig(): IssuerConfig {
  const config = loadConfig(IssuerConfig, process.env);
  if (config.NODE_ENV === 'production' && config.LAYERWATCH_LOCAL_ISSUER !== 'yes') {
    throw new ConfigError(
      'bad configuration: the local issuer signs in demo people and is not for production: set OIDC_ISSUER to yours ' +
        '(or LAYERWATCH_LOCAL_ISSUER=yes, if that is what you want)',
    );
  }
  return config;
}
