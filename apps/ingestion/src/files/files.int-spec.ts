import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { giveProviderKey, newProviderKey, provisionProvider } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { csv, FileUploads, line, lines, nextId, said } from '../../test/file-uploads';
import { runIngestion, type RunningIngestion } from '../../test/running-ingestion';
import { FileRepository } from './file.repository';
import { type StoredFile } from './stored-file';

const OTHER = 'other';
const otherKey = newProviderKey();
const PIECE = { 'content-type': 'application/offset+octet-stream' };

let database: TestDatabase;
let ingestion: RunningIngestion;
let files: FileUploads;

beforeAll(async () => {
  database = await createTestDatabase();
  await provisionProvider(database.dataSource, OTHER, otherKey);
  ingestion = await runIngestion(database.databaseUrl, {
    INGESTION_FILE_BYTES_MAX: '2000000',
    INGESTION_FILE_LEASE_MS: '2000',
  });
  files = new FileUploads(ingestion);
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

const pieces = (id: string): Promise<{ sealed: Buffer }[]> =>
  database.dataSource.query('select sealed from feed.file_piece where file_id = $1', [id]);

const offsetOf = async (id: string): Promise<number> =>
  Number((await files.call('HEAD', `/${id}`)).headers.get('upload-offset'));

describe('an upload', () => {
  it('goes in parts, as tus has it, and is worked through once all of it is there', async () => {
    const content = Buffer.from(csv(...lines(1_200)));
    const id = await files.begin(content.length, { purpose: 'BACKFILL' });
    expect(await files.get(id)).toMatchObject({
      state: 'RECEIVING',
      received: 0,
      purpose: 'BACKFILL',
    });
    const cuts = [0, 1, 777, 50_000, content.length];
    for (const [at, from] of cuts.slice(0, -1).entries()) {
      const head = await files.call('HEAD', `/${id}`);
      expect(head.headers.get('upload-offset')).toBe(String(from));
      expect(head.headers.get('upload-length')).toBe(String(content.length));
      expect(head.headers.get('cache-control')).toBe('no-store');
      const answer = await files.append(id, from, content.subarray(from, cuts[at + 1]));
      expect([answer.status, answer.headers.get('upload-offset')]).toEqual([
        204,
        String(cuts[at + 1]),
      ]);
      expect(answer.headers.get('tus-resumable')).toBe('1.0.0');
    }
    expect(await files.ended(id)).toMatchObject({
      ...{ name: 'x.csv', format: 'csv', mapping: null, state: 'DONE', reason: null },
      ...{ length: content.length, received: content.length, workedThrough: content.length },
      ...{ rows: 1_200, accepted: 1_200, duplicates: 0, rejected: 0, refusalsLeftOut: 0 },
    });
    expect(await pieces(id)).toEqual([]);
    // A client whose last answer was lost asks where it is, and is done.
    expect(await offsetOf(id)).toBe(content.length);
    expect((await files.append(id, content.length, '')).status).toBe(204);
    // The very same file again changes nothing.
    expect(await files.worked(content)).toMatchObject({ accepted: 0, duplicates: 1_200 });
  });

  it('is at rest sealed, and for its place alone', async () => {
    const id = await files.begin(1_000);
    await files.append(id, 0, csv(line(nextId(), '1', 'Ayesha Khan')));
    const [piece] = await pieces(id);
    expect(piece!.sealed.includes('Ayesha')).toBe(false);
    expect(ingestion.vault.openBytes(`file:${id}:0`, piece!.sealed).toString()).toContain('Ayesha');
    expect(() => ingestion.vault.openBytes(`file:${id}:1`, piece!.sealed)).toThrow();
    await files.call('DELETE', `/${id}`);
  });

  it('that breaks off goes on where it did', async () => {
    const content = Buffer.from(csv(...lines(2_000)));
    const id = await files.begin(content.length);
    await new Promise<void>((resolve) => {
      const sent = request(files.url(`/${id}`), {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${ingestion.key}`,
          ...PIECE,
          'upload-offset': '0',
          'content-length': String(content.length),
        },
      });
      sent.on('error', () => undefined).on('close', resolve);
      sent.write(content.subarray(0, 70_000), () => setTimeout(() => sent.destroy(), 200));
    });
    let offset = 0;
    for (let tries = 0; offset === 0 && tries < 100; tries += 1) {
      await sleep(20);
      offset = await offsetOf(id);
    }
    expect(offset).toBe(70_000);
    expect((await files.append(id, offset, content.subarray(offset))).status).toBe(204);
    expect(await files.ended(id)).toMatchObject({ state: 'DONE', accepted: 2_000 });
  });

  it('takes a part at its end alone, once, and no more than was said', async () => {
    const content = Buffer.from(csv(line()));
    const id = await files.begin(content.length);
    const half = content.subarray(0, 50);
    const both = await Promise.all([files.append(id, 0, half), files.append(id, 0, half)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
    for (const offset of [0, 49, 51, content.length]) {
      expect((await files.append(id, offset, 'x')).status).toBe(409);
    }
    expect((await files.append(id, 50, Buffer.alloc(content.length - 49))).status).toBe(413);
    expect(await offsetOf(id)).toBe(50);
    expect((await files.append(id, 50, content.subarray(50))).status).toBe(204);
    expect(await files.ended(id)).toMatchObject({ state: 'DONE', accepted: 1 });
    expect((await files.append(id, content.length, 'x')).status).toBe(413);
  });

  it.each([
    ['no length', { 'upload-length': '' }, 400],
    ['nothing in it', { 'upload-length': '0' }, 400],
    ['a length that is none', { 'upload-length': '-1' }, 400],
    ['a byte too many', { 'upload-length': '2000001' }, 413],
    ['another protocol', { 'tus-resumable': '0.2.2' }, 412],
    ['no format', { 'upload-metadata': said({ filename: 'x.xlsx' }) }, 400],
    ['another kind', { 'upload-metadata': said({ filename: 'x.csv', kind: 'cases' }) }, 400],
    ['another purpose', { 'upload-metadata': said({ filename: 'x.csv', purpose: 'x' }) }, 400],
    ['an unknown key', { 'upload-metadata': said({ filename: 'x.csv', colour: 'x' }) }, 400],
    [
      'a key twice',
      { 'upload-metadata': `${said({ name: 'x.csv' })},${said({ name: 'y' })}` },
      400,
    ],
    ['a name that is no base64', { 'upload-metadata': 'filename x.csv' }, 400],
    ['a long name', { 'upload-metadata': said({ filename: `${'x'.repeat(200)}.csv` }) }, 400],
    [
      'a mapping that is not there',
      { 'upload-metadata': said({ name: 'x.csv', mapping: 'm' }) },
      404,
    ],
    ['no key', { authorization: '' }, 401],
  ])('with %s is not begun', async (_, headers, status) => {
    const answer = await files.call('POST', '', {
      'upload-length': '100',
      'upload-metadata': said({ filename: 'x.csv' }),
      ...headers,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('tus-version')).toBe(status === 412 ? '1.0.0' : null);
  });

  it('says what it speaks', async () => {
    const answer = await files.call('OPTIONS', '', { authorization: '' });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'tus-version': '1.0.0',
      'tus-extension': 'creation,termination',
      'tus-max-size': '2000000',
    });
  });

  it('wants its parts as tus types them', async () => {
    const id = await files.begin(10);
    for (const type of ['text/csv', 'application/octet-stream']) {
      const answer = await files.call(
        'PATCH',
        `/${id}`,
        { 'content-type': type, 'upload-offset': '0' },
        'x',
      );
      expect(answer.status).toBe(415);
    }
    expect((await files.call('PATCH', `/${id}`, PIECE, 'x')).status).toBe(400);
    await files.call('DELETE', `/${id}`);
  });

  it('is its provider’s alone, and one of twenty at most', async () => {
    const authorization = `Bearer ${otherKey}`;
    const id = await files.begin(10);
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      expect((await files.call(method, `/${id}`, { authorization })).status).toBe(404);
    }
    expect((await files.call('GET', `/${id}/refusals`, { authorization })).status).toBe(404);
    const headers = { authorization, ...PIECE, 'upload-offset': '0' };
    expect((await files.call('PATCH', `/${id}`, headers, 'x')).status).toBe(404);
    await files.call('DELETE', `/${id}`);
    const more = (): Promise<Response> =>
      files.call('POST', '', {
        authorization,
        'upload-length': '5',
        'upload-metadata': said({ format: 'ndjson' }),
      });
    const begun = await Promise.all(Array.from({ length: 24 }, more));
    expect(begun.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(begun.filter(({ status }) => status === 413)).toHaveLength(4);
    const list = (await (await files.call('GET', '', { authorization })).json()) as {
      items: StoredFile[];
    };
    expect(list.items).toHaveLength(20);
    await files.call('DELETE', `/${list.items[0]!.id}`, { authorization });
    expect((await more()).status).toBe(201);
  });

  it('with a key of signed requests is begun by none that is not signed', async () => {
    const { key } = await database.dataSource.transaction((manager) =>
      giveProviderKey(manager, {
        ...{ provider: OTHER, scopes: ['report'], networks: null, signed: true, expiresAt: null },
      }),
    );
    const authorization = `Bearer ${key}`;
    expect((await files.call('GET', '', { authorization })).status).toBe(401);
    const length = { 'upload-length': '5', 'upload-metadata': said({ format: 'csv' }) };
    expect((await files.call('POST', '', { authorization, ...length })).status).toBe(401);
  });
});

it('files that nobody goes on with end, and those long over are forgotten', async () => {
  const [old, young, over] = [
    await files.begin(10),
    await files.begin(10),
    await files.worked(csv('x')),
  ];
  await files.append(old, 0, 'x');
  const age = (id: string, column: string): Promise<unknown> =>
    database.dataSource.query(
      `update feed.file set ${column} = now() - interval '4 days' where id = $1`,
      [id],
    );
  await age(old, 'touched_at');
  await age(over.id, 'finished_at');
  const repository = new FileRepository(database.dataSource);
  expect(await repository.tidy(3, 3)).toMatchObject({ ended: 1, forgotten: 1 });
  expect(await files.get(old)).toMatchObject({ state: 'FAILED' });
  expect(await pieces(old)).toEqual([]);
  expect((await files.call('HEAD', `/${old}`)).status).toBe(404);
  expect(await files.get(young)).toMatchObject({ state: 'RECEIVING' });
  expect((await files.call('GET', `/${over.id}`)).status).toBe(404);
  await files.call('DELETE', `/${young}`);
});
