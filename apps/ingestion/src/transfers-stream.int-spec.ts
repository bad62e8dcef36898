import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TransfersAnswer } from '#contracts';
import { newProviderKey } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  holdTurn,
  Link,
  row,
  runIngestion,
  type RunningIngestion,
} from '../test/running-ingestion';

const MIB = 1_024 * 1_024;
const NDJSON = { 'content-type': 'application/x-ndjson' };

let database: TestDatabase;
let ingestion: RunningIngestion;
/** What the tests have started, ended after the last one, whatever has failed. */
const open: { close(): Promise<void> }[] = [];

const key = newProviderKey();

async function start(
  settings: Readonly<Record<string, string>>,
  databaseUrl = database.databaseUrl,
): Promise<RunningIngestion> {
  const started = await runIngestion(databaseUrl, settings, key);
  open.push(started);
  return started;
}

/** A way to the database that can be cut. */
async function newLink(): Promise<{ link: Link; url: string }> {
  const link = new Link(database.databaseUrl);
  open.push({ close: () => link.down() });
  return { link, url: await link.up() };
}

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await start({ INGESTION_PROBLEMS_MAX: '5' });
});

afterAll(async () => {
  for (const part of open.reverse()) await part.close();
  await database.drop();
});

let ids = 0;
const nextId = (): string => `S-${String((ids += 1))}`;
const line = (change: Record<string, unknown> = {}): string =>
  `${JSON.stringify(row(nextId(), change))}\n`;
const lines = (count: number): string => Array.from({ length: count }, () => line()).join('');

async function storedCount(): Promise<number> {
  const rows: { count: number }[] = await database.dataSource.query(
    'select count(*) from feed.transfer',
  );
  return rows[0]!.count;
}

/** A request whose body the test writes bit by bit. */
class OpenRequest {
  readonly request: ClientRequest;
  private readonly response: Promise<IncomingMessage>;

  constructor(to: RunningIngestion, headers: Record<string, string> = {}) {
    this.request = request(to.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${to.key}`, ...NDJSON, ...headers },
    });
    this.response = new Promise((resolve, reject) => {
      this.request.on('response', resolve).on('error', reject);
    });
    this.response.catch(() => undefined);
    this.request.flushHeaders();
  }

  write(text: string | Buffer): void {
    this.request.write(text);
  }

  async answer(): Promise<{ status: number; headers: IncomingMessage['headers']; body: unknown }> {
    const response = await this.response;
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown,
    };
  }

  /** Writes until nothing more is taken. @returns the bytes taken */
  async fill(text: string, bytesMax: number): Promise<number> {
    let taken = 0;
    while (taken < bytesMax) {
      taken += Buffer.byteLength(text);
      if (this.request.write(text)) continue;
      const drained = new Promise<boolean>((resolve) => {
        this.request.once('drain', () => {
          resolve(true);
        });
      });
      if (!(await Promise.race([drained, sleep(700, false)]))) return taken;
    }
    return taken;
  }
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (await check()) return;
    await sleep(20);
  }
  throw new Error('it did not come to be');
}

describe('a stream of lines', () => {
  const post = async (body: string | Buffer): Promise<TransfersAnswer> => {
    const response = await ingestion.post(body, NDJSON);
    expect(response.status).toBe(200);
    return (await response.json()) as TransfersAnswer;
  };

  it('may be longer than any JSON body, and is stored whole', async () => {
    const before = await storedCount();
    expect(await post(lines(4_321))).toEqual({
      accepted: 4_321,
      duplicates: 0,
      rejected: 0,
      problems: [],
    });
    expect(await storedCount()).toBe(before + 4_321);
  });

  it('may be empty, have blank lines, Windows line ends and no last line end', async () => {
    expect(await post('')).toMatchObject({ accepted: 0, rejected: 0 });
    const body = `\n\r\n${line().replace('\n', '\r\n')}   \n${line().trim()}`;
    expect(await post(body)).toMatchObject({ accepted: 2, rejected: 0 });
  });

  it('refuses a bad line as a row, counts from 0 over the whole body, and describes the first few', async () => {
    const bad = [
      'not json\n',
      '{"transfers":[]}\n',
      '[1]\n',
      Buffer.from([0x7b, 0xff, 0x0a]),
      line({ amount: '0' }),
      '{"unfinished":\n',
      'null\n',
    ];
    const answer = await post(
      Buffer.concat([line(), ...bad, lines(2), 'not json'].map((part) => Buffer.from(part))),
    );
    expect(answer).toMatchObject({ accepted: 3, duplicates: 0, rejected: 8, problemsOmitted: 3 });
    expect(answer.problems.map(({ index, path }) => [index, path])).toEqual([
      [1, ''],
      [2, '/transferId'],
      [3, ''],
      [4, ''],
      [5, '/amount'],
    ]);
  });

  it('takes a line of the greatest length, and passes over one byte more', async () => {
    const max = 64 * 1_024;
    const text = line().trim();
    const padded = (length: number): string => `${text.slice(0, -1).padEnd(length - 1)}}`;
    const answer = await post(`${padded(max)}\n${padded(max + 1)}\n${line()}`);
    expect(answer).toMatchObject({ accepted: 2, rejected: 1 });
    expect(answer.problems).toMatchObject([{ index: 1, transferId: null, code: 'INVALID_INPUT' }]);
  });

  it('of one endless line is not kept', async () => {
    const sent = new OpenRequest(ingestion);
    const junk = Buffer.alloc(MIB, 'x');
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let mib = 0; mib < 200; mib += 1) {
      if (!sent.request.write(junk)) {
        await new Promise((resolve) => sent.request.once('drain', resolve));
      }
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    sent.request.end(`\n${line()}`);
    expect((await sent.answer()).body).toMatchObject({ accepted: 1, rejected: 1 });
    expect(most - before).toBeLessThan(64 * MIB);
  });

  it('is not read faster than it can be stored', async () => {
    const release = await holdTurn(database.dataSource);
    const before = await storedCount();
    const sent = new OpenRequest(ingestion);
    const part = lines(1_000);
    const taken = await sent.fill(part, 100 * MIB);
    // What the kernel's buffers on both sides and one batch hold; not the hundred megabytes that were on offer.
    expect(taken).toBeLessThan(40 * MIB);
    expect(await storedCount()).toBe(before);
    await release();
    sent.request.end();
    const { body } = await sent.answer();
    const parts = taken / Buffer.byteLength(part);
    expect(body).toMatchObject({ accepted: 1_000, duplicates: (parts - 1) * 1_000, rejected: 0 });
  });

  it('that trickles is stored as it comes', async () => {
    const sent = new OpenRequest(ingestion);
    const before = await storedCount();
    sent.write(lines(3));
    await eventually(async () => (await storedCount()) === before + 3);
    sent.write(lines(2));
    await eventually(async () => (await storedCount()) === before + 5);
    sent.request.end();
    expect((await sent.answer()).body).toMatchObject({ accepted: 5 });
  });

  it('cut into single bytes is the same', async () => {
    const sent = new OpenRequest(ingestion);
    sent.request.setNoDelay(true);
    for (const byte of Buffer.from(line({ narrative: 'é😀' }) + line())) {
      sent.write(Buffer.from([byte]));
      await sleep(0);
    }
    sent.request.end();
    expect((await sent.answer()).body).toMatchObject({ accepted: 2, rejected: 0 });
  });

  it('that its sender abandons keeps what was stored, and sending it again is safe', async () => {
    const body = lines(2_500);
    const before = await storedCount();
    const sent = new OpenRequest(ingestion);
    sent.write(body);
    await eventually(async () => (await storedCount()) >= before + 1_000);
    sent.request.destroy();
    await eventually(async () => (await inHand()) === 0);
    const kept = (await storedCount()) - before;
    expect(kept).toBeGreaterThanOrEqual(1_000);
    expect(await post(body)).toMatchObject({ accepted: 2_500 - kept, duplicates: kept });
  });
});

/** Requests that the service says it works on. */
async function inHand(): Promise<number> {
  const response = await fetch(ingestion.url.replace('/v1/transfers', '/metrics'));
  const found = /requests_in_hand\{[^}]*\} (\d+)/.exec(await response.text());
  return Number(found?.[1]);
}

describe('a body without an end', () => {
  it.each([
    ['401', { authorization: 'Bearer lw_wrong' }],
    ['415', { 'content-type': 'text/plain' }],
    ['413', { 'content-type': 'application/json', 'content-length': String(1_000 * MIB) }],
  ])('is refused with %s before it is read', async (status, headers) => {
    const sent = new OpenRequest(ingestion, headers);
    expect(String((await sent.answer()).status)).toBe(status);
    sent.request.on('error', () => undefined).destroy();
  });

  it('of JSON is refused with 413 once it is too large', async () => {
    const sent = new OpenRequest(ingestion, { 'content-type': 'application/json' });
    await sent.fill('x'.repeat(MIB), 9 * MIB);
    expect((await sent.answer()).status).toBe(413);
    sent.request.on('error', () => undefined).destroy();
  });

  it('lets its sender read the refusal while it goes on sending, and is cut off in the end', async () => {
    const sent = new OpenRequest(ingestion, { authorization: 'Bearer lw_wrong' });
    const cut = new Promise((resolve) => {
      sent.request
        .on('error', () => undefined)
        .on('close', () => {
          resolve('cut off');
        });
    });
    for (let mib = 0; mib < 30; mib += 1) sent.write(Buffer.alloc(MIB));
    expect((await sent.answer()).status).toBe(401);
    const sending = setInterval(() => {
      sent.write('x');
    }, 50);
    const outcome = await Promise.race([cut, sleep(15_000, 'still open', { ref: false })]);
    clearInterval(sending);
    expect(outcome).toBe('cut off');
  });
});

describe('limits', () => {
  it('of time: a body that stalls is given up, in either format', async () => {
    const hasty = await start({ INGESTION_IDLE_TIMEOUT_MS: '300' });
    for (const headers of [NDJSON, { 'content-type': 'application/json' }]) {
      const sent = new OpenRequest(hasty, headers);
      sent.write('{"transfers":');
      const answer = await sent.answer();
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'INVALID_INPUT' });
      sent.request.on('error', () => undefined).destroy();
    }
  });

  it('of room: one request too many is told to come back', async () => {
    const narrow = await start({
      INGESTION_BATCHES_IN_HAND_MAX: '4',
    });
    const release = await holdTurn(database.dataSource);
    const waiting = [narrow.send([row(nextId())]), narrow.send([row(nextId())])];
    await eventually(async () => (await narrow.post('{"transfers":[]}')).status === 429);
    const refused = await narrow.post('{"transfers":[]}');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ code: 'OVERLOADED', status: 429 });
    await release();
    expect(await Promise.all(waiting)).toMatchObject([{ accepted: 1 }, { accepted: 1 }]);
    expect((await narrow.post('{"transfers":[]}')).status).toBe(200);
  });

  it('of statements: a log that is not to be had is answered with 503', async () => {
    const hasty = await start({
      DATABASE_STATEMENT_TIMEOUT_MS: '300',
    });
    const release = await holdTurn(database.dataSource);
    const waiting = row(nextId());
    const refused = await hasty.post(JSON.stringify({ transfers: [waiting] }));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    await release();
    expect(await hasty.send([waiting])).toMatchObject({ accepted: 1 });
  });
});

describe('a database that is away', () => {
  it('is answered with 503 until it is back, and nothing is lost or doubled', async () => {
    const { link, url } = await newLink();
    const cutOff = await start({}, url);
    const batch = [row(nextId()), row(nextId())];
    const body = JSON.stringify({ transfers: batch });
    expect(await cutOff.send([batch[0]!])).toMatchObject({ accepted: 1 });

    await link.down();
    for (let tries = 0; tries < 3; tries += 1) {
      const refused = await cutOff.post(body);
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await refused.json()).toMatchObject({ code: 'UNAVAILABLE' });
    }
    // A key that is not known yet cannot be looked up.
    expect((await cutOff.post(body, { authorization: 'Bearer lw_other' })).status).toBe(503);

    await link.up();
    expect(await cutOff.send(batch)).toEqual({
      accepted: 1,
      duplicates: 1,
      rejected: 0,
      problems: [],
    });
  });

  it('in the midst of a stream is answered with 503; what was stored before stays', async () => {
    const { link, url } = await newLink();
    const cutOff = await start({}, url);
    const body = lines(1_500);
    const before = await storedCount();
    const sent = new OpenRequest(cutOff);
    sent.write(body);
    await eventually(async () => (await storedCount()) >= before + 1_500);
    await link.down();
    const more = lines(1_000);
    sent.write(more);
    const answer = await sent.answer();
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ code: 'UNAVAILABLE' });
    sent.request.on('error', () => undefined).destroy();
    await link.up();
    const again = await cutOff.post(body + more, NDJSON);
    expect(await again.json()).toMatchObject({ accepted: 1_000, duplicates: 1_500 });
  });

  it('that says nothing at all is not waited for', async () => {
    const { link, url } = await newLink();
    const cutOff = await start({ DATABASE_STATEMENT_TIMEOUT_MS: '100' }, url);
    expect(await cutOff.send([row(nextId())])).toMatchObject({ accepted: 1 });
    link.freeze();
    const refused = await cutOff.post(JSON.stringify({ transfers: [row(nextId())] }));
    expect(refused.status).toBe(503);
  });
});

describe('the end of the process', () => {
  it('ends a stream that goes on for ever, with what it said before stored', async () => {
    const ending = await start({});
    const before = await storedCount();
    const sent = new OpenRequest(ending);
    sent.write(lines(2));
    await eventually(async () => (await storedCount()) === before + 2);
    const closed = ending.close();
    const answer = await sent.answer();
    expect(answer.status).toBe(503);
    sent.request.on('error', () => undefined).destroy();
    await closed;
  });
});
