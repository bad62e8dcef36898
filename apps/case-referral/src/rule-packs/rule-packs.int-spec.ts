import { v5 as uuidV5 } from 'uuid';
import { type AlertStorm, EVENTS, type EvidenceTransfer } from '#contracts';
import { appendToOutbox, TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { DEFAULT_PACK, packHash, RULE_PACK_SCHEMA, type RulePack } from '#typologies';
import { alertOver, paid } from '../../test/evidence';
import {
  type RunningCaseReferral,
  runCaseReferral,
  settled,
  tellAlert,
} from '../../test/running-case-referral';

let database: TestDatabase;
let service: RunningCaseReferral;
const keys = new Map<string, string>();
const NAMES = '3a1c9d5e-50f3-4b57-9d0c-2d7b3e3f8a10';

beforeEach(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl, keys);
});

afterEach(async () => {
  await service.close();
  await database.drop();
});

interface Listed {
  readonly version: string;
  readonly hash: string;
  readonly status: string;
}
interface Decided {
  readonly position: number;
  readonly mode: string;
}

const pack = (version: string, raiseAt = 55): RulePack => ({
  ...DEFAULT_PACK,
  version,
  risk: { ...DEFAULT_PACK.risk, raiseAt },
});
const propose = (document: unknown, who = 'ana') =>
  service.call(who, 'POST', '/v1/rule-packs', document);
const activate = (version: string, mode: string, who = 'aziz', reason = 'back-tested') =>
  service.call<Decided & { code?: string }>(who, 'POST', `/v1/rule-packs/${version}/activations`, {
    mode,
    reason,
  });
async function statuses(): Promise<Record<string, string>> {
  const { body } = await service.call<{ items: Listed[]; next: null }>(
    'ana',
    'GET',
    '/v1/rule-packs',
  );
  return Object.fromEntries(body.items.map(({ version, status }) => [version, status]));
}
const toldDetection = async () =>
  (await new TransferLog(database.dataSource).read(0, 1_000)).filter(
    ({ kind }) => kind !== 'indicators.registered.v1',
  );

describe('proposing a rule pack', () => {
  it('lists it beside the one that comes with the software, which is active', async () => {
    const answer = await propose(pack('a'));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ version: 'a', status: 'PROPOSED', proposedBy: 'ana' });
    expect(answer.body.hash).toBe(packHash(pack('a')));
    expect(await statuses()).toEqual({ [DEFAULT_PACK.version]: 'ACTIVE', a: 'PROPOSED' });
    const one = await service.call('ana', 'GET', '/v1/rule-packs/a');
    expect(one.body).toMatchObject({ document: pack('a'), activations: [] });
    expect(packHash(one.body.document as RulePack)).toBe(one.body.hash);
    expect(await toldDetection()).toEqual([]);
  });

  it('again changes nothing, and something else under its version is a conflict', async () => {
    const first = await propose(pack('a'));
    const again = await propose(pack('a'), 'aziz');
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = await propose(pack('a', 56));
    expect([other.status, other.body.code]).toEqual([409, 'CONFLICT']);
    expect((await service.call('ana', 'GET', '/v1/rule-packs/a')).body.hash).toBe(first.body.hash);
  });

  it('by many at once is done once', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => propose(pack('a'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(7).fill(200),
      201,
    ]);
  });

  it('is refused with where and why, and the one in force stays', async () => {
    const { source, ...row } = DEFAULT_PACK.overlay[0]!;
    expect(source).not.toBe('');
    const answer = await propose({
      ...pack('a'),
      riks: {},
      risk: { ...DEFAULT_PACK.risk, raiseAt: 101 },
      overlay: [row],
    });
    expect(answer.status).toBe(400);
    expect(answer.contentType).toContain('application/problem+json');
    expect(answer.body.problems).toEqual([
      expect.objectContaining({ path: '/riks' }),
      expect.objectContaining({
        path: '/risk/raiseAt',
        detail: expect.stringContaining('impossible') as string,
      }),
      expect.objectContaining({
        path: '/overlay/0/source',
        detail: expect.stringContaining('source') as string,
      }),
    ]);
    expect(await statuses()).toEqual({ [DEFAULT_PACK.version]: 'ACTIVE' });
    for (const document of [[], 'x', {}]) {
      expect((await propose(JSON.stringify(document))).status).toBe(400);
    }
  });

  it('has a schema to go by', async () => {
    const { body } = await service.call('ana', 'GET', '/v1/rule-packs/schema');
    expect(body).toEqual(JSON.parse(JSON.stringify(RULE_PACK_SCHEMA)));
  });
});

describe('activating a rule pack', () => {
  it('tells detection of the whole pack, at a place in the log, and retires the one before', async () => {
    await propose(pack('a'));
    const answer = await activate('a', 'ACTIVE', 'aziz');
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ mode: 'ACTIVE', decidedBy: 'aziz', reason: 'back-tested' });
    expect(answer.body).toMatchObject({ applied: false, appliedAsOf: null });
    expect(await toldDetection()).toEqual([
      {
        kind: 'rule-pack.activated.v1',
        position: answer.body.position,
        version: 'a',
        hash: packHash(pack('a')),
        mode: 'ACTIVE',
        document: pack('a'),
      },
    ]);
    expect(await statuses()).toEqual({ [DEFAULT_PACK.version]: 'RETIRED', a: 'ACTIVE' });
    const again = await activate('a', 'ACTIVE');
    expect([again.status, again.body]).toEqual([200, answer.body]);
    expect(await toldDetection()).toHaveLength(1);
  });

  it('takes another person than its author, whatever the application does', async () => {
    await propose(pack('a'), 'aziz');
    expect((await activate('a', 'SHADOW', 'aziz')).status).toBe(201);
    const own = await activate('a', 'ACTIVE', 'aziz');
    expect([own.status, own.body.code]).toEqual([403, 'FORBIDDEN']);
    const { position } = (await activate('a', 'WITHDRAWN', 'aziz')).body;
    const forced = (author: string) =>
      database.dataSource.query(
        `insert into intel.rule_pack_activation (position, version, mode, reason, decided_by, proposed_by)
         values ($1::bigint + 0, 'a', 'ACTIVE', 'forced', 'aziz', ${author})`,
        [position],
      );
    for (const author of ['null', `'somebody else'`]) {
      await expect(forced(author)).rejects.toThrow('rule_pack_activation_four_eyes');
    }
    expect((await activate('a', 'ACTIVE', 'adil')).status).toBe(201);
  });

  it('goes back to one that was active before', async () => {
    await propose(pack('a'));
    await activate('a', 'ACTIVE');
    expect((await activate(DEFAULT_PACK.version, 'ACTIVE')).status).toBe(201);
    expect((await activate('a', 'ACTIVE')).status).toBe(201);
    expect(await statuses()).toEqual({ [DEFAULT_PACK.version]: 'RETIRED', a: 'ACTIVE' });
    const { body } = await service.call<{ activations: Decided[] }>(
      'ana',
      'GET',
      '/v1/rule-packs/a',
    );
    const [last, first] = body.activations;
    expect(last!.position).toBeGreaterThan(first!.position);
  });

  it('as a shadow leaves the active one, makes way for another, and ends', async () => {
    for (const name of ['a', 'b']) await propose(pack(name));
    expect((await activate('a', 'SHADOW')).status).toBe(201);
    expect(await statuses()).toMatchObject({ [DEFAULT_PACK.version]: 'ACTIVE', a: 'SHADOW' });
    await activate('b', 'SHADOW');
    expect(await statuses()).toMatchObject({ a: 'PROPOSED', b: 'SHADOW' });
    expect((await activate('a', 'WITHDRAWN')).status).toBe(409);
    expect((await activate('b', 'WITHDRAWN')).status).toBe(201);
    expect((await activate('b', 'WITHDRAWN')).status).toBe(200);
    expect(await statuses()).toMatchObject({ a: 'PROPOSED', b: 'PROPOSED' });
    await activate('b', 'SHADOW');
    await activate('b', 'ACTIVE');
    expect(await statuses()).toMatchObject({ b: 'ACTIVE' });
    expect((await activate('b', 'SHADOW')).status).toBe(409);
    expect((await activate('b', 'WITHDRAWN')).status).toBe(409);
    await activate(DEFAULT_PACK.version, 'ACTIVE');
    await activate('b', 'SHADOW');
    await activate('b', 'WITHDRAWN');
    expect(await statuses()).toMatchObject({ b: 'RETIRED' });
  });

  it('by many at once leaves one in force', async () => {
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await propose(pack(name));
    const answers = await Promise.all(names.map((name) => activate(name, 'ACTIVE')));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const active = Object.entries(await statuses()).filter(([, status]) => status === 'ACTIVE');
    const last = (await toldDetection()).at(-1);
    expect(active.map(([version]) => version)).toEqual([(last as { version?: string }).version]);
  });

  it('is refused for a pack that is none, without a reason, and for one that is no longer taken', async () => {
    expect((await activate('nobody', 'ACTIVE')).status).toBe(404);
    expect((await activate('%00', 'ACTIVE')).status).toBe(404);
    await propose(pack('a'));
    for (const reason of ['', ' ', '\u0000', 'x'.repeat(1_001)]) {
      expect((await activate('a', 'ACTIVE', 'aziz', reason)).status).toBe(400);
    }
    expect((await activate('a', 'ON')).status).toBe(400);
    // As an earlier version of the software might have accepted it.
    await database.dataSource.query(
      `update intel.rule_pack set document = document #- '{risk,floor}' where version = 'a'`,
    );
    const answer = await activate('a', 'ACTIVE');
    expect([answer.status, answer.body.code]).toEqual([412, 'PRECONDITION_FAILED']);
    expect(await toldDetection()).toEqual([]);
  });
});

describe('what scoring tells of packs', () => {
  const put = (name: string, body: unknown) =>
    database.dataSource.transaction((manager) =>
      appendToOutbox(manager, 'scoring', [{ name, body }]),
    );
  const applied = (position: number, asOf: string) =>
    put(EVENTS.rulePackApplied, {
      ...{ position, asOf, mode: 'SHADOW', pack: { version: 'a', hash: packHash(pack('a')) } },
    });
  const shadowAlert = (name: string, transfers: readonly EvidenceTransfer[], revision = 1) =>
    put(EVENTS.shadowAlert, {
      alert: alertOver(uuidV5(name, NAMES), transfers, {
        ...{ revision, pack: { version: 'a', hash: packHash(pack('a')) } },
      }),
    });
  const compare = () => service.call('ana', 'GET', '/v1/rule-packs/a/comparison');
  const one = [paid('a', 'b', 100_00, 0), paid('b', 'c', 99_00, 1)];
  const two = [paid('x', 'y', 100_00, 0), paid('y', 'z', 99_00, 1)];
  const three = [paid('k', 'l', 100_00, 0), paid('l', 'm', 99_00, 1)];

  it('is compared: the shadow’s alerts against those raised meanwhile, and kept out of all else', async () => {
    await propose(pack('a'));
    expect((await compare()).status).toBe(404);
    const before = [paid('o', 'p', 100_00, 0)];
    await tellAlert(database.dataSource, alertOver(uuidV5('0', NAMES), before), before);
    const begun = await activate('a', 'SHADOW');
    expect((await compare()).status).toBe(404);
    await applied(begun.body.position, '2026-03-01T00:00:00.000Z');
    await tellAlert(database.dataSource, alertOver(uuidV5('1', NAMES), one), one);
    await tellAlert(database.dataSource, alertOver(uuidV5('2', NAMES), two), two);
    await shadowAlert('s1', one.slice(1));
    await shadowAlert('s3', three);
    await shadowAlert('s3', [...three, before[0]!], 2);
    // It goes on with one that was raised before it began.
    await shadowAlert('0', before, 7);
    await settled(database.dataSource);
    const { body } = await compare();
    expect(body).toMatchObject({
      ...{ version: 'a', from: '2026-03-01T00:00:00.000Z', until: null, truncated: false },
      ...{ active: 2, shadow: 2, activeInBoth: 1, shadowInBoth: 1 },
      activeOnly: [{ id: uuidV5('2', NAMES) }],
      shadowOnly: [{ id: uuidV5('s3', NAMES), transfers: { length: 3 } }],
    });
    expect(body.days).toHaveLength(1);
    const ended = await activate('a', 'WITHDRAWN');
    await applied(ended.body.position, '2026-03-02T00:00:00.000Z');
    await tellAlert(database.dataSource, alertOver(uuidV5('3', NAMES), three), three);
    await settled(database.dataSource);
    expect((await compare()).body).toMatchObject({ active: 2, until: '2026-03-02T00:00:00.000Z' });
    const detail = await service.call<{ activations: unknown[] }>('ana', 'GET', '/v1/rule-packs/a');
    expect(detail.body.activations[0]).toMatchObject({ applied: true });
    const alerts = await service.call<{ items: { id: string }[] }>('ana', 'GET', '/v1/alerts');
    expect(alerts.body.items.map(({ id }) => id)).toEqual(
      ['0', '1', '2', '3'].map((name) => uuidV5(name, NAMES)),
    );
  });

  it('of a storm is listed once an hour, with the last word of it', async () => {
    const storm = (from: string, contained: number): AlertStorm => ({
      ...{ from, until: '2026-03-01T12:00:00.000Z', ceiling: 10, raised: 10, contained },
      ...{ containedByTypology: { FAN_IN: contained }, highestRisk: 90 },
      pack: { version: 'a', hash: 'h' },
    });
    for (const contained of [1, 5]) {
      await put(EVENTS.alertStorm, storm('2026-03-01T11:00:00.000Z', contained));
      await put(EVENTS.alertStorm, storm('2026-03-01T13:00:00.000Z', contained + 1));
    }
    await settled(database.dataSource);
    const list = (query: string) =>
      service.call<{ items: AlertStorm[]; next: string | null }>(
        'ana',
        'GET',
        `/v1/alert-storms?limit=1${query}`,
      );
    const first = (await list('')).body;
    const second = (await list(`&after=${first.next!}`)).body;
    expect([...first.items, ...second.items]).toEqual([
      storm('2026-03-01T11:00:00.000Z', 5),
      storm('2026-03-01T13:00:00.000Z', 6),
    ]);
    expect(second.next).toBeNull();
  });
});

describe('the pack that comes with the software', () => {
  it('is listed once however often it starts, and changes nothing once somebody has decided', async () => {
    await propose(pack('a'));
    await service.close();
    service = await runCaseReferral(database.databaseUrl, keys);
    expect(await statuses()).toEqual({ [DEFAULT_PACK.version]: 'ACTIVE', a: 'PROPOSED' });
    await activate('a', 'ACTIVE');
    // As an earlier version of the software had left it.
    await database.dataSource.query(
      `update intel.rule_pack set version = 'earlier' where proposed_by = 'layerwatch'`,
    );
    await service.close();
    service = await runCaseReferral(database.databaseUrl, keys);
    expect(await statuses()).toEqual({
      earlier: 'RETIRED',
      a: 'ACTIVE',
      [DEFAULT_PACK.version]: 'PROPOSED',
    });
  });

  it('takes the place of the one before it while nobody has', async () => {
    await database.dataSource.query(
      `update intel.rule_pack set version = 'earlier' where proposed_by = 'layerwatch'`,
    );
    await service.close();
    service = await runCaseReferral(database.databaseUrl, keys);
    expect(await statuses()).toEqual({ earlier: 'RETIRED', [DEFAULT_PACK.version]: 'ACTIVE' });
  });
});
