import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { AppError } from '#domain';
import { type ClaimNames, staffOf, type TokenOf } from './claims';
import { keyHash } from './secret-key';
import { type Staff } from './staff';

/** How staff sign in. */
export interface OidcSettings {
  /** As it names itself; plain http only where it is on this machine. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** What an access token must be for. Another than the client: a token that says who signed in is none to act by. */
  readonly audience: string;
  /** Of signatures; nothing else is taken, whatever the token says. */
  readonly algorithms: readonly string[];
  readonly claims: ClaimNames;
  /** Of what the issuer is asked for; `openid` among it. */
  readonly scope: string;
  readonly tokenOf: TokenOf;
}

/** A token that was taken, and what is needed to take it no more. */
export interface VerifiedToken {
  readonly staff: Staff;
  /** The issuer's number of it or, where it numbers none, the hash of what it signed. */
  readonly tokenId: string;
  readonly expiresAtMs: number;
}

/** What a browser is sent to the issuer with, and what has to be kept until it comes back. */
export interface SignInRequest {
  readonly url: URL;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

const ANSWER_MAX_S = 5;
/** So long after its end a token is still taken. */
export const CLOCKS_APART_MAX_S = 10;
/** After an issuer could not be reached it is asked again no sooner. */
const ASK_AGAIN_MS = 1_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

interface Discovered {
  readonly client: oidc.Configuration;
  readonly keys: JWTVerifyGetKey;
}

/** Whether tokens of an issuer may be asked for at this address: not where others could read along. */
export function isSafeIssuer(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/**
 * An OpenID Connect issuer: checks its tokens, and has people sign in (authorization code with PKCE). What it says of itself is
 * asked when it is first needed, so that a service starts without it.
 */
export class OidcIssuer {
  private found: Promise<Discovered> | null = null;
  private askAgainAtMs = 0;

  constructor(private readonly settings: OidcSettings) {}

  /**
   * Who sent this access token.
   *
   * @throws AppError UNAUTHENTICATED where it is forged, expired, of another issuer, or for somebody else; UNAVAILABLE where the
   *   issuer's keys are not to be had
   */
  async verify(token: string): Promise<VerifiedToken> {
    const { issuer, audience, algorithms, claims, tokenOf } = this.settings;
    const { keys } = await this.discovered();
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: [...algorithms],
      requiredClaims: ['sub', 'exp'],
      clockTolerance: CLOCKS_APART_MAX_S,
    }).catch((error: unknown) => {
      throw error instanceof AppError ? error : refusal(error);
    });
    return {
      staff: staffOf(payload, claims, tokenOf),
      tokenId: payload.jti ?? keyHash(signedPart(token)).toString('base64url'),
      expiresAtMs: payload.exp! * 1_000,
    };
  }

  /** @throws AppError UNAVAILABLE */
  async beginSignIn(redirectUri: string): Promise<SignInRequest> {
    const { client } = await this.discovered();
    const codeVerifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(client, {
      redirect_uri: redirectUri,
      scope: this.settings.scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    return { url, state, nonce, codeVerifier };
  }

  /**
   * @param cameBackTo the address that the issuer sent the browser to
   * @throws AppError UNAUTHENTICATED where the issuer did not let them in, or this is not the answer to that request
   */
  async finishSignIn(
    cameBackTo: URL,
    request: Pick<SignInRequest, 'state' | 'nonce' | 'codeVerifier'>,
  ): Promise<Staff> {
    const { client } = await this.discovered();
    const tokens = await oidc
      .authorizationCodeGrant(client, cameBackTo, {
        pkceCodeVerifier: request.codeVerifier,
        expectedState: request.state,
        expectedNonce: request.nonce,
        idTokenExpected: true,
      })
      .catch((error: unknown) => {
        throw isAnswer(error) ? refusal(error) : unreachable(error);
      });
    const { claims, tokenOf } = this.settings;
    return staffOf(tokens.claims()!, claims, tokenOf);
  }

  /** Where a browser goes to sign out at the issuer too; null where it has no such place. @throws AppError UNAVAILABLE */
  async signOutUrl(returnTo: string): Promise<string | null> {
    const { client } = await this.discovered();
    if (client.serverMetadata().end_session_endpoint === undefined) return null;
    return oidc.buildEndSessionUrl(client, { post_logout_redirect_uri: returnTo }).href;
  }

  private async discovered(): Promise<Discovered> {
    if (this.found === null) {
      if (performance.now() < this.askAgainAtMs) throw unreachable();
      this.found = this.discover();
      this.found.catch(() => {
        this.found = null;
        this.askAgainAtMs = performance.now() + ASK_AGAIN_MS;
      });
    }
    return this.found;
  }

  private async discover(): Promise<Discovered> {
    const { issuer, clientId, clientSecret } = this.settings;
    const server = new URL(issuer);
    const client = await oidc
      .discovery(
        server,
        clientId,
        undefined,
        clientSecret === null ? oidc.None() : oidc.ClientSecretPost(clientSecret),
        {
          timeout: ANSWER_MAX_S,
          // eslint-disable-next-line @typescript-eslint/no-deprecated -- deprecated to be noticed: only on this machine
          execute: server.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
        },
      )
      .catch((cause: unknown) => {
        throw unreachable(cause);
      });
    const { jwks_uri: keysAt } = client.serverMetadata();
    if (keysAt === undefined) throw unreachable();
    const keySet = createRemoteJWKSet(new URL(keysAt), { timeoutDuration: ANSWER_MAX_S * 1_000 });
    const keys: JWTVerifyGetKey = (header, token) =>
      keySet(header, token).catch((error: unknown) => {
        throw isNoSuchKey(error) ? error : unreachable(error);
      });
    return { client, keys };
  }
}

/** Without its signature: of one text there may be several that hold (ECDSA). */
const signedPart = (token: string): string => token.slice(0, token.lastIndexOf('.'));

const unreachable = (cause?: unknown): AppError =>
  new AppError('UNAVAILABLE', 'who signs in cannot be asked: the issuer does not answer', [], {
    cause,
  });

/** Which of the reasons it was would only help whoever tries. */
const refusal = (cause: unknown): AppError =>
  new AppError('UNAUTHENTICATED', 'this is nothing to sign in with', [], { cause });

const isNoSuchKey = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

/** Whether the issuer said no, or its word is not to be trusted; otherwise it said nothing. */
const isAnswer = (error: unknown): boolean =>
  error instanceof oidc.AuthorizationResponseError ||
  error instanceof oidc.ResponseBodyError ||
  (error instanceof oidc.ClientError && error.code !== 'OAUTH_TIMEOUT');
