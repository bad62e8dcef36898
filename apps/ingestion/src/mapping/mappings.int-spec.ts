import { giveProviderKey, newProviderKey, provisionProvider } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { row, runIngestion, type RunningIngestion } from '../../test/running-ingestion';

let database: TestDatabase;
let ingestion: RunningIngestion;
const otherKey = newProviderKey();

beforeAll(async () => {
  database = await createTestDatabase();
  await provisionProvider(database.dataSource, 'other', otherKey);
  ingestion = await runIngestion(database.databaseUrl);
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

const FIELDS = {
  transferId: { from: 'ID' },
  occurredAt: { from: ['DAY', 'TIME'], format: 'dd-MM-yyyy HH:mm:ss', timeZone: 'Asia/Karachi' },
  type: { from: 'CODE', values: { '01': 'P2P' } },
  amount: { from: 'AMT', grouping: ',' },
  currency: { constant: 'PKR' },
  'debtor.walletId': { from: 'PAYER' },
  'debtor.msisdn': { from: 'PHONE' },
  'creditor.walletId': { from: 'PAYEE' },
};
const HEADER = 'ID;DAY;TIME;CODE;AMT;PAYER;PHONE;PAYEE';
const MAPPING = { delimiter: ';', fields: FIELDS };
const CSV = { 'content-type': 'text/csv' };
const JSON_TYPE = { 'content-type': 'application/json' };
const LINES = { 'content-type': 'application/x-ndjson' };

const cells = (id: string, amount = '1,250.50', phone = '03001234567', code = '01'): string =>
  `${id};01-03-2026;14:05:09;${code};${amount};W1;${phone};W2`;
const csv = (...rows: string[]): string => [HEADER, ...rows].join('\n');
const object = (id: string, amount = '1,250.50'): Record<string, string> =>
  Object.fromEntries(
    cells(id, amount)
      .split(';')
      .map((cell, at) => [HEADER.split(';')[at]!, cell]),
  );

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = JSON_TYPE,
): Promise<Answer> {
  const response = await fetch(ingestion.url.replace('/v1/transfers', path), {
    method,
    headers: {
      authorization: `Bearer ${ingestion.key}`,
      ...(body === undefined ? {} : headers),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const put = (name: string, mapping: unknown = MAPPING) =>
  ask('PUT', `/v1/mappings/${name}`, mapping);
const count = async (table: string): Promise<number> => {
  const rows: { count: number }[] = await database.dataSource.query(
    `select count(*) from ${table}`,
  );
  return rows[0]!.count;
};

describe('a mapping', () => {
  it('is kept once, and each change of it is a version', async () => {
    expect(await put('kept')).toMatchObject({ status: 200, body: { version: 1, changed: true } });
    // The same, whatever the order of its keys.
    const shuffled = {
      fields: Object.fromEntries(Object.entries(FIELDS).reverse()),
      delimiter: ';',
    };
    expect((await put('kept', shuffled)).body).toMatchObject({ version: 1, changed: false });
    expect((await put('kept', { ...MAPPING, delimiter: '|' })).body).toMatchObject({ version: 2 });
    expect((await put('kept')).body).toMatchObject({ version: 3, changed: true });
    expect((await ask('GET', '/v1/mappings/kept')).body).toMatchObject({
      name: 'kept',
      version: 3,
      document: MAPPING,
    });
    expect((await ask('GET', '/v1/mappings/kept@2')).body).toMatchObject({
      document: { delimiter: '|' },
    });
    expect((await ask('GET', '/v1/mappings')).body).toMatchObject({
      items: [{ name: 'kept', version: 3 }],
      next: null,
    });
  });

  it('put by several at once is one version', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => put('raced')));
    expect(new Set(answers.map(({ body }) => body.version))).toEqual(new Set([1]));
    expect(answers.filter(({ body }) => body.changed === true)).toHaveLength(1);
  });

  it('is its provider’s alone', async () => {
    await put('mine');
    const authorization = `Bearer ${otherKey}`;
    const url = ingestion.url.replace('/v1/transfers', '/v1/mappings');
    const list = await fetch(url, { headers: { authorization } });
    expect(await list.json()).toEqual({ items: [], next: null });
    expect((await fetch(`${url}/mine`, { headers: { authorization } })).status).toBe(404);
    const sent = await ingestion.post(csv(), { ...CSV, authorization }, 'transfers?mapping=mine');
    expect(sent.status).toBe(404);
    expect((await fetch(url)).status).toBe(401);
  });

  it('that is none is refused, with the path of what is wrong', async () => {
    const wrong = { fields: { ...FIELDS, type: { constant: 'P2X' } } };
    expect(await put('wrong', wrong)).toMatchObject({
      status: 400,
      body: { problems: [{ path: '/fields/type/constant' }] },
    });
    expect((await ask('GET', '/v1/mappings/wrong')).status).toBe(404);
    for (const name of ['Upper', '-x', 'x'.repeat(64), 'a@b']) {
      expect((await put(name)).status).toBe(400);
    }
    expect((await put('large', { fields: FIELDS, x: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await ask('PUT', '/v1/mappings/x', 'ID', CSV)).status).toBe(400);
  });

  it('is one of fifty at most', async () => {
    await database.dataSource.query(
      `insert into feed.mapping (provider_id, name, version, document)
       select 'other', 'm' || n, 1, '{}' from generate_series(1, 49) n`,
    );
    const authorization = `Bearer ${otherKey}`;
    const asOther = (name: string) =>
      fetch(ingestion.url.replace('transfers', `mappings/${name}`), {
        method: 'PUT',
        headers: { authorization, ...JSON_TYPE },
        body: JSON.stringify(MAPPING),
      });
    expect((await asOther('fiftieth')).status).toBe(200);
    expect((await asOther('another')).status).toBe(413);
    expect((await asOther('m1')).status).toBe(200);
  });
});

describe('rows sent by a mapping', () => {
  const send = async (body: string, headers: Record<string, string>, mapping = 'sent') => {
    const response = await ingestion.post(body, headers, `transfers?mapping=${mapping}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  beforeAll(() => put('sent'));

  it('are the same as CSV, NDJSON and JSON, and as those made by hand', async () => {
    const ids = ['M-1', 'M-2'];
    expect((await send(csv(...ids.map((id) => cells(id))), CSV)).body).toMatchObject({
      accepted: 2,
      rejected: 0,
    });
    const lines = ids.map((id) => JSON.stringify(object(id))).join('\n');
    expect((await send(lines, LINES)).body).toMatchObject({ duplicates: 2, rejected: 0 });
    const envelope = JSON.stringify({ transfers: ids.map((id) => object(id)) });
    expect((await send(envelope, JSON_TYPE)).body).toMatchObject({ duplicates: 2, rejected: 0 });
    const byHand = row('M-1', {
      occurredAt: '2026-03-01T14:05:09+05:00',
      debtor: { walletId: 'W1', msisdn: '03001234567' },
    });
    expect(await ingestion.send([byHand])).toMatchObject({ duplicates: 1, rejected: 0 });
  });

  it('are refused by our field and by their column, whoever refuses them', async () => {
    const body = csv(
      cells('M-3', 'x'),
      cells('M-4', '1', '03001234567', '09'),
      cells('M-5', '0'),
      cells('M-6', '1', 'no number'),
      cells('M-1', '99'),
      cells('', '1'),
    );
    const answer = await send(body, CSV);
    expect(answer.body).toMatchObject({
      accepted: 0,
      rejected: 6,
      problems: [
        { index: 0, transferId: 'M-3', path: '/amount', column: 'AMT' },
        { index: 1, transferId: 'M-4', path: '/type', column: 'CODE' },
        { index: 2, transferId: 'M-5', path: '/amount', column: 'AMT' },
        { index: 3, transferId: 'M-6', path: '/debtor/msisdn', column: 'PHONE' },
        { index: 4, transferId: 'M-1', path: '/amount', column: 'AMT', code: 'CONFLICT' },
        { index: 5, transferId: null, path: '/transferId', column: 'ID' },
      ],
    });
    expect(JSON.stringify(answer.body)).not.toContain('no number');
  });

  it('are read by the version that is named', async () => {
    await put('versions');
    await put('versions', { ...MAPPING, delimiter: '|' });
    expect((await send(csv(cells('M-7')), CSV, 'versions')).status).toBe(400);
    expect((await send(csv(cells('M-7')), CSV, 'versions@1')).body).toMatchObject({ accepted: 1 });
    expect((await send(csv(), CSV, 'versions@3')).status).toBe(404);
    expect((await send(csv(), CSV, 'versions@0')).status).toBe(400);
    expect((await send(csv(), CSV, 'sent&mapping=sent')).status).toBe(400);
  });

  it('are transfers, not events', async () => {
    const answer = await ingestion.post('{"events":[]}', JSON_TYPE, 'events?mapping=sent');
    expect(answer.status).toBe(400);
  });
});

describe('a dry run', () => {
  const EXPECTED = {
    rows: [
      {
        index: 0,
        row: {
          transferId: 'D-1',
          occurredAt: '2026-03-01T09:05:09.000Z',
          type: 'P2P',
          amount: '1250.5',
          currency: 'PKR',
          debtor: { walletId: 'W1', msisdn: '03001234567' },
          creditor: { walletId: 'W2' },
        },
      },
    ],
    problems: [
      { index: 1, transferId: 'D-2', path: '/amount', column: 'AMT' },
      { index: 2, transferId: 'D-3', path: '/debtor/msisdn', column: 'PHONE' },
    ],
  };
  const sample = csv(cells('D-1'), cells('D-2', '0'), cells('D-3', '1', 'no number'));

  it('shows what would be taken and refused, and keeps nothing of it', async () => {
    await put('tried');
    const before = [await count('feed.transfer'), await count('feed.identity')];
    const byName = await ask('POST', '/v1/mappings/tried/dry-runs', sample, CSV);
    expect(byName).toMatchObject({ status: 200, body: EXPECTED });
    const together = { mapping: MAPPING, csv: sample };
    expect((await ask('POST', '/v1/mappings/dry-runs', together)).body).toMatchObject(EXPECTED);
    expect([await count('feed.transfer'), await count('feed.identity')]).toEqual(before);
    // Nothing of it is remembered either: the number is sealed when it is sent.
    const sent = csv(cells('D-9', '1', '03331112223'));
    await ask('POST', '/v1/mappings/tried/dry-runs', sent, CSV);
    await ingestion.post(sent, CSV, 'transfers?mapping=tried');
    expect(await count('feed.identity')).toBe(before[1]! + 1);
    // What it shows is what is taken by hand.
    const [{ row: shown }] = byName.body.rows as [{ row: unknown }];
    expect(await ingestion.send([shown])).toMatchObject({ accepted: 1 });
  });

  it('takes JSON and NDJSON too, and a hundred rows at most', async () => {
    const rows = Array.from({ length: 100 }, (_, n) => object(`D-${String(n)}`));
    const path = '/v1/mappings/tried/dry-runs';
    const json = await ask('POST', path, { transfers: rows });
    expect(json.body.rows).toHaveLength(100);
    const lines = rows.map((one) => JSON.stringify(one)).join('\n');
    expect((await ask('POST', path, lines, LINES)).body.rows).toHaveLength(100);
    const one = JSON.stringify(object('D-x'));
    expect((await ask('POST', path, `${lines}\n${one}`, LINES)).status).toBe(413);
    const together = { mapping: MAPPING, transfers: [...rows, object('D-x')] };
    expect((await ask('POST', '/v1/mappings/dry-runs', together)).status).toBe(413);
  });

  it('without a mapping, or rows, or of a wrong one is refused', async () => {
    for (const body of [{}, [], null, { mapping: MAPPING }, { csv: 'x' }]) {
      expect((await ask('POST', '/v1/mappings/dry-runs', body)).status).toBe(400);
    }
    const wrong = await ask('POST', '/v1/mappings/dry-runs', { mapping: { fields: {} }, csv: 'x' });
    expect(wrong.body).toMatchObject({ problems: [{ path: '/fields/transferId' }] });
    expect((await ask('POST', '/v1/mappings/nothing/dry-runs', sample, CSV)).status).toBe(404);
  });
});

it('with a key of signed requests is told nothing that is not signed', async () => {
  const { key } = await database.dataSource.transaction((manager) =>
    giveProviderKey(manager, {
      ...{ provider: 'demo', scopes: ['report'], networks: null, signed: true, expiresAt: null },
    }),
  );
  const url = ingestion.url.replace('transfers', 'mappings');
  const headers = { authorization: `Bearer ${key}`, ...JSON_TYPE };
  expect((await fetch(url, { headers: { authorization: headers.authorization } })).status).toBe(
    401,
  );
  const body = JSON.stringify(MAPPING);
  expect((await fetch(`${url}/signed`, { method: 'PUT', headers, body })).status).toBe(401);
  expect((await ask('GET', '/v1/mappings/signed')).status).toBe(404);
});
