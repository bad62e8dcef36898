import { generateKeyPair, type JWTPayload, UnsecuredJWT } from 'jose';
import { createTestDatabase, type TestDatabase } from '#testing';
import { type RunningCaseReferral, runCaseReferral } from '../../test/running-case-referral';
import { TestIssuer } from '../../test/test-issuer';

let database: TestDatabase;
let issuer: TestIssuer;
let service: RunningCaseReferral;
const keys = new Map<string, string>();

const start = (settings: Record<string, string> = {}): Promise<RunningCaseReferral> =>
  runCaseReferral(database.databaseUrl, keys, { OIDC_ISSUER: issuer.url, ...settings });

beforeAll(async () => {
  database = await createTestDatabase();
  issuer = await TestIssuer.start();
  service = await start();
});

afterAll(async () => {
  await service.close();
  await issuer.close();
  await database.drop();
});

const me = (token: string) => service.call(token, 'GET', '/v1/session');

describe('an access token of the issuer', () => {
  it('says who is acting, and what they may do', async () => {
    const { status, body } = await me(await issuer.token({ unit: 'circle-1' }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'p-1', roles: ['analyst'], unit: 'circle-1', provider: null });
    expect(body).toMatchObject({ csrfToken: null, expiresAt: null });
    expect(body.may).toContain('read cases');
    expect(body.may).not.toContain('approve referrals');
  });

  it('gives nobody a role that the issuer does not give', async () => {
    const none = await me(await issuer.token({ roles: ['root'] }));
    expect([none.status, none.body.code]).toEqual([403, 'FORBIDDEN']);
    const auditor = await issuer.token({ roles: ['auditor'] });
    expect((await service.call(auditor, 'GET', '/v1/cases')).status).toBe(403);
    expect((await service.call(auditor, 'GET', '/v1/rule-packs')).status).toBe(200);
  });

  it('is refused where it is expired, of somebody else, for somebody else, or names nobody', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const wrong: Record<string, unknown>[] = [
      { exp: now - 11 },
      { exp: undefined },
      { nbf: now + 60 },
      { iss: 'https://example.org' },
      { aud: 'layerwatch-console' },
      { aud: ['others'] },
      { sub: undefined },
      { sub: 'a\nb' },
    ];
    for (const claims of wrong) {
      const { status, body } = await me(await issuer.token(claims));
      expect([claims, status, body.code]).toEqual([claims, 401, 'UNAUTHENTICATED']);
      expect(JSON.stringify(body)).not.toMatch(/exp|aud|iss|JWT|claim/);
    }
  });

  it('is written down as a sign-in when it first comes', async () => {
    const [token, other] = [await issuer.token({ sub: 'w-1' }), await issuer.token({ sub: 'w-1' })];
    for (const sent of [token, token, other]) await me(sent);
    const rows: unknown[] = await database.dataSource.query(
      `select from audit.entry where body::jsonb ->> 'act' = 'sign in' and body::jsonb #>> '{actor,id}' = 'w-1'`,
    );
    expect(rows).toHaveLength(2);
  });

  it('is refused where it is forged', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const secret = Buffer.from('what anybody could know, as long as a key has to be');
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: issuer.url,
      aud: 'layerwatch',
      sub: 'p-1',
      roles: ['approver'],
      exp: now + 60,
    };
    const good = await issuer.token();
    const [head, body, signature] = good.split('.') as [string, string, string];
    const approver = Buffer.from(JSON.stringify(claims)).toString('base64url');
    const forged = [
      new UnsecuredJWT(claims).encode(),
      await issuer.token({}, {}, privateKey),
      await issuer.token({}, { kid: 'two' }, privateKey),
      await issuer.token({}, { alg: 'HS256', kid: 'one' }, secret),
      `${head}.${approver}.${signature}`,
      `${head}.${body}.`,
      `${head}..${signature}`,
      `${good}x`,
      '..',
      'a.b.c',
    ];
    for (const token of forged) {
      const answer = await me(token);
      expect([token.length, answer.status, answer.body.code]).toEqual([
        token.length,
        401,
        'UNAUTHENTICATED',
      ]);
    }
  });

  it('is taken no more once its holder has signed out', async () => {
    // Also where the issuer numbers its tokens not.
    for (const claims of [{}, { jti: undefined }]) {
      const token = await issuer.token(claims);
      const other = await issuer.token({ ...claims, sub: 'p-2' });
      expect((await service.call(token, 'POST', '/v1/session/sign-out')).status).toBe(200);
      expect((await me(token)).status).toBe(401);
      expect((await me(other)).status).toBe(200);
    }
  });

  it('is looked at with keys that are asked for once, and not for each that nobody knows', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    await me(await issuer.token());
    const asked = issuer.keysAsked;
    for (let n = 0; n < 20; n += 1) {
      await me(await issuer.token({}, { kid: `unknown-${String(n)}` }, privateKey));
    }
    expect(issuer.keysAsked - asked).toBeLessThanOrEqual(1);
  });
});

describe('an issuer that does not answer', () => {
  it('is told of as such, and keys still work', async () => {
    const silent = await start({ OIDC_ISSUER: 'http://127.0.0.1:9' });
    try {
      const answer = await silent.call(await issuer.token(), 'GET', '/v1/session');
      expect([answer.status, answer.body.code]).toEqual([503, 'UNAVAILABLE']);
      expect((await silent.call('ana', 'GET', '/v1/session')).status).toBe(200);
    } finally {
      await silent.close();
    }
  });
});

describe('keys of staff', () => {
  it('are refused in production where people sign in, and where the settings say so', async () => {
    for (const settings of [{ NODE_ENV: 'production' }, { STAFF_KEYS: 'refuse' }]) {
      const strict = await start(settings);
      try {
        expect((await strict.call('ana', 'GET', '/v1/session')).status).toBe(401);
        expect((await strict.call(await issuer.token(), 'GET', '/v1/session')).status).toBe(200);
      } finally {
        await strict.close();
      }
    }
  });
});

/** A browser, as far as cookies go. */
class Browser {
  readonly cookies = new Map<string, string>();

  async go(
    path: string,
    headers: Record<string, string> = {},
    method: 'GET' | 'POST' = 'GET',
  ): Promise<Response> {
    const answer = await fetch(new URL(path, service.url), {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...headers,
      },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [pair, ...attributes] = set.split('; ');
      expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax']));
      const [name, value] = pair!.split('=') as [string, string];
      if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** To the issuer, where this person signs in, and back. */
  async signIn(claims: JWTPayload = {}, returnTo = '/desk?x=1'): Promise<Response> {
    const begun = await this.go(`/v1/session/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
    expect(begun.status).toBe(302);
    const back = issuer.signIn(begun.headers.get('location')!, claims);
    return this.go(back.pathname + back.search);
  }

  async session(): Promise<Record<string, unknown> & { csrfToken: string }> {
    return (await (await this.go('/v1/session')).json()) as never;
  }
}

describe('a browser', () => {
  it('signs in and is known, until it signs out', async () => {
    const browser = new Browser();
    const back = await browser.signIn({ unit: 'circle-1' });
    expect([back.status, back.headers.get('location')]).toEqual([302, '/desk?x=1']);
    expect([...browser.cookies.keys()]).toEqual(['layerwatch_session']);
    const session = await browser.session();
    expect(session).toMatchObject({ id: 'p-1', roles: ['analyst'], unit: 'circle-1' });
    expect((await browser.go('/v1/cases')).status).toBe(200);
    const before = new Map(browser.cookies);
    const csrf = { 'x-csrf-token': session.csrfToken };
    const out = await browser.go('/v1/session/sign-out', csrf, 'POST');
    expect(await out.json()).toEqual({
      signOutUrl: expect.stringContaining(`${issuer.url}/end?`) as string,
    });
    expect(browser.cookies.size).toBe(0);
    // Also where somebody has kept what it was known by.
    for (const [name, value] of before) browser.cookies.set(name, value);
    expect((await browser.go('/v1/session')).status).toBe(401);
  });

  it('changes nothing without the token that no other site knows', async () => {
    const browser = new Browser();
    await browser.signIn();
    const other = new Browser();
    await other.signIn();
    const { csrfToken } = await other.session();
    const attempts: Record<string, string>[] = [
      {},
      { 'x-csrf-token': '' },
      { 'x-csrf-token': csrfToken },
    ];
    for (const headers of attempts) {
      const answer = await browser.go('/v1/session/sign-out', headers, 'POST');
      expect(answer.status).toBe(403);
    }
    expect((await browser.go('/v1/session')).status).toBe(200);
  });

  it('comes back once, and only the one that was sent', async () => {
    const browser = new Browser();
    const begun = await browser.go('/v1/session/sign-in');
    const back = issuer.signIn(begun.headers.get('location')!, {});
    const way = back.pathname + back.search;
    expect((await new Browser().go(way)).status).toBe(401);
    const wrong = new URL(back);
    wrong.searchParams.set('state', 'another');
    const kept = new Map(browser.cookies);
    expect((await browser.go(wrong.pathname + wrong.search)).status).toBe(401);
    // That one is used up, wrong as it was.
    for (const [name, value] of kept) browser.cookies.set(name, value);
    expect((await browser.go(way)).status).toBe(401);
    expect(browser.cookies.has('layerwatch_session')).toBe(false);
    const rows: { count: number }[] = await database.dataSource.query(
      `select count(*) from audit.entry where body::jsonb -> 'details' = '{"because": "sign in", "count": 1}'`,
    );
    expect(rows[0]!.count).toBe(1);
  });

  it('is told why where the issuer did not let it in, or gives it no role', async () => {
    const browser = new Browser();
    await browser.go('/v1/session/sign-in');
    const { status } = await browser.go('/v1/session/callback?error=access_denied');
    expect(status).toBe(401);
    const none = await browser.signIn({ roles: [] });
    expect([none.status, browser.cookies.has('layerwatch_session')]).toEqual([403, false]);
  });

  it('is never sent to another host', async () => {
    const hostile = [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'desk',
      '/a\r\nset-cookie: x=1',
      '',
    ];
    for (const returnTo of hostile) {
      const path = `/v1/session/sign-in?returnTo=${encodeURIComponent(returnTo)}`;
      expect([returnTo, (await new Browser().go(path)).status]).toEqual([returnTo, 400]);
    }
  });

  it('is signed out after half an hour without a request, and after eight hours anyway', async () => {
    const age = (set: string) => database.dataSource.query(`update identity.session set ${set}`);
    for (const [set, status] of [
      [`last_seen_at = now() - interval '29 minutes'`, 200],
      [`last_seen_at = now() - interval '31 minutes'`, 401],
      [`expires_at = now()`, 401],
    ] as const) {
      const browser = new Browser();
      await browser.signIn();
      await age(set);
      expect([set, (await browser.go('/v1/session')).status]).toEqual([set, status]);
      // That was a sign of life, where it was one.
      expect([set, (await browser.go('/v1/session')).status]).toEqual([set, status]);
    }
  });

  it('is known by nothing that the database holds', async () => {
    const browser = new Browser();
    await browser.signIn();
    const rows: Record<string, unknown>[] = await database.dataSource.query(
      `select * from identity.session`,
    );
    const held = JSON.stringify(rows.map((row) => ({ ...row, id: String(row.id_hash) })));
    expect(held).not.toContain(browser.cookies.get('layerwatch_session'));
    for (const cookie of ['x', 'a'.repeat(43), '%00', '']) {
      browser.cookies.set('layerwatch_session', cookie);
      expect((await browser.go('/v1/session')).status).toBe(401);
    }
  });

  it('over https is given cookies for this host alone', async () => {
    const secure = await start({ PUBLIC_URL: 'https://layerwatch.example/' });
    try {
      const answer = await fetch(`${secure.url}/v1/session/sign-in`, { redirect: 'manual' });
      expect(answer.headers.getSetCookie()[0]).toMatch(/^__Secure-layerwatch_sign_in=.*; Secure/);
      expect(answer.headers.get('location')).toContain(
        encodeURIComponent('https://layerwatch.example/v1/session/callback'),
      );
    } finally {
      await secure.close();
    }
  });
});

describe('without an issuer', () => {
  it('nobody signs in, and the service says so', async () => {
    const none = await runCaseReferral(database.databaseUrl, keys);
    try {
      const answer = await none.call(null, 'GET', '/v1/session/sign-in');
      expect([answer.status, answer.body.code]).toEqual([412, 'PRECONDITION_FAILED']);
      expect((await none.call(await issuer.token(), 'GET', '/v1/session')).status).toBe(401);
    } finally {
      await none.close();
    }
  });
});
