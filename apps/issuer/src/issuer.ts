import { type JWK } from 'jose';
import { type Configuration, Provider } from 'oidc-provider';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '#domain';
import { ISSUER_FILE } from '#identity';
import { CONSOLE_CLIENT, TOKEN_CLIENT, TOKEN_REDIRECT } from './clients';
import { type People } from './people';

/** What the console and programs ask for; what an access token is for. */
const AUDIENCE = 'layerwatch';
const RESOURCE = 'urn:layerwatch';
const ALGORITHM = 'ES256';

const TOKEN_SECONDS = 15 * 60;
const SIGN_IN_SECONDS = 10 * 60;
/** Signing out at the console ends it sooner. */
const SESSION_SECONDS = 8 * 3_600;

interface IssuerSecrets {
  /** ES256, private. */
  readonly signingKey: JWK;
  /** What cookies are signed with. */
  readonly cookieSecret: string;
}

/** @throws AppError INVALID_INPUT where the file is missing, or is none */
export function readSecrets(folder: string): IssuerSecrets {
  try {
    return JSON.parse(readFileSync(join(folder, ISSUER_FILE), 'utf8')) as IssuerSecrets;
  } catch (cause) {
    throw new AppError('INVALID_INPUT', `${ISSUER_FILE} cannot be read`, [], { cause });
  }
}

/** Its own tables are in memory: a start signs everybody out here, and the services' own sessions go on. */
export function createIssuer(
  { issuerUrl, consoleUrl }: { readonly issuerUrl: string; readonly consoleUrl: string },
  people: People,
  { signingKey, cookieSecret }: IssuerSecrets,
): Provider {
  const claimsOf = (login: string): Record<string, unknown> => {
    const { roles = [], unit = null, provider = null } = people.find(login) ?? {};
    return { roles, unit, provider };
  };
  const client = {
    token_endpoint_auth_method: 'none',
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: ALGORITHM,
  } as const;
  const configuration: Configuration = {
    jwks: { keys: [{ ...signingKey, alg: ALGORITHM, use: 'sig' }] },
    clients: [
      {
        ...client,
        client_id: CONSOLE_CLIENT,
        redirect_uris: [`${consoleUrl}/v1/session/callback`],
        post_logout_redirect_uris: [`${consoleUrl}/`],
      },
      {
        ...client,
        // Not a native one, as which it would ask for consent each time.
        client_id: TOKEN_CLIENT,
        redirect_uris: [TOKEN_REDIRECT],
      },
    ],
    responseTypes: ['code'],
    pkce: { required: () => true },
    cookies: { keys: [cookieSecret] },
    claims: { openid: ['sub', 'roles', 'unit', 'provider'] },
    scopes: ['openid'],
    // Everything in the ID token: there is nothing more to ask for.
    conformIdTokenClaims: false,
    extraTokenClaims: (_, token) =>
      'accountId' in token && typeof token.accountId === 'string' ? claimsOf(token.accountId) : {},
    findAccount: (_, login) =>
      people.find(login) === null
        ? undefined
        : { accountId: login, claims: () => ({ sub: login, ...claimsOf(login) }) },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: AUDIENCE,
          scope: '',
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_SECONDS,
          jwt: { sign: { alg: ALGORITHM } },
        }),
      },
    },
    interactions: { url: (_, { uid }) => `/sign-in/${uid}` },
    // Nobody is asked for consent: both clients are this installation's own.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client!.clientId,
        accountId: oidc.session!.accountId!,
      });
      grant.addOIDCScope('openid');
      grant.addResourceScope(RESOURCE, '');
      await grant.save();
      return grant;
    },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      IdToken: TOKEN_SECONDS,
      Grant: SESSION_SECONDS,
      Session: SESSION_SECONDS,
      Interaction: SIGN_IN_SECONDS,
    },
  };
  return new Provider(issuerUrl, configuration);
}
