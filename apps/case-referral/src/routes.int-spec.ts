import { v5 as uuidV5 } from 'uuid';
import { type Alert, type EvidenceTransfer } from '#contracts';
import { ACTS, may, STAFF_ROLES, type StaffRole, WHO_MAY } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { alertOver, at, paid, PROVIDER } from '../test/evidence';
import { BODIES, routesOf, type StaffRoute } from '../test/staff-routes';
import {
  runCaseReferral,
  type RunningCaseReferral,
  settled,
  tellAlert,
  tellPosition,
} from '../test/running-case-referral';

let database: TestDatabase;
let service: RunningCaseReferral;
const keys = new Map<string, string>();

beforeEach(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl, keys);
});

afterEach(async () => {
  await service.close();
  await database.drop();
});

const NAMES = '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10';
const alertId = (name: string): string => uuidV5(name, NAMES);

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

const tell = (alert: Alert, evidence: readonly EvidenceTransfer[]) =>
  tellAlert(database.dataSource, alert, evidence);

describe('the lists', () => {
  it('of alerts gives each once, while more arrive and known ones are revised', async () => {
    const one = (index: number) => [
      paid(`a${String(index)}`, `b${String(index)}`, 100_00, index, { id: `l${String(index)}` }),
    ];
    const raise = (index: number, revision = 1) =>
      tell(alertOver(alertId(String(index)), one(index), { revision }), one(index));
    for (let index = 0; index < 7; index += 1) await raise(index);
    await settled(database.dataSource);
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 20; page += 1) {
      const { body }: { body: Page<Alert> } = await service.call<Page<Alert>>(
        'ana',
        'GET',
        `/v1/alerts?limit=3${cursor === null ? '' : `&after=${cursor}`}`,
      );
      seen.push(...body.items.map(({ id }) => id));
      if (body.next === null) break;
      cursor = body.next;
      if (page === 0) {
        for (let index = 0; index < 7; index += 1) await raise(index, 2);
        for (let index = 7; index < 10; index += 1) await raise(index);
        await settled(database.dataSource);
      }
    }
    expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => alertId(String(index))));
    // After null a reader goes on from its last cursor that was not.
    await raise(10);
    await settled(database.dataSource);
    const later = await service.call<Page<Alert>>('ana', 'GET', `/v1/alerts?after=${cursor!}`);
    expect(later.body.items.at(-1)!.id).toBe(alertId('10'));
  });

  it('of cases is ranked by what is still held, then by risk', async () => {
    const held = [5_00, 0, 90_00, 0, 5_00];
    for (const [index, heldMinor] of held.entries()) {
      const credit = paid(`a${String(index)}`, `b${String(index)}`, 100_00, index);
      await tell(alertOver(alertId(String(index)), [credit], { risk: 50.5 + index }), [credit]);
      await tellPosition(
        database.dataSource,
        { provider: PROVIDER, walletId: `b${String(index)}` },
        at(9),
        [[credit, heldMinor]],
      );
    }
    await settled(database.dataSource);
    const risks: number[] = [];
    let after = '';
    for (let page = 0; page < 5; page += 1) {
      const { body } = await service.call<Page<{ risk: number }>>(
        'ana',
        'GET',
        `/v1/cases?limit=2${after}`,
      );
      risks.push(...body.items.map(({ risk }) => risk));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(risks).toEqual([52.5, 54.5, 50.5, 53.5, 51.5]);
    const { body } = await service.call<Page<Record<string, unknown>>>(
      'ana',
      'GET',
      '/v1/cases?limit=1',
    );
    expect(body.items[0]).toMatchObject({
      operationIds: [],
      urgent: true,
      counts: { alerts: 1, wallets: 2, transfers: 1 },
      money: { tracedMinor: 100_00, heldMinor: 90_00 },
      narrative: expect.stringContaining('PKR 90.00 is still held') as string,
      revision: expect.any(Number) as number,
    });
  });

  it('refuse a limit or a cursor that is none', async () => {
    for (const list of ['alerts', 'cases']) {
      for (const query of [
        'limit=0',
        'limit=1001',
        'limit=1.5',
        'after=x',
        'after=WzEsMiwieCJd',
        'after=',
      ]) {
        const answer = await service.call('ana', 'GET', `/v1/${list}?${query}`);
        expect([list, query, answer.status]).toEqual([list, query, 400]);
      }
      expect((await service.call('ana', 'GET', `/v1/${list}?limit=1000`)).status).toBe(200);
    }
  });
});

const staffRoutes = (): readonly StaffRoute[] => routesOf(service);

describe('every route', () => {
  it('is open to all staff who may do what it does, and to nobody else', async () => {
    for (const { method, path, act } of staffRoutes()) {
      const refused: StaffRole[] = [];
      for (const role of STAFF_ROLES) {
        const { status, body } = await service.call(
          role,
          method,
          path.replace(/\{\w+\}/, alertId('x')),
        );
        if (status === 403) refused.push(role);
        expect([path, role, status === 401, status >= 500]).toEqual([path, role, false, false]);
        if (status === 403) expect(body.detail).toBe(`your role may not ${act}`);
      }
      const allowed: readonly StaffRole[] = WHO_MAY[act];
      const others = STAFF_ROLES.filter((role) => !allowed.includes(role));
      expect([method, path, refused]).toEqual([method, path, others]);
    }
  }, 60_000);

  it('does something that the table of roles names, or is the way in', () => {
    expect(new Set(staffRoutes().map(({ act }) => act))).toEqual(new Set(ACTS));
    const forStaff = staffRoutes().map(({ method, path }) => {
      return `${method} ${path.replaceAll('{', ':').replaceAll('}', '')}`;
    });
    // As the server has them, not as they are described: one that is left out of the description is open too.
    const others = service.routes.filter(
      (route) => !/^(HEAD|OPTIONS) /.test(route) && !forStaff.includes(route),
    );
    expect(others.filter((route) => !/ \/(docs|openapi)/.test(route)).sort()).toEqual([
      'GET /health/live',
      'GET /health/ready',
      'GET /metrics',
      'GET /v1/session/callback',
      'GET /v1/session/sign-in',
    ]);
  });

  it('needs to know who is acting, and gives 404 for an id that is none', async () => {
    for (const { method, path, act } of staffRoutes()) {
      for (const key of [null, 'lws_wrong']) {
        const answer = await service.call(key, method, path.replace(/\{\w+\}/, alertId('x')));
        expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'UNAUTHENTICATED']);
      }
      if (!path.includes('{id}')) continue;
      for (const id of [alertId('nobody'), 'x', '%00', "'"]) {
        // What is wrong with a body is told first.
        const body = BODIES[path.split('/').at(-1)!];
        const who = may(['approver'], act) ? 'aziz' : WHO_MAY[act][0];
        const answer = await service.call(who, method, path.replace('{id}', id), body);
        expect([path, id, answer.status]).toEqual([path, id, 404]);
      }
    }
  });

  it('is asked by what can be there, and with an answer', async () => {
    const cursor = (place: unknown): string =>
      Buffer.from(JSON.stringify(place)).toString('base64url');
    const far = Number.MAX_SAFE_INTEGER;
    for (const query of [
      ...['actor=%00', 'objectId=%00', 'objectType=a%00', 'limit=0', 'after=x'],
      ...[
        [far, 1, 1],
        [1, far, 1],
        [1, 40_000, 1],
        [-1, 1, 1],
        [1, 1],
        [1, 1, '1'],
      ].map((place) => `after=${cursor(place)}`),
    ]) {
      const answer = await service.call('auditor', 'GET', `/v1/audit/entries?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
    }
    const head = await fetch(`${service.url}/v1/cases`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${keys.get('ana')!}` },
    });
    expect(head.status).toBe(404);
  });

  it('is ready, and is not any more when events cannot be taken', async () => {
    const ready = async () => (await fetch(`${service.url}/health/ready`)).status;
    expect(await ready()).toBe(200);
    await database.dataSource.query(
      `insert into scoring.outbox (name, body) values ('alert.raised.v1', '{"alert":{"id":"not-a-uuid"}}')`,
    );
    const deadline = performance.now() + 15_000;
    while ((await ready()) === 200 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await ready()).toBe(503);
  }, 30_000);
});
