import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { giveProviderKey, SIGNATURE_HEADERS, signatureOf } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { PROVIDER, row, runIngestion, type RunningIngestion } from '../test/running-ingestion';

let database: TestDatabase;
let ingestion: RunningIngestion;
let key: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, { INGESTION_BODY_BYTES_MAX: '20000' });
  const asked = { scopes: ['report'], networks: null, signed: true, expiresAt: null } as const;
  const given = await database.dataSource.transaction((manager) =>
    giveProviderKey(manager, { provider: PROVIDER, ...asked }),
  );
  ({ key } = given);
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';

/** As a provider's adapter signs what it sends. */
function signed(
  body: string | Buffer,
  over: { timestamp?: string; by?: string; path?: string; method?: string } = {},
) {
  const { timestamp = String(Math.floor(Date.now() / 1_000)), by = key } = over;
  const { path = '/v1/transfers', method = 'POST' } = over;
  const nonce = randomUUID();
  const request = { method, path, timestamp, nonce, body: Buffer.from(body) };
  return {
    [SIGNATURE_HEADERS.timestamp]: timestamp,
    [SIGNATURE_HEADERS.nonce]: nonce,
    [SIGNATURE_HEADERS.signature]: signatureOf(by, request),
  };
}

async function send(body: string, headers: Record<string, string>, type = JSON_TYPE, by = key) {
  const answer = await fetch(ingestion.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${by}`, 'content-type': type, ...headers },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const batch = (...ids: string[]): string => JSON.stringify({ transfers: ids.map((id) => row(id)) });
const stored = async (): Promise<number> => {
  const rows: { count: number }[] = await database.dataSource.query(
    'select count(*) from feed.transfer',
  );
  return rows[0]!.count;
};

describe('a key with which requests are signed', () => {
  it('takes what is signed, as JSON and as lines, each request once', async () => {
    const json = batch('S-1', 'S-2');
    const headers = signed(json);
    expect(await send(json, headers)).toMatchObject({ status: 200, body: { accepted: 2 } });
    const again = await send(json, headers);
    expect([again.status, again.body.code]).toEqual([409, 'CONFLICT']);
    // Signed anew it is sent again, and changes nothing.
    expect((await send(json, signed(json))).body).toMatchObject({ duplicates: 2 });
    const lines = ['S-3', 'S-4', 'S-5'].map((id) => `${JSON.stringify(row(id))}\n`).join('');
    const answer = await send(lines, signed(lines), LINES_TYPE);
    expect(answer).toMatchObject({ status: 200, body: { accepted: 3, rejected: 0 } });
    expect(await stored()).toBe(5);
  });

  it('takes nothing that is not, or by another, or of another body, path or time', async () => {
    const before = await stored();
    const body = batch('X-1');
    const old = String(Math.floor(Date.now() / 1_000) - 301);
    for (const headers of [
      {},
      signed(body, { by: ingestion.key }),
      signed(batch('X-2')),
      signed(body, { path: '/v1/events' }),
      signed(body, { timestamp: old }),
    ]) {
      const answer = await send(body, headers);
      expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
      expect((await send(body, headers, LINES_TYPE)).status).toBe(401);
    }
    const large = batch(...Array.from({ length: 200 }, (_, n) => `L-${String(n)}`));
    expect((await send(large, signed(large))).status).toBe(413);
    expect(await stored()).toBe(before);
  });

  it('takes packed CSV by the signature of what was sent', async () => {
    const csv = Buffer.from(
      'transferId,occurredAt,type,amount,currency,debtor.walletId,creditor.walletId\n' +
        'S-9,2026-03-01T14:05:09+05:00,P2P,1.00,PKR,W1,W2\n',
    );
    const packed = gzipSync(csv);
    const send = (headers: Record<string, string>): Promise<Response> =>
      fetch(ingestion.url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'text/csv',
          'content-encoding': 'gzip',
          ...headers,
        },
        body: packed,
      });
    expect((await send(signed(csv))).status).toBe(401);
    expect(await (await send(signed(packed))).json()).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('takes files, each request and each part signed, and no part twice', async () => {
    const authorization = `Bearer ${key}`;
    const ask = (
      method: string,
      path: string,
      body: string,
      headers: Record<string, string>,
    ): Promise<Response> =>
      fetch(new URL(path, ingestion.url), {
        method,
        headers: { authorization, ...headers },
        ...(body === '' ? {} : { body }),
      });
    const content = `${JSON.stringify(row('S-10'))}\n`;
    const length = {
      'upload-length': String(content.length),
      'upload-metadata': `format ${Buffer.from('ndjson').toString('base64')}`,
    };
    const created = await ask('POST', '/v1/files', '', {
      ...length,
      ...signed('', { path: '/v1/files' }),
    });
    expect(created.status).toBe(201);
    const path = created.headers.get('location')!;
    const type = { 'content-type': 'application/offset+octet-stream' };
    const part = { ...type, 'upload-offset': '0' };
    expect((await ask('PATCH', path, content, part)).status).toBe(401);
    const other = signed('another part', { path, method: 'PATCH' });
    expect((await ask('PATCH', path, content, { ...part, ...other })).status).toBe(401);
    const headers = { ...part, ...signed(content, { path, method: 'PATCH' }) };
    expect((await ask('PATCH', path, content, headers)).status).toBe(204);
    expect((await ask('PATCH', path, content, headers)).status).toBe(409);
    const told = await ask('GET', path, '', signed('', { path, method: 'GET' }));
    expect(await told.json()).toMatchObject({ received: content.length });
    expect((await ask('GET', path, '', {})).status).toBe(401);
  });

  it('asks it of no other key', async () => {
    const body = batch('P-1');
    expect((await send(body, {}, JSON_TYPE, ingestion.key)).status).toBe(200);
  });

  it('remembers what was sent for as long as it would be taken', async () => {
    await database.dataSource.query(
      `update feed.request_nonce set at = now() - interval '11 minutes'`,
    );
    const body = batch('S-1');
    await send(body, signed(body));
    const rows: unknown[] = await database.dataSource.query('select from feed.request_nonce');
    expect(rows).toHaveLength(1);
  });
});
