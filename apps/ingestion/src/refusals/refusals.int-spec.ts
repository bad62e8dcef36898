import { type TransfersAnswer } from '#contracts';
import { giveProviderKey } from '#identity';
import { type Page, type Told } from '#platform';
import { createTestDatabase, type TestDatabase } from '#testing';
import { pacs002 } from '../../test/iso-messages';
import { PROVIDER, row, runIngestion, type RunningIngestion } from '../../test/running-ingestion';
import { type RefusalAnswer, type RefusedRowAnswer } from './refusal-answer';
import { RAW_BYTES_MAX, REFUSALS_KEPT_MAX, RefusedRowRepository } from './refused-row.repository';

let database: TestDatabase;
let ingestion: RunningIngestion;
let reader: string;
let stranger: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, { INGESTION_LINE_BYTES_MAX: '200000' });
  const keyOf = async (provider: string): Promise<string> => {
    const asked = {
      scopes: ['health', 'report'],
      networks: null,
      signed: false,
      expiresAt: null,
    } as const;
    const given = await database.dataSource.transaction((manager) =>
      giveProviderKey(manager, { provider, ...asked }),
    );
    return given.key;
  };
  reader = await keyOf(PROVIDER);
  stranger = await keyOf('stranger');
});

beforeEach(async () => {
  await database.dataSource.query('delete from feed.refused_row');
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

const url = (path: string): string => `http://127.0.0.1:${ingestion.port}/v1/feed/refusals${path}`;
const ask = (path: string, key = reader): Promise<Response> =>
  fetch(url(path), { headers: { authorization: `Bearer ${key}` } });
async function refusals(key = reader): Promise<Told<RefusalAnswer>[]> {
  const items: Told<RefusalAnswer>[] = [];
  for (let after = ''; ;) {
    const page = (await (await ask(`?limit=2${after}`, key)).json()) as Page<Told<RefusalAnswer>>;
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${page.next}`;
  }
}
const rowOf = async (id: string): Promise<string | null> =>
  ((await (await ask(`/${id}`)).json()) as Told<RefusedRowAnswer>).row;
const correct = (id: string, body: string, key = reader): Promise<Response> =>
  fetch(url(`/${id}/corrections`), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });

const NAME = 'Ayesha Siddiqua عائشہ';
const bad = (id: string, change: object = {}) =>
  row(id, { debtor: { walletId: 'W1', name: NAME }, amount: '0', ...change });

describe('a refused row', () => {
  it('is kept as it came, with the reason, in whatever format', async () => {
    await ingestion.send([bad('R-1'), row('R-2')]);
    await ingestion.send([row('R-2', { amount: '9.99' })]);
    await ingestion.post('{"transferId":"R-3", oops\n', { 'content-type': 'application/x-ndjson' });
    const csv =
      'transferId,occurredAt,type,amount,currency,debtor.walletId,creditor.walletId\nR-4,never,P2P,1,PKR,A,B\nR-5,x\n';
    await ingestion.post(csv, { 'content-type': 'text/csv' });
    await ingestion.sendEvents([{ eventId: 'E-1', type: 'CALL' }]);
    const status = {
      messageId: 'M',
      txId: 'TX',
      endToEndId: null,
      uetr: null,
      code: 'AC SC',
      at: '2026-03-02T14:23:31Z',
    };
    await ingestion.post(pacs002([status]), { 'content-type': 'application/xml' }, 'iso20022');
    const kept = await refusals();
    const told = await Promise.all(
      kept.map(async ({ id, list, rowId, code, path, isStored }) => [
        list,
        rowId,
        code,
        path,
        isStored,
        await rowOf(id),
      ]),
    );
    expect(told.map((one) => one.slice(0, 5))).toEqual([
      ['transfers', 'R-1', 'INVALID_INPUT', '/amount', false],
      ['transfers', 'R-2', 'CONFLICT', '/amount', true],
      ['transfers', null, 'INVALID_INPUT', '', false],
      ['transfers', 'R-4', 'INVALID_INPUT', '/occurredAt', false],
      ['transfers', null, 'INVALID_INPUT', '', false],
      ['events', 'E-1', 'INVALID_INPUT', '/occurredAt', false],
      ['messages', 'TX', 'INVALID_INPUT', '/TxInfAndSts/TxSts', false],
    ]);
    const rows = told.map((one) => String(one[5]));
    expect(JSON.parse(rows[0]!)).toEqual(bad('R-1'));
    expect(rows[2]).toBe('{"transferId":"R-3", oops');
    expect(JSON.parse(rows[3]!)).toMatchObject({ transferId: 'R-4', occurredAt: 'never' });
    expect(rows[4]).toBe('R-5,x');
    expect(rows[6]).toContain('AC SC');
  });

  it('lies sealed, and is nowhere else in clear', async () => {
    await ingestion.send([bad('R-10')]);
    const [stored]: { text: string }[] = await database.dataSource.query(
      `select string_agg(r::text || convert_from(convert_to(encode(sealed, 'escape'), 'UTF8'), 'UTF8'), '') as text from feed.refused_row r`,
    );
    expect(stored!.text).toContain('R-10');
    expect(stored!.text).not.toContain('Ayesha');
  });

  it('is kept once, however often it is refused for the same', async () => {
    for (let i = 0; i < 3; i += 1) await ingestion.send([bad('R-20'), bad('R-20')]);
    await ingestion.send([bad('R-20', { amount: '-1' })]);
    expect(await refusals()).toHaveLength(2);
  });

  it('is its provider’s own', async () => {
    await ingestion.send([bad('R-30')]);
    const [{ id } = { id: '' }] = await refusals();
    expect(await refusals(stranger)).toEqual([]);
    expect((await ask(`/${id}`, stranger)).status).toBe(404);
    expect((await correct(id, JSON.stringify(row('R-30')), stranger)).status).toBe(404);
    expect((await ask(`/${id}`, 'lw_none')).status).toBe(401);
    for (const none of ['x', '00000000-0000-4000-8000-000000000000']) {
      expect((await ask(`/${none}`)).status).toBe(404);
    }
  });

  it('is corrected by a row in its place, however often that is sent', async () => {
    await ingestion.send([bad('R-40')]);
    const [{ id } = { id: '' }] = await refusals();
    const still = (await (
      await correct(id, JSON.stringify(bad('R-40', { amount: '-5' })))
    ).json()) as TransfersAnswer;
    expect(still).toMatchObject({
      rejected: 1,
      problems: [{ transferId: 'R-40', path: '/amount' }],
    });
    expect((await refusals())[0]).toMatchObject({ correctedAt: null, isStored: false });
    const good = JSON.stringify(row('R-40'));
    expect(await (await correct(id, good)).json()).toMatchObject({ accepted: 1 });
    const [first] = await refusals();
    expect(first).toMatchObject({ correctedAt: expect.any(String) as string, isStored: true });
    expect(await (await correct(id, good)).json()).toMatchObject({ duplicates: 1 });
    expect((await refusals())[0]).toEqual(first);
  });

  it('that is an event is corrected by an event, and a message is sent again', async () => {
    await ingestion.sendEvents([{ eventId: 'E-50', type: 'CALL' }]);
    const status = {
      messageId: 'M',
      txId: 'TX-50',
      endToEndId: null,
      uetr: null,
      code: '!',
      at: '2026-03-02T14:23:31Z',
    };
    await ingestion.post(pacs002([status]), { 'content-type': 'application/xml' }, 'iso20022');
    const [event, message] = await refusals();
    const call = {
      ...{ eventId: 'E-50', type: 'CALL', occurredAt: '2026-03-02T14:23:31Z' },
      ...{ caller: { msisdn: '03001234567' }, callee: { msisdn: '03007654321' } },
    };
    expect(await (await correct(event!.id, JSON.stringify(call))).json()).toMatchObject({
      accepted: 1,
    });
    expect((await correct(message!.id, '{}')).status).toBe(412);
    for (const body of ['', '[', 'null', '7']) {
      expect([200, 400]).toContain((await correct(event!.id, body)).status);
    }
  });

  it.each([
    [RAW_BYTES_MAX, true],
    [RAW_BYTES_MAX + 1, false],
  ])('of %i bytes is kept whole: %s', async (bytes, isKept) => {
    const empty = JSON.stringify({ transferId: 'R-60', odd: '' }).length;
    await ingestion.send([{ transferId: 'R-60', odd: 'x'.repeat(bytes - empty) }]);
    const [{ id } = { id: '' }] = await refusals();
    expect((await rowOf(id))?.length ?? null).toBe(isKept ? bytes : null);
  });

  it('nested too deep to be written again is refused as any other', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const response = await ingestion.post(`{"transfers":[{"transferId":"R-70","debtor":${deep}}]}`);
    expect(await response.json()).toMatchObject({ rejected: 1 });
    const [{ id } = { id: '' }] = await refusals();
    expect(await rowOf(id)).toBeNull();
  });

  it('with an id that is none is kept without it', async () => {
    await ingestion.send([bad('R\u0000'), bad('R\ud800')]);
    const kept = await refusals();
    expect(kept.map(({ rowId }) => rowId)).toEqual([null, null]);
    expect(JSON.parse((await rowOf(kept[0]!.id))!)).toMatchObject({ transferId: 'R\u0000' });
  });

  it('beyond as many as are kept is answered, and counted', async () => {
    const repository = new RefusedRowRepository(database.dataSource, ingestion.vault);
    await database.dataSource.query(
      `insert into feed.refused_row (provider_id, list, code, path, detail, mark)
       select 'full', 'transfers', 'INVALID_INPUT', '', '', n::text from generate_series(2, $1) as n`,
      [REFUSALS_KEPT_MAX],
    );
    const one = {
      list: 'transfers',
      code: 'INVALID_INPUT',
      path: '',
      column: null,
      detail: '',
    } as const;
    const two = (...ids: string[]) => ids.map((rowId) => ({ ...one, rowId, raw: rowId }));
    expect(await repository.keep('full', two('a', 'b'))).toBe(1);
    expect(await repository.keep('full', two('c', 'd'))).toBe(2);
    expect(await repository.keep('other', two('a', 'b'))).toBe(0);
  });
});
