import { Client } from 'pg';
import { WHO_MAY } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertId, because, Offices } from '../../test/offices';
import { reported } from '../../test/reported';
import { BODIES, routesOf, type StaffRoute } from '../../test/staff-routes';

let database: TestDatabase;
let offices: Offices;

beforeEach(async () => {
  database = await createTestDatabase();
  offices = await Offices.open(database);
});

afterEach(async () => {
  await offices.close();
  await database.drop();
});

/** What is named by an id and belongs to no office and no provider, and why. A route that is not here must hide what is not theirs. */
const OF_NOBODY: Readonly<Record<string, string>> = {
  'POST /v1/cases/{id}/break-glass': 'is how one reads what is not one’s own, and is reviewed',
  'POST /v1/break-glass/{id}/reviews': 'lies on the desk of all who review',
  '/v1/operations/{id}': 'is known to all who work on any case',
  '/v1/rule-packs/{version}': 'judges everybody’s',
  '/v1/typologies/{name}': 'judges everybody’s',
  '/v1/backtests/{id}': 'counts, and leaves out what its reader may not read (access.int-spec)',
  '/v1/erasures/{id}': 'is about an identity, which lies in no case where it may be erased',
};

const isOfNobody = ({ method, path }: StaffRoute): boolean =>
  Object.keys(OF_NOBODY).some((one) => `${method} ${path}` === one || path.startsWith(one));

interface Asked {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** That the database was sent for it, in order. */
  readonly statements: readonly string[];
}

let requests = 0;

async function ask(
  claims: Readonly<Record<string, unknown>>,
  { method, path }: StaffRoute,
  id: string,
): Promise<Asked> {
  const name = `r-${String((requests += 1))}`;
  const statements: string[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the client below
  const { query } = Client.prototype;
  const spy = jest.spyOn(Client.prototype, 'query').mockImplementation(function (
    this: Client,
    ...args: unknown[]
  ) {
    const [sent] = args as [string | { text: string }];
    if (offices.service.requestId() === name) {
      statements.push(typeof sent === 'string' ? sent : sent.text);
    }
    return Reflect.apply(query, this, args) as never;
  });
  try {
    const body = BODIES[path.split('/').at(-1)!];
    const headers = { 'x-correlation-id': name };
    const answer = await offices.by(claims, method, path.replace('{id}', id), body, headers);
    return { status: answer.status, body: { ...answer.body, correlationId: null }, statements };
  } finally {
    spy.mockRestore();
  }
}

/** The same for what is there and not theirs as for what never was: answer, word for word, and what the database was asked. */
async function expectHidden(
  claims: Readonly<Record<string, unknown>>,
  route: StaffRoute,
  id: string,
): Promise<void> {
  const [kept, never] = [await ask(claims, route, id), await ask(claims, route, alertId('never'))];
  expect([route.path, kept.status]).toEqual([route.path, 404]);
  expect([route.path, kept]).toEqual([route.path, never]);
  expect(kept.statements.length).toBeGreaterThan(0);
}

describe('every route that names something', () => {
  it('has nothing of another office or provider, and is not told from what never was, also by time', async () => {
    const caseId = await offices.aCase();
    const referral = await offices.as('nadia', 'POST', `/v1/cases/${caseId}/referrals`);
    const order = { authority: 'a court', ...because };
    const hold = await offices.as('noor', 'POST', `/v1/cases/${caseId}/legal-holds`, order);
    await reported(database.dataSource, { provider: 'other', transferId: 't' });
    const hidden: Readonly<Record<string, string>> = {
      cases: caseId,
      alerts: alertId('a'),
      referrals: String(referral.body.id),
      'legal-holds': String(hold.body.id),
      provider: 't',
    };
    const named = routesOf(offices.service).filter(({ path }) => path.includes('{'));
    const routes = named.filter((route) => !isOfNobody(route));
    expect(routes.length).toBeGreaterThan(12);
    for (const one of Object.keys(OF_NOBODY)) {
      const isThere = named.some(({ method, path }) => `${method} ${path}`.includes(one));
      expect([one, isThere]).toEqual([one, true]);
    }
    for (const route of routes) {
      const id = hidden[route.path.split('/')[2]!];
      expect([route.path, typeof id]).toEqual([route.path, 'string']);
      const roles = WHO_MAY[route.act].filter((role) => !role.startsWith('director'));
      for (const role of roles) {
        await expectHidden(
          { sub: role, roles: [role], unit: 'south', provider: 'demo' },
          route,
          id!,
        );
      }
    }
    // Sealed, it is nobody's but its members', directors and its own office among those who see nothing.
    await offices.as('noor', 'POST', `/v1/cases/${caseId}/seals`, { sealed: true, ...because });
    for (const route of routes.filter(({ path }) => !path.startsWith('/v1/provider/'))) {
      for (const role of WHO_MAY[route.act]) {
        const id = hidden[route.path.split('/')[2]!]!;
        await expectHidden({ sub: role, roles: [role], unit: 'north' }, route, id);
      }
    }
  }, 120_000);
});
