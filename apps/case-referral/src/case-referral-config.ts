import { Type } from 'class-transformer';
import { IsInt, IsString, Max, Min, MinLength } from 'class-validator';
import { loadConfig, ServiceConfig } from '#platform';

/** What case-referral is told by its environment. See `.env.example`. */
export class CaseReferralConfig extends ServiceConfig {
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65_535)
  readonly CASE_REFERRAL_PORT: number = 3003;

  /** The file with the key that identifiers are tokenised and sealed with: the same as ingestion's. */
  @IsString()
  @MinLength(1)
  readonly IDENTITY_KEY_FILE!: string;

  get port(): number {
    return this.CASE_REFERRAL_PORT;
  }
}

/** @throws ConfigError naming what is missing or wrong */
export const loadCaseReferralConfig = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<CaseReferralConfig> => loadConfig(CaseReferralConfig, environment);
