import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { DEFAULT_PACK, packHash, RULE_PACK_SCHEMA, type RulePack } from '#typologies';
import { type RunningCaseReferral, runCaseReferral } from '../../test/running-case-referral';

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
const activate = (version: string, mode: string, who = 'ana', reason = 'back-tested') =>
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
      expect((await activate('a', 'ACTIVE', 'ana', reason)).status).toBe(400);
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
