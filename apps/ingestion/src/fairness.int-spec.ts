import { type ClientRequest, request } from 'node:http';
import { giveProviderKey, setQuota } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  holdTurn,
  row,
  runIngestion,
  type RunningIngestion,
  waitingForTurn,
} from '../test/running-ingestion';

const PLACES = 8;
const FLOOD = 40;
const TRICKLE_MS = 300;
const NDJSON = { 'content-type': 'application/x-ndjson' };

let database: TestDatabase;
let ingestion: RunningIngestion;
const slow: ClientRequest[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, {
    INGESTION_BATCHES_IN_HAND_MAX: String(PLACES),
    DATABASE_CONNECTIONS_MAX: '4',
  });
});

afterEach(async () => {
  for (const one of slow.splice(0)) one.destroy();
  await ingestion.close();
  await database.drop();
});

async function keyOf(provider: string): Promise<{ authorization: string }> {
  const asked = {
    scopes: ['report', 'screen'],
    networks: null,
    signed: false,
    expiresAt: null,
  } as const;
  const { key } = await database.dataSource.transaction((manager) =>
    giveProviderKey(manager, { provider, ...asked }),
  );
  return { authorization: `Bearer ${key}` };
}

/** A request whose body begins and never ends. @returns the status it is answered with, should it be */
function sendSlowly(
  headers: Record<string, string>,
  url: string,
): { readonly status: Promise<number> } {
  const sent = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  });
  slow.push(sent);
  const status = new Promise<number>((resolve) => {
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', () => undefined);
  });
  sent.write('{"transfers":[');
  // Never so long that it would be given up for bringing nothing.
  const trickle = setInterval(() => sent.write(' '), TRICKLE_MS);
  sent.on('close', () => {
    clearInterval(trickle);
  });
  return { status };
}

/** Bodies that never end, more of them than one provider may have. @returns once those that found no room were told so */
async function occupy(
  headers: Record<string, string>,
  admitted: number,
  url = ingestion.url,
): Promise<void> {
  const sent = Array.from({ length: FLOOD }, () => sendSlowly(headers, url).status);
  let refused = 0;
  await new Promise<void>((resolve) => {
    for (const status of sent) {
      void status.then((told) => {
        if (told !== 429) return;
        refused += 1;
        if (refused === FLOOD - admitted) resolve();
      });
    }
  });
}

const inHand = async (): Promise<number> => {
  const metrics = await (await fetch(`http://127.0.0.1:${ingestion.port}/metrics`)).text();
  return Number(/^layerwatch_ingestion_requests_in_hand(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1]);
};

const stored = async (): Promise<number> => {
  const rows: { count: number }[] = await database.dataSource.query(
    'select count(*) from feed.transfer',
  );
  return rows[0]!.count;
};

const batch = (prefix: string, count: number): object[] =>
  Array.from({ length: count }, (_, n) => row(`${prefix}-${String(n)}`));

describe('a provider that floods', () => {
  it('has half of the places alone, and leaves others room however many do so', async () => {
    await occupy(await keyOf('slow-1'), 4);
    expect(await inHand()).toBe(4);
    expect(await ingestion.send([row('one')])).toMatchObject({ accepted: 1 });
    // Held until fewer are free: two of the four that are left, then one, then the last but one.
    await occupy(await keyOf('slow-2'), 2);
    expect(await ingestion.send([row('two')])).toMatchObject({ accepted: 1 });
    await occupy(await keyOf('slow-3'), 1);
    expect(await inHand()).toBe(PLACES - 1);
    for (let n = 0; n < 20; n += 1) {
      expect(await ingestion.send([row(`more-${String(n)}`)])).toMatchObject({ accepted: 1 });
    }
  });

  it('gets its places back once its bodies end', async () => {
    const headers = await keyOf('slow');
    await occupy(headers, 4);
    for (const one of slow.splice(0)) one.destroy();
    for (let tries = 0; tries < 500 && (await inHand()) > 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const body = JSON.stringify({ transfers: [row('later')] });
    expect((await ingestion.post(body, headers)).status).toBe(200);
  });

  it('leaves others a connection to the database while what it sent waits for the log', async () => {
    const headers = await keyOf('again');
    const newcomer = await keyOf('newcomer');
    const release = await holdTurn(database.dataSource);
    // Twice in one batch: such a batch is looked at row by row, in a transaction of its own.
    const body = JSON.stringify({ transfers: [row('twice'), row('twice')] });
    const sent = Array.from({ length: 4 }, () => ingestion.post(body, headers));
    await waitingForTurn(database.dataSource, 2);
    // Whose key it is has to be asked of the database.
    expect((await ingestion.post('{"transfers":[]}', newcomer)).status).toBe(200);
    await release();
    for (const answer of await Promise.all(sent)) expect(answer.status).toBe(200);
    expect(await stored()).toBe(1);
  });
});

describe('looks before paying', () => {
  it('have places of their own, which are shared out alike', async () => {
    const url = ingestion.url.replace('transfers', 'screenings');
    // Sixty-four: a half, a quarter, an eighth.
    for (const [provider, admitted] of [
      ['slow-1', 32],
      ['slow-2', 16],
      ['slow-3', 8],
    ] as const) {
      await occupy(await keyOf(provider), admitted, url);
    }
    const looked = await fetch(url, {
      method: 'POST',
      headers: { ...(await keyOf('at leisure')), 'content-type': 'application/json' },
      body: '{"payee":{"walletId":"w"}}',
    });
    expect(looked.status).toBe(200);
    expect(await ingestion.send([row('meanwhile')])).toMatchObject({ accepted: 1 });
  });
});

describe('a quota of rows', () => {
  const quota = (provider: string, rows: number | null): Promise<void> =>
    database.dataSource.transaction((manager) => setQuota(manager, provider, rows));

  it('is told with when to come back, before anything is stored; others have none', async () => {
    const headers = await keyOf('limited');
    await quota('limited', 100);
    const send = (prefix: string, count: number): Promise<Response> =>
      ingestion.post(JSON.stringify({ transfers: batch(prefix, count) }), headers);
    expect((await send('a', 999)).status).toBe(200);
    // One is left, and a batch is taken whole: what it brings above that is waited for afterwards.
    expect((await send('b', 300)).status).toBe(200);
    for (const again of [await send('c', 1), await send('c', 1_000)]) {
      expect(again.status).toBe(429);
      const seconds = Number(again.headers.get('retry-after'));
      // What is left of ten seconds, and the 299 rows that were too many.
      expect(seconds).toBeGreaterThan(2);
      expect(seconds).toBeLessThanOrEqual(13);
      expect(await again.json()).toMatchObject({ code: 'OVERLOADED' });
    }
    expect(await stored()).toBe(1_299);
    expect(await ingestion.send(batch('other', 1_000))).toMatchObject({ accepted: 1_000 });
    expect(await ingestion.send(batch('more', 1_000))).toMatchObject({ accepted: 1_000 });
  });

  it('slows a stream down instead of refusing it in the middle', async () => {
    const headers = await keyOf('streaming');
    await quota('streaming', 200);
    const lines = batch('s', 3_500)
      .map((one) => `${JSON.stringify(one)}\n`)
      .join('');
    const began = performance.now();
    const sent = ingestion.post(lines, { ...headers, ...NDJSON });
    const answer = await sent;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ accepted: 3_500, rejected: 0 });
    // Two thousand are taken in the first ten seconds; it cannot have been quicker.
    expect(performance.now() - began).toBeGreaterThan(9_000);
  }, 60_000);
});
