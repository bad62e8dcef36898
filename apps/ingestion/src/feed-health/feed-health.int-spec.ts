import fc from 'fast-check';
import { type TransferRow } from '#contracts';
import { DAY_MS, HOUR_MS } from '#domain';
import { giveProviderKey } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { PROVIDER, row, runIngestion, type RunningIngestion } from '../../test/running-ingestion';
import { type FeedHealthAnswer, type StatementAnswer } from './feed-health-answer';
import { SEQUENCE_STRETCHES_MAX, SequenceRepository } from './sequence.repository';

let database: TestDatabase;
let ingestion: RunningIngestion;
let reader: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl);
  const asked = { scopes: ['health'], networks: null, signed: false, expiresAt: null } as const;
  const given = await database.dataSource.transaction((manager) =>
    giveProviderKey(manager, { provider: PROVIDER, ...asked }),
  );
  reader = given.key;
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

const ask = (path: string, key = reader): Promise<Response> =>
  fetch(`http://127.0.0.1:${ingestion.port}/v1/feed/${path}`, {
    headers: { authorization: `Bearer ${key}` },
  });
const health = async (): Promise<FeedHealthAnswer> => {
  const response = await ask('health');
  expect(response.status).toBe(200);
  return (await response.json()) as FeedHealthAnswer;
};
const statement = async (day: string, timeZone?: string): Promise<StatementAnswer> => {
  const zone = timeZone === undefined ? '' : `?timeZone=${encodeURIComponent(timeZone)}`;
  const response = await ask(`statements/${day}${zone}`);
  expect(response.status).toBe(200);
  return (await response.json()) as StatementAnswer;
};

describe('how a feed is', () => {
  it('is nothing where nothing came', async () => {
    expect(await health()).toEqual({
      provider: PROVIDER,
      lastHours: { accepted: 0, duplicates: 0, rejected: 0, late: 0, future: 0 },
      lastDay: { accepted: 0, duplicates: 0, rejected: 0, late: 0, future: 0 },
      lag: {
        eventToStoredP50Seconds: null,
        eventToStoredP95Seconds: null,
        storedToScoredSeconds: 0,
      },
      ...{ feedClock: null, skewSeconds: null, receivedAt: null, sequence: null, silence: null },
      ...{ unconfirmed: 0, mismatches: 0 },
    });
  });

  it('counts what became of rows, and which are far from the feed’s own clock, whatever year it is there', async () => {
    const at = (ms: number): string => new Date(Date.UTC(2024, 5, 1) + ms).toISOString();
    await ingestion.send([
      row('H-1', { occurredAt: at(0) }),
      row('H-2', { occurredAt: at(1_000) }),
      row('H-2', { occurredAt: at(1_000) }),
      row('H-3', { amount: '0' }),
      row('H-4', { occurredAt: at(10 * DAY_MS) }),
      // One wild row makes nobody late.
      row('H-5', { occurredAt: at(2_000) }),
      row('H-6', { occurredAt: at(-DAY_MS) }),
    ]);
    const { lastHours, feedClock, receivedAt, silence } = await health();
    expect(lastHours).toEqual({ accepted: 5, duplicates: 1, rejected: 1, late: 1, future: 1 });
    expect(feedClock).toBe(at(1_000 + HOUR_MS));
    expect(Math.abs(Date.parse(receivedAt!) - Date.now())).toBeLessThan(60_000);
    expect(silence).toMatchObject({ expectedRows: null, isSilent: false });
  });

  it('tells how late rows come', async () => {
    const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
    await ingestion.send(
      Array.from({ length: 40 }, (_, i) => row(`L-${i}`, { occurredAt: ago(3_000) })),
    );
    const { lag } = await health();
    expect(lag.eventToStoredP50Seconds).toBe(4);
    expect(lag.eventToStoredP95Seconds).toBe(32_768);
  });

  it('is told as metrics, too', async () => {
    await ingestion.look();
    const metrics = await (await fetch(`http://127.0.0.1:${ingestion.port}/metrics`)).text();
    const of = (name: string): number => {
      const found = new RegExp(`^${name}\\{[^}]*provider="${PROVIDER}"[^}]*\\} (.+)$`, 'm').exec(
        metrics,
      );
      return Number(found?.[1]);
    };
    expect(of('layerwatch_feed_silent')).toBe(0);
    expect(of('layerwatch_feed_event_to_stored_seconds')).toBe(32_768);
    expect(of('layerwatch_feed_skew_seconds')).toBe((await health()).skewSeconds);
  });

  it('is a provider’s own, and for a key that may ask', async () => {
    expect((await ask('health', 'lw_none')).status).toBe(401);
    const only = await database.dataSource.transaction((manager) =>
      giveProviderKey(manager, {
        ...{
          provider: PROVIDER,
          scopes: ['report'],
          networks: null,
          signed: false,
          expiresAt: null,
        },
      }),
    );
    expect((await ask('health', only.key)).status).toBe(403);
    expect((await ask('statements/2024-06-01', only.key)).status).toBe(403);
  });
});

describe('running numbers', () => {
  it('tell which never came, whatever the order and however often', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 8 }),
        async (numbers, sizes) => {
          await database.dataSource.query('delete from feed.sequence');
          const sent = [...numbers, ...numbers.slice(0, 5)];
          for (let i = 0, at = 0; at < sent.length; i += 1) {
            const next = sent.slice(at, at + 1 + sizes[i % sizes.length]!);
            at += next.length;
            await ingestion.send(next.map((n) => row(`N-${n}`, { sequence: String(n) })));
          }
          const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
          const missing = Array.from({ length: high - low }, (_, i) => low + i).filter(
            (n) => !numbers.includes(n),
          );
          const { sequence } = await health();
          expect(sequence).toMatchObject({ highest: high, missing: missing.length, givenUp: 0 });
          const told = sequence!.gaps.flatMap(([from, to]) =>
            Array.from({ length: to - from + 1 }, (_, i) => from + i),
          );
          expect(told).toEqual(missing);
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);

  it('are kept to a limit, whatever is sent', async () => {
    const sequences = new SequenceRepository(database.dataSource);
    for (let i = 0; i < 3; i += 1) {
      const odd = Array.from({ length: 900 }, (_, n) => 2 * (900 * i + n));
      await sequences.note('wild', odd);
    }
    const [{ stretches } = { stretches: 0 }]: { stretches: number }[] =
      await database.dataSource.query(
        `select count(*) as stretches from feed.sequence, unnest(seen) where provider_id = 'wild'`,
      );
    expect(stretches).toBeLessThanOrEqual(SEQUENCE_STRETCHES_MAX);
    const { missing, givenUp, highest, gaps } = (await sequences.state('wild'))!;
    expect(missing + givenUp).toBe(2_699);
    expect(highest).toBe(5_398);
    expect(gaps).toHaveLength(100);
  });

  it.each(['', '-1', '1.5', '1e3', '1234567890123456', 'x'])('"%s" is none', async (sequence) => {
    const { problems } = await ingestion.send([row('S-BAD', { sequence })]);
    expect(problems).toMatchObject([{ code: 'INVALID_INPUT', path: '/sequence' }]);
  });
});

describe('a statement of a day', () => {
  const day = (rows: TransferRow[]): Promise<unknown> => ingestion.send(rows);

  it('is the sum of what was told of it, by type, currency and status, whenever it was told', async () => {
    // 1 July in Karachi is from 19:00 to 19:00 UTC.
    const inside = [
      '2025-06-30T19:00:00Z',
      '2025-07-01T18:59:59.999Z',
      '2025-07-01T12:00:00+05:00',
    ];
    const outside = ['2025-06-30T18:59:59.999Z', '2025-07-01T19:00:00Z'];
    await day(inside.map((occurredAt, i) => row(`D-${i}`, { occurredAt })));
    await day(outside.map((occurredAt, i) => row(`O-${i}`, { occurredAt })));
    const at = { occurredAt: inside[0] };
    await day([
      row('D-A', { ...at, type: 'CASH_OUT', status: 'PENDING' }),
      row('D-Y', { ...at, currency: 'JPY', amount: '1250' }),
    ]);
    await day(
      Array.from({ length: 300 }, (_, i) =>
        row(`D-B${i}`, { ...at, type: 'FEE', amount: '99999999999.99' }),
      ),
    );
    const lines = [
      { type: 'CASH_OUT', currency: 'PKR', status: 'PENDING', count: 1, sum: '1250.50' },
      { type: 'FEE', currency: 'PKR', status: 'SETTLED', count: 300, sum: '29999999999997.00' },
      { type: 'P2P', currency: 'JPY', status: 'SETTLED', count: 1, sum: '1250' },
      { type: 'P2P', currency: 'PKR', status: 'SETTLED', count: 3, sum: '3751.50' },
    ];
    const told = {
      provider: PROVIDER,
      day: '2025-07-01',
      timeZone: 'Asia/Karachi',
      isComplete: true,
    };
    expect(await statement('2025-07-01')).toEqual({ ...told, lines });
    // Sent again nothing is added, and a later status is.
    await day([row('D-0', { occurredAt: inside[0] })]);
    await day([row('D-A', { ...at, type: 'CASH_OUT', status: 'SETTLED' })]);
    const settled = {
      type: 'CASH_OUT',
      currency: 'PKR',
      status: 'SETTLED',
      count: 1,
      sum: '1250.50',
    };
    expect(await statement('2025-07-01')).toEqual({
      ...told,
      lines: [lines[0], settled, ...lines.slice(1)],
    });
    expect((await statement('2025-07-01', 'UTC')).lines).not.toEqual(lines);
  });

  it('adds every row once, however many ask at once', async () => {
    await day(
      Array.from({ length: 500 }, (_, i) => row(`P-${i}`, { occurredAt: '2025-08-01T00:00:00Z' })),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => statement('2025-08-01')));
    for (const { lines, isComplete } of answers) {
      expect([lines[0]!.count, isComplete]).toEqual([500, true]);
    }
  });

  it.each(['2025-02-30', 'today', '2025-1-1', '2025-01-01T00:00:00Z'])(
    '%s is none',
    async (text) => {
      expect((await ask(`statements/${text}`)).status).toBe(400);
    },
  );

  it('is of a time zone that there is', async () => {
    expect((await ask('statements/2025-01-01?timeZone=Mars/Olympus')).status).toBe(400);
    expect((await ask(`statements/2025-01-01?timeZone=${'x'.repeat(100)}`)).status).toBe(400);
  });
});
