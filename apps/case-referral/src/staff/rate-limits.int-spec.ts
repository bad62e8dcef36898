import { createTestDatabase, type TestDatabase } from '#testing';
import { type RunningCaseReferral, runCaseReferral } from '../../test/running-case-referral';
import { TestIssuer } from '../../test/test-issuer';

let database: TestDatabase;
let issuer: TestIssuer;

beforeAll(async () => {
  database = await createTestDatabase();
  issuer = await TestIssuer.start();
});

afterAll(async () => {
  await issuer.close();
  await database.drop();
});

async function within<T>(
  settings: Readonly<Record<string, string>>,
  use: (service: RunningCaseReferral) => Promise<T>,
): Promise<T> {
  const service = await runCaseReferral(database.databaseUrl, new Map(), {
    ...{ OIDC_ISSUER: issuer.url, ...settings },
  });
  try {
    return await use(service);
  } finally {
    await service.close();
  }
}

const onTheWay = async (): Promise<number> => {
  const rows: { count: number }[] = await database.dataSource.query(
    'select count(*) from identity.sign_in',
  );
  return rows[0]!.count;
};

describe('a person', () => {
  it('asks so often in a minute, however they are known; nobody else is kept from it', async () => {
    await within({ REQUESTS_PER_MINUTE_MAX: '3' }, async (service) => {
      const ask = (who: string) => service.call(who, 'GET', '/v1/cases');
      expect((await ask('ana')).status).toBe(200);
      expect((await service.call('ana', 'GET', '/v1/audit/entries')).status).toBe(403);
      const token = await issuer.token({ sub: 'ana' });
      expect((await ask(token)).status).toBe(200);
      for (const who of ['ana', token]) {
        const { status, body } = await ask(who);
        expect([status, body.code]).toEqual([429, 'OVERLOADED']);
      }
      expect((await ask('aziz')).status).toBe(200);
    });
  });
});

describe('signing in', () => {
  const begin = (service: RunningCaseReferral, from?: string) =>
    fetch(`${service.url}/v1/session/sign-in`, {
      redirect: 'manual',
      headers: from === undefined ? {} : { 'x-forwarded-for': from },
    });
  const limited = { SIGN_INS_PER_MINUTE_MAX: '2' };

  it('is begun so often from one address, whatever it says it is; the rest leaves nothing', async () => {
    await within(limited, async (service) => {
      const before = await onTheWay();
      const statuses: number[] = [];
      for (const from of [undefined, '10.0.0.1', '10.0.0.2']) {
        statuses.push((await begin(service, from)).status);
      }
      expect(statuses).toEqual([302, 302, 429]);
      expect((await begin(service)).headers.get('retry-after')).toMatch(/^\d+$/);
      expect((await onTheWay()) - before).toBe(2);
      // Who is signed in goes on.
      expect((await service.call('ana', 'GET', '/v1/cases')).status).toBe(200);
    });
  });

  it('is counted by the address that an ingress passes on, where that is trusted', async () => {
    await within({ ...limited, TRUSTED_PROXIES: '127.0.0.1/32,::1' }, async (service) => {
      const statuses: number[] = [];
      for (const from of ['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2']) {
        statuses.push((await begin(service, from)).status);
      }
      expect(statuses).toEqual([302, 302, 429, 302]);
    });
  });

  it.each(['10.0.0.0/33', 'all', '10.0.0.1, 10.0.0.2', '10.0.0.1/', '::1/129', ','])(
    'takes %j for no ingress',
    async (proxies) => {
      await expect(within({ TRUSTED_PROXIES: proxies }, () => Promise.resolve())).rejects.toThrow(
        'TRUSTED_PROXIES',
      );
    },
  );
});
