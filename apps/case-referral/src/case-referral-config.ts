import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsTimeZone,
  IsUrl,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { IDENTIFIER_TYPES } from '#domain';
import { type ClaimNames, isSafeIssuer } from '#identity';
import { ConfigError, loadConfig, IdentityKeyConfig } from '#platform';

const CLAIM_LENGTH_MAX = 200;
/** What an issuer may sign with: never a shared secret, never nothing. */
const ALGORITHMS =
  /^(RS256|RS384|RS512|PS256|PS384|PS512|ES256|ES384|ES512|EdDSA|Ed25519)(,(RS256|RS384|RS512|PS256|PS384|PS512|ES256|ES384|ES512|EdDSA|Ed25519))*$/;

const OWN_CLAIM = `[^=,]{1,${CLAIM_LENGTH_MAX}}=(${IDENTIFIER_TYPES.join('|')})`;
/** None, or several with commas between: phone_number=msisdn. */
const OWN_CLAIMS = new RegExp(`^(${OWN_CLAIM}(,${OWN_CLAIM}){0,9})?$`);
/** Of RFC 6749, 3.3. */
const SCOPE = /^(?=.*\bopenid\b)[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** Any by their claim: `ClaimName() readonly X`. */
const ClaimName = (): PropertyDecorator => (target, property) => {
  IsString()(target, property);
  MinLength(1)(target, property);
  MaxLength(CLAIM_LENGTH_MAX)(target, property);
};

/** What case-referral is told by its environment. See `.env.example`. */
export class CaseReferralConfig extends IdentityKeyConfig {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly CASE_REFERRAL_PORT: number = 3003;

  /** Where browsers reach this service. Default: this machine, by its port. */
  @IsOptional()
  @IsUrl({ protocols: ['http', 'https'], require_protocol: true, require_tld: false })
  readonly PUBLIC_URL?: string;

  /** The office that cases are opened in. Left out: they are everybody's who reads cases. */
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  readonly CASE_UNIT?: string;

  /** The issuer that staff sign in with, as it names itself. Left out, nobody signs in, and staff act by key. */
  @IsOptional()
  @IsString()
  readonly OIDC_ISSUER?: string;

  @IsString()
  @MinLength(1)
  readonly OIDC_CLIENT_ID: string = 'layerwatch-console';

  /** A file with the client's secret. Left out: a public client, which PKCE alone protects. */
  @IsOptional()
  @IsString()
  readonly OIDC_CLIENT_SECRET_FILE?: string;

  /** What access tokens must be for. */
  @IsString()
  @MinLength(1)
  readonly OIDC_AUDIENCE: string = 'layerwatch';

  /** With commas between: what signatures are taken. */
  @Matches(ALGORITHMS, { message: '$property must name signature algorithms, with commas between' })
  readonly OIDC_ALGORITHMS: string = 'RS256,PS256,ES256,EdDSA';

  @ClaimName()
  readonly OIDC_ROLES_CLAIM: string = 'roles';

  @ClaimName()
  readonly OIDC_UNIT_CLAIM: string = 'unit';

  @ClaimName()
  readonly OIDC_PROVIDER_CLAIM: string = 'provider';

  @Matches(OWN_CLAIMS, {
    message: '$property must name claims, each with what it is (claim=type), with commas between',
  })
  readonly OIDC_OWN_CLAIMS: string = 'phone_number=msisdn';

  @Matches(SCOPE, { message: '$property must be a list of scopes, openid among them' })
  readonly OIDC_SCOPE: string = 'openid';

  /** The Ed25519 key (PEM) that roots of the audit trail are signed with. Left out: none are signed. */
  @IsOptional()
  @IsString()
  readonly AUDIT_KEY_FILE?: string;

  /** Cases, alerts, referrals and persons that one person was shown in an hour, from which on it is an alarm. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly AUDIT_READS_PER_HOUR: number = 500;

  /** The same between ten at night and six in the morning. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly AUDIT_NIGHT_READS_PER_HOUR: number = 20;

  /** Refusals of one person in an hour. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly AUDIT_REFUSALS_PER_HOUR: number = 20;

  /** So often in an hour somebody asked who holds a wallet that the case says nothing of, or searched for what is in no case. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly AUDIT_LOOKS_IN_VAIN_PER_HOUR: number = 5;

  /** Requests of one person in a minute. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000_000)
  readonly REQUESTS_PER_MINUTE_MAX: number = 1_200;

  /** From one address, in a minute: an office may be behind one. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  readonly SIGN_INS_PER_MINUTE_MAX: number = 300;

  /** Dated rules of how long records are kept (docs/access.md). Left out: what comes with the software. */
  @IsOptional()
  @IsString()
  readonly RETENTION_FILE?: string;

  /** The zone whose nights count, by its IANA name. */
  @IsTimeZone()
  readonly AUDIT_TIME_ZONE: string = 'Asia/Karachi';

  /** Whether staff may act by key: where they sign in, each person would be two. */
  @IsOptional()
  @IsIn(['accept', 'refuse'])
  readonly STAFF_KEYS?: 'accept' | 'refuse';

  /** Refused where it is `production` and an issuer is there; accepted otherwise, unless `STAFF_KEYS` says so. */
  @IsOptional()
  @IsString()
  readonly NODE_ENV?: string;

  get port(): number {
    return this.CASE_REFERRAL_PORT;
  }

  get takesStaffKeys(): boolean {
    const { STAFF_KEYS, OIDC_ISSUER, NODE_ENV } = this;
    if (STAFF_KEYS !== undefined) return STAFF_KEYS === 'accept';
    return OIDC_ISSUER === undefined || NODE_ENV !== 'production';
  }

  get ownClaims(): ClaimNames['own'] {
    if (this.OIDC_OWN_CLAIMS === '') return [];
    return this.OIDC_OWN_CLAIMS.split(',').map(
      (named) => named.split('=', 2) as unknown as ClaimNames['own'][number],
    );
  }

  get publicUrl(): string {
    const url = this.PUBLIC_URL ?? `http://127.0.0.1:${this.CASE_REFERRAL_PORT}`;
    return url.replace(/\/+$/, '');
  }
}

/** @throws ConfigError naming what is missing or wrong */
export const loadCaseReferralConfig = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<CaseReferralConfig> => {
  const config = loadConfig(CaseReferralConfig, environment);
  const { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_CLIENT_ID } = config;
  if (OIDC_ISSUER !== undefined && !isSafeIssuer(OIDC_ISSUER)) {
    throw new ConfigError(
      'bad configuration: OIDC_ISSUER: must be an https:// address, or an http:// one of this machine',
    );
  }
  if (OIDC_AUDIENCE === OIDC_CLIENT_ID) {
    throw new ConfigError(
      'bad configuration: OIDC_AUDIENCE: must be another than OIDC_CLIENT_ID, whose tokens only say who signed in',
    );
  }
  return config;
};
