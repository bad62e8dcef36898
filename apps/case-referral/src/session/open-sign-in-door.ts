import { readFileSync } from 'node:fs';
import { AppError } from '#domain';
import { OidcIssuer, type TokenOf } from '#identity';
import { type CaseReferralConfig } from '../case-referral-config';
import { SignInDoor } from '../staff/sign-in-door';

/**
 * @param tokenOf what an identifier is matched by
 * @throws AppError INVALID_INPUT where the file with the client's secret cannot be read, or is empty
 */
export function openSignInDoor(config: CaseReferralConfig, tokenOf: TokenOf): SignInDoor {
  const { OIDC_ISSUER } = config;
  const issuer =
    OIDC_ISSUER === undefined
      ? null
      : new OidcIssuer({
          issuer: OIDC_ISSUER,
          clientId: config.OIDC_CLIENT_ID,
          clientSecret: readSecret(config.OIDC_CLIENT_SECRET_FILE),
          audience: config.OIDC_AUDIENCE,
          algorithms: config.OIDC_ALGORITHMS.split(','),
          claims: {
            roles: config.OIDC_ROLES_CLAIM,
            unit: config.OIDC_UNIT_CLAIM,
            provider: config.OIDC_PROVIDER_CLAIM,
            own: config.ownClaims,
          },
          scope: config.OIDC_SCOPE,
          tokenOf,
        });
  return new SignInDoor(issuer, config.takesStaffKeys, config.publicUrl);
}

function readSecret(file: string | undefined): string | null {
  if (file === undefined) return null;
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'OIDC_CLIENT_SECRET_FILE cannot be read', [], { cause });
  }
  if (secret === '') throw new AppError('INVALID_INPUT', 'OIDC_CLIENT_SECRET_FILE is empty');
  return secret;
}
