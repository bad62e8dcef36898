import { createHash, randomUUID, type webcrypto } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import {
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';

const AUDIENCE = 'layerwatch';
const CLIENT = 'layerwatch-console';
const NOW_S = (): number => Math.floor(Date.now() / 1_000);

/** An issuer of the tests: it signs whatever it is told to, well or badly, and notices what is asked of it. */
export class TestIssuer {
  /** Codes that it gave, with what they are good for. */
  private readonly codes = new Map<string, { challenge: string; claims: JWTPayload }>();
  /** How often its keys were asked for. */
  keysAsked = 0;

  private constructor(
    readonly server: Server,
    readonly url: string,
    private readonly key: webcrypto.CryptoKey,
    private readonly jwk: object,
  ) {}

  static async start(): Promise<TestIssuer> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one', use: 'sig' };
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const issuer = new TestIssuer(server, `http://127.0.0.1:${String(port)}`, privateKey, jwk);
    server.on('request', (request: IncomingMessage, response) => {
      issuer.answer(request).then(
        ([status, body]) => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify(body));
        },
        () => response.writeHead(500).end(),
      );
    });
    return issuer;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** A good access token of this person, unless told otherwise. */
  async token(
    claims: Record<string, unknown> = {},
    header: Partial<JWTHeaderParameters> = {},
    key: webcrypto.CryptoKey | Uint8Array = this.key,
  ): Promise<string> {
    const now = NOW_S();
    return new SignJWT({
      ...{ iss: this.url, aud: AUDIENCE, sub: 'p-1', roles: ['analyst'], jti: randomUUID() },
      ...{ iat: now, exp: now + 60, ...claims },
    })
      .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
      .sign(key);
  }

  /** What the person whom the browser was sent with does: signs in. @returns where the browser is sent back to */
  signIn(authorization: string, claims: JWTPayload): URL {
    const asked = new URL(authorization).searchParams;
    const code = randomUUID();
    const nonce = asked.get('nonce')!;
    this.codes.set(code, { challenge: asked.get('code_challenge')!, claims: { nonce, ...claims } });
    const back = new URL(asked.get('redirect_uri')!);
    back.searchParams.set('code', code);
    back.searchParams.set('state', asked.get('state')!);
    back.searchParams.set('iss', this.url);
    return back;
  }

  private async answer(request: IncomingMessage): Promise<[number, object]> {
    const { url } = this;
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return [
          200,
          {
            issuer: url,
            authorization_endpoint: `${url}/auth`,
            token_endpoint: `${url}/token`,
            end_session_endpoint: `${url}/end`,
            jwks_uri: `${url}/jwks`,
            response_types_supported: ['code'],
            id_token_signing_alg_values_supported: ['ES256'],
            authorization_response_iss_parameter_supported: true,
          },
        ];
      case '/jwks':
        this.keysAsked += 1;
        return [200, { keys: [this.jwk] }];
      case '/token':
        return this.exchange(request);
      case undefined:
      default:
        return [404, {}];
    }
  }

  private async exchange(request: IncomingMessage): Promise<[number, object]> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const form = new URLSearchParams(text);
    const given = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (given?.challenge !== challenge) return [400, { error: 'invalid_grant' }];
    const idToken = await this.token({ aud: CLIENT, ...given.claims });
    const accessToken = await this.token({ ...given.claims });
    return [200, { access_token: accessToken, token_type: 'bearer', id_token: idToken }];
  }
}
