import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type TransfersAnswer } from '#contracts';
import { createTestDatabase, type TestDatabase } from '#testing';
import { row, runIngestion, type RunningIngestion } from '../test/running-ingestion';

const MIB = 1_024 * 1_024;
const CSV = { 'content-type': 'text/csv; charset=utf-8' };
const PACKED = { ...CSV, 'content-encoding': 'gzip' };
const HEADER =
  'transferId,occurredAt,type,amount,currency,debtor.walletId,creditor.walletId,creditor.kind,device.id,narrative';

let database: TestDatabase;
let ingestion: RunningIngestion;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl);
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

let ids = 0;
const nextId = (): string => `C-${String((ids += 1))}`;
const line = (id = nextId(), amount = '1250.50', rest = ',,'): string =>
  `${id},2026-03-01T14:05:09.123+05:00,P2P,${amount},PKR,W1,W2,${rest}`;
const csv = (...lines: string[]): string => [HEADER, ...lines].join('\n');

async function taken(
  body: string | Buffer,
  headers: Record<string, string> = CSV,
): Promise<TransfersAnswer> {
  const response = await ingestion.post(body, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as TransfersAnswer;
}

async function refused(
  body: string | Buffer,
  headers: Record<string, string> = CSV,
  route: 'transfers' | 'events' = 'transfers',
): Promise<{ status: number; detail: string }> {
  const response = await ingestion.post(body, headers, route);
  const { detail } = (await response.json()) as { detail: string };
  return { status: response.status, detail };
}

describe('transfers as CSV', () => {
  it('are the same as those sent as JSON: sent in both ways they are duplicates', async () => {
    const plain = nextId();
    const full = nextId();
    await ingestion.send([
      row(plain),
      row(full, {
        creditor: { walletId: 'W2', kind: 'AGENT' },
        device: { id: 'handset-9' },
        narrative: 'rent, "March"\nand April',
      }),
    ]);
    const body = csv(
      line(plain),
      line(full, '1250.50', 'AGENT,handset-9,"rent, ""March""\nand April"'),
    );
    expect(await taken(body)).toMatchObject({ accepted: 0, duplicates: 2, rejected: 0 });
    expect(await taken(gzipSync(body), PACKED)).toMatchObject({ duplicates: 2, rejected: 0 });
  });

  it('are refused one by one, numbered like any others', async () => {
    const body = csv(
      line(),
      line(nextId(), '0'),
      '',
      'too,few',
      line(nextId(), '1', ',,"open'),
      line(),
    );
    const answer = await taken(body);
    expect(answer).toMatchObject({ accepted: 2, rejected: 3 });
    expect(answer.problems.map(({ index, path }) => [index, path])).toEqual([
      [1, '/amount'],
      [2, ''],
      [3, ''],
    ]);
  });

  it('may be many, and are stored as they stream', async () => {
    const lines = Array.from({ length: 3_500 }, () => line());
    expect(await taken(`${csv(...lines)}\n`)).toMatchObject({ accepted: 3_500, rejected: 0 });
  });

  it.each([
    ['an unknown column', 'transferId,colour\nx,y', 'column 2 of the first line is no field'],
    ['no first line', line(), 'column 1 of the first line is no field'],
    ['nothing', '', 'the first line must name the columns'],
    ['the same column twice', 'transferId,type,transferId', 'columns 1 and 3'],
    ['too few columns', 'transferId,type\nx,P2P', 'lacks occurredAt, amount, currency'],
    ['too many columns', 'x,'.repeat(300), 'more than 300 columns'],
  ])('are refused as a whole for %s, and nothing of them is repeated', async (_, body, why) => {
    const { status, detail } = await refused(body);
    expect([status, detail]).toEqual([400, expect.stringContaining(why)]);
    expect(detail).not.toMatch(/colour|W1/);
  });
});

it('events as CSV are taken too, each type by the columns that it needs', async () => {
  const body = [
    'eventId,type,occurredAt,caller.msisdn,callee.msisdn,wallet.walletId',
    'E-1,CALL,2026-03-01T14:05:09+05:00,03001234567,03007654321,',
    'E-2,SIM_CHANGE,2026-03-01T14:05:09+05:00,,,W1',
  ].join('\n');
  const answer = await ingestion.post(body, CSV, 'events');
  expect(await answer.json()).toMatchObject({ accepted: 2, rejected: 0 });
});

describe('a packed body', () => {
  const ndjson = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };

  it('of lines is taken, also in several parts of gzip', async () => {
    const parts = [`${JSON.stringify(row(nextId()))}\n`, JSON.stringify(row(nextId()))];
    const body = Buffer.concat(parts.map((part) => gzipSync(part)));
    expect(await taken(body, ndjson)).toMatchObject({ accepted: 2, rejected: 0 });
  });

  it('that is none, is damaged or cut off is refused', async () => {
    const whole = gzipSync(csv(...Array.from({ length: 50 }, () => line())));
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 40, 80);
    for (const body of [csv(line()), damaged, whole.subarray(0, whole.length - 20)]) {
      const { status, detail } = await refused(body, PACKED);
      expect([status, detail]).toEqual([400, expect.stringContaining('not gzip')]);
    }
  });

  it('of several parts is refused where one after the first is damaged at its beginning', async () => {
    const [first, second] = [gzipSync(csv(line())), gzipSync(`\n${line()}\n`)];
    second.fill(0, 0, 2);
    const { status, detail } = await refused(Buffer.concat([first, second]), PACKED);
    expect([status, detail]).toEqual([400, expect.stringContaining('after its gzip has ended')]);
  });

  it('may unpack to much, as feeds do', async () => {
    const again = line();
    const body = gzipSync(csv(...Array.from({ length: 20_000 }, () => again)), { level: 1 });
    expect(await taken(body, PACKED)).toMatchObject({ accepted: 1, duplicates: 19_999 });
  }, 120_000);

  it.each([
    ['of one endless line', Buffer.alloc(MIB, 'x')],
    ['of blank lines', Buffer.alloc(MIB, '\n')],
  ])('that is a bomb %s is refused, in no time and no memory', async (_, part) => {
    const bomb = gzipSync(Buffer.concat(Array.from({ length: 300 }, () => part)));
    expect(bomb.length).toBeLessThan(MIB);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 1);
    const first = part[0] === 0x0a ? gzipSync(`${HEADER}\n`) : gzipSync(`${HEADER}\n${line()}\n`);
    const { status, detail } = await refused(Buffer.concat([first, bomb]), PACKED);
    clearInterval(watch);
    expect([status, detail]).toEqual([413, expect.stringContaining('unpacks')]);
    expect(most).toBeLessThan(48 * MIB);
  });

  it('is refused while it is still being sent, and its sender gets to read why', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request(
        ingestion.url,
        { method: 'POST', headers: { authorization: `Bearer ${ingestion.key}`, ...PACKED } },
        (response) => {
          resolve(response.statusCode ?? 0);
          response.resume();
          sent.destroy();
        },
      );
      sent.on('error', reject);
      sent.write(randomBytes(MIB));
    });
    expect(status).toBe(400);
  });
});
