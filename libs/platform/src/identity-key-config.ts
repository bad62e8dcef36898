import { IsString, MinLength, ValidateBy, ValidateIf } from 'class-validator';
import { ServiceConfig } from './service-config';

/** What a service is told that makes identifiers safe: its key, in a file or in the environment, and not in both. */
export abstract class IdentityKeyConfig extends ServiceConfig {
  /** The file with the keys that identifiers are tokenised and sealed with: the same for ingestion and case-referral. */
  @ValidateIf(({ IDENTITY_KEY }: IdentityKeyConfig) => IDENTITY_KEY === undefined)
  @IsString()
  @MinLength(1)
  readonly IDENTITY_KEY_FILE?: string;

  /** What that file would hold. Another key needs another start then. */
  @ValidateIf(({ IDENTITY_KEY }: IdentityKeyConfig) => IDENTITY_KEY !== undefined)
  @ValidateBy(
    {
      name: 'isOnlyKey',
      validator: {
        validate: (_, about) =>
          (about?.object as IdentityKeyConfig).IDENTITY_KEY_FILE === undefined,
      },
    },
    { message: 'set $property or IDENTITY_KEY_FILE, not both' },
  )
  readonly IDENTITY_KEY?: string;
}
