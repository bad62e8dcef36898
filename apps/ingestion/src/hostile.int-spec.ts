import * as fc from 'fast-check';
import { request } from 'node:http';
import { createTestDatabase, type TestDatabase } from '#testing';
import { allWays, describedWays } from '../test/described-routes';
import { damagedBody, jsonBody, mutatedBody, randomBytes } from '../test/fuzz-inputs';
import { fuzzRuns } from '../test/fuzz.config';
import { complaint, HostileClient } from '../test/hostile-client';
import { bodyMonsters, type Monster, PLANTED, rowMonsters } from '../test/monsters';
import { row, runIngestion, type RunningIngestion } from '../test/running-ingestion';

const TEST_MAX_MS = 3_600_000;

let database: TestDatabase;
let ingestion: RunningIngestion;
let client: HostileClient;
let inputs = 0;
let goodRows = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, {
    INGESTION_IDLE_TIMEOUT_MS: '2000',
    INGESTION_SCREENINGS_PER_MINUTE_MAX: '1000000',
  });
  await database.dataSource.query(`update feed.provider_key set scopes = '{report,screen}'`);
  client = new HostileClient(ingestion);
});

afterAll(async () => {
  process.stdout.write(`hostile inputs tried: ${inputs}\n`);
  client.end();
  await ingestion.close();
  await database.drop();
});

/** Whatever was sent before: the service takes what is good. */
afterEach(async () => {
  goodRows += 1;
  expect(await ingestion.send([row(`good-${String(goodRows)}`)])).toMatchObject({ accepted: 1 });
});

describe.each(allWays())('$path as "$type"', (way) => {
  const isDescribed = describedWays().some(
    ({ path, type }) => path === way.path && type === way.type,
  );

  it(
    'answers hand-made monsters clearly, at once, and without repeating them',
    async () => {
      const monsters: Monster[] = [
        // Rows are the same wherever they stand: in every type at one route, as JSON at each.
        ...(isDescribed && (way.path === '/v1/transfers' || way.type === 'application/json')
          ? rowMonsters(way.path)
          : []),
        ...bodyMonsters(way.path),
      ];
      const complaints: string[] = [];
      for (const { name, body, headers } of monsters) {
        inputs += 1;
        const said = complaint(await client.send(way, body, headers));
        if (said !== null) complaints.push(`${name}: ${said}`);
      }
      expect(complaints).toEqual([]);
    },
    TEST_MAX_MS,
  );

  it.each([
    ['good rows with something else in them', mutatedBody],
    ['any JSON', jsonBody],
    ['damaged bodies', damagedBody],
    ['random bytes', randomBytes],
  ])(
    'answers %s clearly, at once, and without repeating them',
    async (_, bodies) => {
      await fc.assert(
        fc.asyncProperty(bodies, async (body) => {
          inputs += 1;
          expect(complaint(await client.send(way, body))).toBeNull();
        }),
        { numRuns: isDescribed ? fuzzRuns() : Math.ceil(fuzzRuns() / 10) },
      );
    },
    TEST_MAX_MS,
  );
});

describe('what is hardly HTTP', () => {
  const head = (): string =>
    `POST /v1/transfers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ingestion.key}\r\ncontent-type: application/json\r\n`;
  const RAW: readonly (readonly [string, () => string | Buffer])[] = [
    [
      'a length and chunks',
      () => `${head()}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['two lengths', () => `${head()}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`],
    ['a negative length', () => `${head()}content-length: -1\r\n\r\n`],
    ['a length that is none', () => `${head()}content-length: 1e9\r\n\r\n`],
    ['a chunk that is none', () => `${head()}transfer-encoding: chunked\r\n\r\nxyz\r\n`],
    [
      'a chunk of all memory',
      () => `${head()}transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n`,
    ],
    ['a header without an end', () => `${head()}x: ${'a'.repeat(100_000)}`],
    ['a thousand headers', () => `${head()}${'x: y\r\n'.repeat(5_000)}\r\n`],
    ['a header split in two', () => `${head()}x: a\r\n b\r\ncontent-length: 0\r\n\r\n`],
    ['a NUL in a header', () => `${head()}x: a\0b\r\n\r\n`],
    ['no HTTP', () => `${PLANTED}\r\n\r\n`],
    ['TLS', () => Buffer.from('16030100a5010000a10303', 'hex')],
    ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['another method', () => head().replace('POST', 'TRACE') + '\r\n'],
    ['no method at all', () => head().replace('POST', 'A'.repeat(200)) + '\r\n'],
    ['a path that is none', () => head().replace('/v1/transfers', '/%E0%A4%A') + '\r\n'],
    ['a path up', () => head().replace('/v1/transfers', '/v1/../../etc/passwd') + '\r\n'],
    ['a path of 60,000', () => head().replace('/v1/transfers', `/${'a'.repeat(60_000)}`) + '\r\n'],
    [
      'a query without an end',
      () =>
        head().replace('/v1/transfers', `/v1/transfers?${'a[]=1&'.repeat(2_000)}`) +
        'content-length: 2\r\n\r\n{}',
    ],
    [
      'a whole address',
      () => head().replace('/v1/transfers', `http://${PLANTED}/v1/transfers`) + '\r\n',
    ],
    ['an upgrade', () => `${head()}connection: upgrade\r\nupgrade: websocket\r\n\r\n`],
    ['an expectation', () => `${head()}expect: ${PLANTED}\r\ncontent-length: 0\r\n\r\n`],
    ['ten requests in one', () => `${head()}content-length: 2\r\n\r\n{}`.repeat(10)],
  ];

  it.each(RAW)('%s is refused, or cut off', async (_, bytes) => {
    inputs += 1;
    const answer = await client.sendRaw(bytes());
    expect(answer).not.toContain(PLANTED);
    const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((match) => Number(match[1]));
    expect(statuses.filter((status) => status < 400 || status >= 500)).toEqual([]);
  });
});

describe('a body of half a million bad lines', () => {
  it('leaves others their turn after each batch, though nothing of it has to be stored', async () => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const way = { path: '/v1/transfers', type: 'application/x-ndjson' };
    const { text } = await client.send(way, Buffer.from('{\n'.repeat(500_000)));
    isOver = true;
    expect(JSON.parse(text)).toMatchObject({ accepted: 0, rejected: 500_000 });
    expect(turns).toBeGreaterThan(450);
  }, 60_000);
});

describe('bodies that take their time', () => {
  it('are given up one by one, and keep nobody waiting', async () => {
    const open = Array.from({ length: 12 }, (_, n) => {
      inputs += 1;
      const sent = request(ingestion.url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${ingestion.key}`,
          'content-type': n % 2 ? 'application/json' : 'application/x-ndjson',
        },
      });
      const ended = new Promise<number>((resolve, reject) => {
        sent.on('response', (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        sent.on('error', reject);
      });
      sent.write('{"tr');
      return { sent, ended };
    });
    expect(await ingestion.send([row('meanwhile')])).toMatchObject({ accepted: 1 });
    for (const { sent, ended } of open) {
      expect(await ended).toBe(400);
      sent.on('error', () => undefined).destroy();
    }
  }, 30_000);
});
