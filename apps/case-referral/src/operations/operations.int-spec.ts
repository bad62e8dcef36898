import { walletKey } from '#domain';
import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { type RunningCaseReferral, runCaseReferral } from '../../test/running-case-referral';
import { INDICATORS_PER_OPERATION_MAX, INDICATORS_PER_REQUEST_MAX } from './operation-input';

let database: TestDatabase;
let service: RunningCaseReferral;

beforeAll(async () => {
  database = await createTestDatabase();
  service = await runCaseReferral(database.databaseUrl);
});

afterAll(async () => {
  await service.close();
  await database.drop();
});

const KNOWN_FROM = '2026-03-01T00:00:00+05:00';
const wallet = (value: string) => ({
  type: 'wallet',
  value,
  provider: 'demo',
  knownFrom: KNOWN_FROM,
});
const msisdn = (value: string) => ({
  type: 'msisdn',
  value,
  provider: null,
  knownFrom: KNOWN_FROM,
});

const operation = (id: string | undefined, indicators: readonly unknown[]) => ({
  ...(id === undefined ? {} : { id }),
  name: `Operation ${id ?? 'without id'}`,
  kind: 'CALL_CENTRE',
  modus: 'PHISHING',
  indicators,
});

const post = (body: unknown) => service.call('ana', 'POST', '/v1/operations', body);

/** What detection was told of an operation, in the log's order. */
async function told(operationId: string): Promise<{ type: string; match: string }[]> {
  const entries = await new TransferLog(database.dataSource).read(0, 1_000);
  return entries
    .flatMap((entry) => (entry.kind === 'indicators.registered.v1' ? entry.indicators : []))
    .filter((indicator) => indicator.operationId === operationId)
    .map(({ type, match }) => ({ type, match }));
}

describe('registering an operation', () => {
  it('stores it, tells detection, and shows identifiers masked', async () => {
    const answer = await post(operation('op-a', [wallet('W1'), msisdn('0300 1234567')]));
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ id: 'op-a', indicatorCount: 2, indicatorsAdded: 2 });
    expect(await told('op-a')).toEqual([
      { type: 'wallet', match: walletKey({ provider: 'demo', walletId: 'W1' }) },
      { type: 'msisdn', match: service.vault.token('msisdn', '+92-300-1234567') },
    ]);
    const { body } = await service.call('ana', 'GET', '/v1/operations/op-a');
    expect(body).toMatchObject({
      name: 'Operation op-a',
      createdBy: 'ana',
      indicators: [
        { type: 'msisdn', value: '…567', provider: null, knownFrom: '2026-02-28T19:00:00.000Z' },
        { type: 'wallet', value: 'W1', provider: 'demo' },
      ],
    });
  });

  it('again changes nothing but adds what is missing', async () => {
    await post(operation('op-b', [wallet('W1')]));
    const again = await post({
      ...operation('op-b', [
        { ...wallet('W1'), knownFrom: '2020-01-01T00:00:00Z' },
        wallet('W2'),
        wallet('W2'),
      ]),
      name: 'another name',
      modus: 'OTHER',
    });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({
      name: 'Operation op-b',
      modus: 'PHISHING',
      indicatorCount: 2,
      indicatorsAdded: 1,
    });
    const same = await post(operation('op-b', [wallet('W1'), wallet('W2')]));
    expect(same.body).toMatchObject({ indicatorsAdded: 0 });
    expect((await told('op-b')).map(({ match }) => match)).toEqual(['demo\nW1', 'demo\nW2']);
    const { body } = await service.call<{ indicators: { knownFrom: string }[] }>(
      'ana',
      'GET',
      '/v1/operations/op-b',
    );
    expect(body.indicators[0]!.knownFrom).toBe('2026-02-28T19:00:00.000Z');
  });

  it('by twelve at once neither doubles nor loses an indicator', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, sender) =>
        post(
          operation(
            'op-c',
            Array.from({ length: 20 }, (__, index) => wallet(`C${String(sender * 5 + index)}`)),
          ),
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(11);
    const expected = Array.from({ length: 75 }, (_, index) => `demo\nC${String(index)}`);
    expect((await told('op-c')).map(({ match }) => match).sort()).toEqual(expected.sort());
    const added = answers.map(({ body }) => body.indicatorsAdded as number);
    expect(added.reduce((a, b) => a + b, 0)).toBe(75);
  });

  it('without an id makes a new one each time', async () => {
    const [one, other] = [
      await post(operation(undefined, [])),
      await post(operation(undefined, [])),
    ];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(one.body.id).not.toBe(other.body.id);
    expect(await told(one.body.id as string)).toEqual([]);
  });

  it('keeps no identifier in clear, anywhere', async () => {
    const secrets = {
      msisdn: '03451112223',
      nationalId: '3520198765431',
      iban: 'PK36SCBL0000001123456702',
      imei: '490154203237518',
      device: 'device-of-nobody-else',
      ip: '203.0.113.77',
    };
    const indicators = Object.entries(secrets).map(([type, value]) => ({
      type,
      value,
      knownFrom: KNOWN_FROM,
    }));
    expect((await post(operation('op-secret', indicators))).status).toBe(201);
    const tables: { name: string }[] = await database.dataSource.query(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname = any('{feed,intel,scoring,referral}')`,
    );
    let seen = 0;
    for (const { name } of tables) {
      const rows: { row: string }[] = await database.dataSource.query(
        `select t::text as row from ${name} t`,
      );
      for (const { row } of rows) {
        seen += 1;
        for (const [type, value] of Object.entries(secrets)) {
          const spellings = [value, value.replace(/^0/, '92'), Buffer.from(value).toString('hex')];
          for (const spelling of spellings) {
            if (row.includes(spelling)) throw new Error(`${name} holds a ${type} in clear`);
          }
        }
      }
    }
    expect(seen).toBeGreaterThan(6);
    const { body } = await service.call('ana', 'GET', '/v1/operations/op-secret');
    expect(JSON.stringify(body)).not.toMatch(
      /1112223|98765431|23456702|3237518|nobody-else|113\.77/,
    );
  });

  it.each<[string, unknown, string]>([
    ['no name', { ...operation('x', []), name: undefined }, '/name'],
    ['a kind that is none', { ...operation('x', []), kind: 'SHOP' }, '/kind'],
    ['a field we do not know', { ...operation('x', []), colour: 'red' }, '/colour'],
    ['a control character in its id', operation('x\u0000', []), '/id'],
    ['an id that is too long', operation('x'.repeat(65), []), '/id'],
    ['indicators that are no list', { ...operation('x', []), indicators: {} }, '/indicators'],
    ['an indicator that is none', operation('x', [null]), '/indicators'],
    [
      'a type we do not know',
      operation('x', [{ ...wallet('W'), type: 'fax' }]),
      '/indicators/0/type',
    ],
    [
      'a wallet without its provider',
      operation('x', [wallet('W'), { ...wallet('W'), provider: undefined }]),
      '/indicators/1/provider',
    ],
    [
      'a wallet of nobody',
      operation('x', [{ ...wallet('W'), provider: null }]),
      '/indicators/0/provider',
    ],
    ['a list for an indicator', operation('x', [[]]), '/indicators'],
    ['an indicator in a list', operation('x', [[wallet('W')]]), '/indicators'],
    ['nothing for an indicator', operation('x', [null]), '/indicators'],
    ['a number that is none', operation('x', [msisdn('call me')]), '/indicators/0/value'],
    [
      'an instant without its offset',
      operation('x', [{ ...wallet('W'), knownFrom: '2026-03-01T00:00:00' }]),
      '/indicators/0/knownFrom',
    ],
    [
      'a wallet id that no wallet can have',
      operation('x', [wallet('W'.repeat(65))]),
      '/indicators/0/value',
    ],
    [
      'too many indicators',
      operation('x', Array(INDICATORS_PER_REQUEST_MAX + 1).fill(wallet('W'))),
      '/indicators',
    ],
  ])('with %s is refused and leaves nothing', async (_, body, path) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.contentType).toContain('application/problem+json');
    const problems = answer.body.problems as { code: string; path: string }[];
    expect(problems.map((problem) => problem.path).join(' ')).toContain(path);
    expect((await service.call('ana', 'GET', '/v1/operations/x')).status).toBe(404);
  });

  it('beyond the most that one holds is refused as a whole', async () => {
    await post(operation('op-full', []));
    await database.dataSource.query(
      // As the service does: what nothing is said of in the trail is not committed.
      `with said as (insert into audit.entry (chain, body) values (0, '{}'))
       insert into intel.indicator (operation_id, type, match, known_from, created_by)
       select 'op-full', 'wallet', E'demo\nF' || n, now(), 'ana' from generate_series(1, $1::integer) n`,
      [INDICATORS_PER_OPERATION_MAX - 1],
    );
    expect((await post(operation('op-full', [wallet('A'), wallet('B')]))).status).toBe(413);
    expect((await post(operation('op-full', [wallet('A')]))).body).toMatchObject({
      indicatorCount: INDICATORS_PER_OPERATION_MAX,
    });
    expect(await told('op-full')).toEqual([{ type: 'wallet', match: 'demo\nA' }]);
  });
});

describe('the list of operations', () => {
  it('goes on page after page, each operation once, in the order of registering', async () => {
    for (let index = 0; index < 5; index += 1) await post(operation(`list-${String(index)}`, []));
    const ids: string[] = [];
    let after = '';
    for (;;) {
      const { body } = await service.call<{ items: { id: string }[]; next: string | null }>(
        'ana',
        'GET',
        `/v1/operations?limit=3${after}`,
      );
      ids.push(...body.items.map(({ id }) => id));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.slice(-5)).toEqual([0, 1, 2, 3, 4].map((index) => `list-${String(index)}`));
  });

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=1&limit=2',
    'after=x',
    'after=e30',
    'colour=red',
  ])('refuses ?%s', async (query) => {
    expect((await service.call('ana', 'GET', `/v1/operations?${query}`)).status).toBe(400);
  });

  it.each(['nothing', '%00', 'a%2fb', '%F0%9F%99%82'])('knows no operation %s', async (id) => {
    expect((await service.call('ana', 'GET', `/v1/operations/${id}`)).status).toBe(404);
  });
});
