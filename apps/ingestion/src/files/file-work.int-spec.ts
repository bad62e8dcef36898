import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { IdentityVault, KeySet, newProviderKey, pieceLabel } from '#identity';
import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { csv, FileUploads, line, lines, nextId } from '../../test/file-uploads';
import {
  holdTurn,
  Link,
  row,
  runIngestion,
  type RunningIngestion,
  waitingForTurn,
} from '../../test/running-ingestion';

let database: TestDatabase;
let ingestion: RunningIngestion;
let files: FileUploads;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, {
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

const isStored = async (transferId: string): Promise<boolean> => {
  const found: unknown[] = await database.dataSource.query(
    'select from feed.transfer_key where transfer_id = $1',
    [transferId],
  );
  return found.length === 1;
};

describe('what is in a file', () => {
  it('is refused row by row, with line and column, to be downloaded', async () => {
    const bad = nextId();
    const content = csv(
      line(),
      line(nextId(), '1', '"two\nlines, ""quoted"""'),
      line(bad, '0', 'Ayesha Khan'),
      'x',
      line(nextId(), '1', '"open'),
      line(),
    );
    const file = await files.worked(content);
    expect(file).toMatchObject({ state: 'DONE', rows: 6, accepted: 3, rejected: 3 });
    expect(await files.refusals(file.id)).toEqual([
      'line,transferId,code,path,column,detail',
      `5,${bad},INVALID_INPUT,/amount,,amount must be above zero`,
      '6,,INVALID_INPUT,,,the row has another number of columns than the first line',
      '7,,INVALID_INPUT,,,the row opens a quote that is never closed',
    ]);
  });

  it('may be packed lines in columns of one’s own, read by the mapping as it was at the beginning', async () => {
    const fields = {
      transferId: { from: 'id' },
      occurredAt: { from: 'at' },
      type: { constant: 'P2P' },
      amount: { from: 'paisa', unit: 'MINOR' },
      currency: { constant: 'PKR' },
      'debtor.walletId': { from: 'payer' },
      'creditor.walletId': { from: 'payee' },
    };
    const put = async (mapping: object): Promise<void> => {
      const answer = await fetch(ingestion.url.replace('transfers', 'mappings/own'), {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${ingestion.key}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(mapping),
      });
      expect(answer.status).toBe(200);
    };
    await put({ fields });
    const own = (id: string, paisa: number): string =>
      JSON.stringify({ id, at: '2026-03-01T14:05:09.123+05:00', paisa, payer: 'W1', payee: 'W2' });
    const [good, bad] = [nextId(), nextId()];
    const content = gzipSync(`${own(good, 125_050)}\n${own(bad, 0.5)}\n`);
    const id = await files.begin(content.length, { filename: 'own.jsonl.gz', mapping: 'own' });
    await put({ fields: { ...fields, amount: { from: 'paisa' } } });
    await files.append(id, 0, content);
    expect(await files.ended(id)).toMatchObject({
      ...{ state: 'DONE', format: 'ndjson', mapping: 'own@1', accepted: 1, rejected: 1 },
    });
    expect((await files.refusals(id))[1]).toBe(
      `2,${bad},INVALID_INPUT,/amount,paisa,must be a whole number of minor units`,
    );
    expect(await ingestion.send([row(good)])).toMatchObject({ duplicates: 1 });
  });

  it.each([
    ['has no first line', () => `${line()}\n`, 'column 1 of the first line'],
    ['is damaged', () => gzipSync(csv(line())).subarray(0, 60), 'not gzip'],
  ])('that %s fails, and says why', async (_, content, why) => {
    const file = await files.worked(content());
    expect(file).toMatchObject({ state: 'FAILED', reason: expect.stringContaining(why) as string });
    expect(file.reason).not.toContain('W1');
    expect(await pieces(file.id)).toEqual([]);
  });

  it('is told of up to a limit, and counted beyond', async () => {
    const content = csv('x', 'y', 'z');
    const id = await files.begin(content.length);
    await database.dataSource.query(
      'update feed.file set rows = 99999, rejected = 99999, told = 99999 where id = $1',
      [id],
    );
    await files.append(id, 0, content);
    expect(await files.ended(id)).toMatchObject({ rejected: 100_002, refusalsLeftOut: 2 });
    const answer = await files.call('GET', `/${id}/refusals`);
    expect(answer.headers.get('layerwatch-refusals-left-out')).toBe('2');
    expect((await answer.text()).trimEnd().split('\n')).toHaveLength(2);
  });

  it('of old months is told to detection as history, also where a transfer was known', async () => {
    const [old, known, news] = [nextId(), nextId(), nextId()];
    await files.worked(csv(line(known), line(news)));
    const backfill = csv(line(old), line(known));
    const { accepted, duplicates } = await files.worked(backfill, { purpose: 'BACKFILL' });
    expect({ accepted, duplicates }).toEqual({ accepted: 1, duplicates: 1 });
    await files.worked(csv(line()), { purpose: 'BACKFILL' });
    const entries = await new TransferLog(database.dataSource).read(0, 100_000);
    const history = entries.flatMap((entry) =>
      entry.kind === 'transfer' && entry.history === true ? [entry.transfer.transferId] : [],
    );
    expect(history).toHaveLength(2);
    expect(history[0]).toBe(old);
  });

  it('comes in pages where much was refused', async () => {
    const file = await files.worked(
      csv(...Array.from({ length: 2_345 }, (_, n) => `bad ${String(n)}`)),
    );
    expect(file).toMatchObject({ rejected: 2_345, refusalsLeftOut: 0 });
    expect(await files.refusals(file.id)).toHaveLength(2_346);
  });
});

describe('work on a file', () => {
  const setWorked = (id: string, line: number, change = ''): Promise<unknown> =>
    database.dataSource.query(`update feed.file set worked_line = $2 ${change} where id = $1`, [
      id,
      line,
    ]);

  it('goes on after the line that was dealt with last', async () => {
    const [first, second] = [nextId(), nextId()];
    for (const pack of [(text: string) => Buffer.from(text), (text: string) => gzipSync(text)]) {
      const content = pack(csv(line(first, '1', '"two\nlines"'), line(second)));
      const id = await files.begin(content.length);
      await setWorked(id, 3);
      await files.append(id, 0, content);
      expect(await files.ended(id)).toMatchObject({ state: 'DONE', rows: 1 });
    }
    expect(await isStored(first)).toBe(false);
    expect(await isStored(second)).toBe(true);
  });

  it('that its holder is not heard of any more is taken up by another, five times', async () => {
    const content = csv(line());
    const lost = await files.begin(content.length);
    const again = `, state = 'WORKING', lease = gen_random_uuid(), leased_until = now() - interval '1 second'`;
    const release = await holdTurn(database.dataSource);
    await files.append(lost, 0, content);
    await sleep(100);
    await setWorked(lost, 0, again);
    await release();
    expect(await files.ended(lost)).toMatchObject({ state: 'DONE', rows: 1 });
    const poisoned = await files.begin(content.length);
    await setWorked(poisoned, 0, ', takes = 5');
    await files.append(poisoned, 0, content);
    expect(await files.ended(poisoned)).toMatchObject({
      state: 'FAILED',
      reason: expect.stringContaining('taken up 5 times') as string,
    });
  });

  it('that is under way stops when the file is given up, and what was stored stays', async () => {
    const first = nextId();
    const content = csv(line(first), ...lines(3_000));
    const id = await files.begin(content.length);
    const release = await holdTurn(database.dataSource);
    await files.append(id, 0, content);
    await files.until(id, ({ state }) => state === 'WORKING');
    expect((await files.call('DELETE', `/${id}`)).status).toBe(204);
    await release();
    await sleep(500);
    expect(await files.get(id)).toMatchObject({ state: 'GIVEN_UP', rows: 0 });
    expect(await isStored(first)).toBe(true);
    expect(await pieces(id)).toEqual([]);
    expect((await files.call('DELETE', `/${id}`)).status).toBe(204);
    const done = await files.worked(csv(line()));
    expect((await files.call('DELETE', `/${done.id}`)).status).toBe(409);
  });

  it('is one file of a provider after the other, in the order in which they came', async () => {
    const id = nextId();
    const pending = (status: string): string =>
      `${JSON.stringify(row(id, { status }))}\n`.repeat(1);
    const filler = Array.from({ length: 2_000 }, () => JSON.stringify(row(nextId()))).join('\n');
    const contents = [`${filler}\n${pending('PENDING')}`, pending('SETTLED'), pending('REVERSED')];
    const begun = await Promise.all(
      contents.map((content) => files.begin(content.length, { filename: 'x.ndjson' })),
    );
    for (const [at, one] of begun.entries()) await files.append(one, 0, contents[at]!);
    for (const one of begun) expect(await files.ended(one)).toMatchObject({ rejected: 0 });
    const stored: { status: string }[] = await database.dataSource.query(
      'select status from feed.transfer where transfer_id = $1 order by position',
      [id],
    );
    expect(stored.map(({ status }) => status)).toEqual(['PENDING', 'SETTLED', 'REVERSED']);
  });

  it('is given back where its service ends, and another goes on', async () => {
    const own = await createTestDatabase();
    const key = newProviderKey();
    const ending = await runIngestion(own.databaseUrl, {}, key);
    try {
      const uploads = new FileUploads(ending);
      const content = csv(...lines(20_000));
      const id = await uploads.begin(content.length);
      await uploads.append(id, 0, content);
      const { rows } = await uploads.until(id, (file) => file.rows > 0);
      await ending.close();
      const [left]: { state: string; takes: number; rows: number }[] = await own.dataSource.query(
        'select state, takes, rows from feed.file',
      );
      expect(left).toMatchObject({ state: 'WAITING', takes: 0 });
      expect(left!.rows).toBeGreaterThanOrEqual(rows);
      expect(left!.rows).toBeLessThan(20_000);
      const next = await runIngestion(own.databaseUrl, {}, key);
      try {
        // What was in hand was finished, so nothing is stored again.
        const done = await new FileUploads(next).ended(id);
        expect(done).toMatchObject({ state: 'DONE', accepted: 20_000, duplicates: 0 });
      } finally {
        await next.close();
      }
    } finally {
      await ending.close();
      await own.drop();
    }
  });

  it('outlasts a database that is away, packed or not, and fails for nothing but itself', async () => {
    const own = await createTestDatabase();
    const link = new Link(own.databaseUrl);
    const shaken = await runIngestion(
      await link.up(),
      { INGESTION_FILE_LEASE_MS: '1000', DATABASE_STATEMENT_TIMEOUT_MS: '2000' },
      newProviderKey(),
    );
    try {
      const uploads = new FileUploads(shaken);
      for (const isPacked of [false, true]) {
        const content = Buffer.from(csv(...lines(15_000)));
        const bytes = isPacked ? gzipSync(content) : content;
        const id = await uploads.begin(bytes.length);
        await uploads.append(id, 0, bytes);
        for (let times = 1; times <= 2; times += 1) {
          await uploads.until(id, ({ rows }) => rows > times * 2_000);
          await link.down();
          await sleep(300);
          await link.up();
        }
        const done = await uploads.ended(id);
        expect(done).toMatchObject({ state: 'DONE', reason: null, rows: 15_000, rejected: 0 });
        expect(done.duplicates).toBeLessThanOrEqual(2 * 250);
      }
      const [stored]: { rows: number }[] = await own.dataSource.query(
        'select count(*) as rows from feed.transfer',
      );
      expect(stored!.rows).toBe(30_000);
    } finally {
      await shaken.close();
      await link.down();
      await own.drop();
    }
  }, 120_000);

  it.each([
    ['sealed with a key that is not known here yet', false],
    ['sealed with a key that is not known here yet', true],
    ['damaged', false],
    ['damaged', true],
  ])('loses nothing where a piece is %s (packed: %s)', async (how, isPacked) => {
    const keys = KeySet.ofMaster(Buffer.alloc(32, 7)).withNew().using(2);
    const content = Buffer.from(csv(...lines(50)));
    const bytes = isPacked ? gzipSync(content) : content;
    const id = await files.begin(bytes.length);
    await files.append(id, 0, bytes.subarray(0, 100));
    const second = bytes.subarray(100, 200);
    await files.append(id, 100, second);
    const put = (sealed: Buffer): Promise<unknown> =>
      database.dataSource.query(
        'update feed.file_piece set sealed = $2 where file_id = $1 and at = 100',
        [id, sealed],
      );
    const seal = (vault: IdentityVault): Buffer =>
      vault.sealBytes(pieceLabel(id, 100), second).sealed;
    await put(how === 'damaged' ? Buffer.alloc(100) : seal(new IdentityVault(keys)));
    await files.append(id, 200, bytes.subarray(200));
    await sleep(500);
    expect(['WAITING', 'WORKING']).toContain((await files.get(id)).state);
    await put(seal(ingestion.vault));
    expect(await files.ended(id)).toMatchObject({ state: 'DONE', accepted: 50 });
  });

  it('waits for room, and does not fail for want of it', async () => {
    const own = await createTestDatabase();
    const narrow = await runIngestion(own.databaseUrl, { INGESTION_BATCHES_IN_HAND_MAX: '1' });
    const uploads = new FileUploads(narrow);
    try {
      const release = await holdTurn(own.dataSource);
      const waiting = narrow.send([row(nextId())]);
      await waitingForTurn(own.dataSource, 1);
      const content = csv(line());
      const id = await uploads.begin(content.length);
      await uploads.append(id, 0, content);
      await sleep(300);
      expect(await uploads.get(id)).toMatchObject({ state: 'WORKING', rows: 0 });
      await release();
      expect(await waiting).toMatchObject({ accepted: 1 });
      expect(await uploads.ended(id)).toMatchObject({ state: 'DONE', accepted: 1 });
    } finally {
      await narrow.close();
      await own.drop();
    }
  });
});
