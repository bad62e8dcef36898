import { type EventRow, type EventsAnswer } from '#contracts';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  holdTurn,
  PROVIDER,
  row as transfer,
  runIngestion,
  type RunningIngestion,
  waitingForTurn,
} from '../test/running-ingestion';

const CALLER = '03109876543';
const CALLEE = '03001234567';

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
const nextId = (): string => `E-${String((ids += 1))}`;

const call = (eventId: string, change: Record<string, unknown> = {}): EventRow => ({
  eventId,
  type: 'CALL',
  occurredAt: '2026-03-01T14:05:09.123+05:00',
  caller: { msisdn: CALLER },
  callee: { msisdn: CALLEE },
  ...change,
});

const simChange = (eventId: string, change: Record<string, unknown> = {}): EventRow => ({
  ...{ eventId, type: 'SIM_CHANGE', occurredAt: '2026-03-01T14:05:09Z' },
  wallet: { walletId: 'W1' },
  ...change,
});

const stored = (eventId: string): Promise<Record<string, unknown>[]> =>
  database.dataSource.query('select * from feed.event where provider_id = $1 and event_id = $2', [
    PROVIDER,
    eventId,
  ]);

const problemsOf = (answer: EventsAnswer): string[] =>
  answer.problems.map(({ code, path }) => `${code} ${path}`);

describe('events', () => {
  it('are refused one by one; the others are stored as they were told, identifiers as tokens', async () => {
    const [good, bad, change] = [nextId(), nextId(), nextId()];
    const sim = { imsi: '410010000000001' };
    const answer = await ingestion.sendEvents([
      call(good),
      call(bad, { callee: { msisdn: 'nobody' } }),
      simChange(change, { wallet: { walletId: 'W"1', provider: 'other' }, sim }),
      { transferId: 'T1' },
    ]);
    expect(answer).toMatchObject({ accepted: 2, duplicates: 0, rejected: 2 });
    expect(answer.problems).toMatchObject([
      { index: 1, eventId: bad, code: 'INVALID_INPUT', path: '/callee/msisdn' },
      { index: 3, eventId: null, code: 'INVALID_INPUT', path: '/type' },
    ]);
    const { vault } = ingestion;
    expect(await stored(good)).toMatchObject([
      {
        type: 'CALL',
        occurred_at: new Date('2026-03-01T09:05:09.123Z'),
        wallet_provider: null,
        wallet_id: null,
        particulars: {
          caller: { msisdn: vault.token('msisdn', CALLER) },
          callee: { msisdn: vault.token('msisdn', CALLEE) },
        },
      },
    ]);
    expect(await stored(change)).toMatchObject([
      {
        wallet_provider: 'other',
        wallet_id: 'W"1',
        particulars: { sim: { imsi: vault.token('imsi', sim.imsi) } },
      },
    ]);
    expect(await stored(bad)).toEqual([]);
  });

  it('of a wallet are stored as its own provider tells them, and by nobody else', async () => {
    const [tier, login, agent] = [nextId(), nextId(), nextId()];
    const base = { occurredAt: '2026-03-01T14:05:09Z', wallet: { walletId: 'W1' } };
    const rows = [
      { ...base, eventId: tier, type: 'TIER_CHANGE', tier: 'L1', previousTier: 'L0' },
      { ...base, eventId: login, type: 'LOGIN', device: { id: 'phone-7' }, ip: '203.0.113.7' },
      { ...base, eventId: agent, type: 'AGENT_REGISTERED', openedAt: '2026-03-01T05:00:00+05:00' },
    ];
    expect(await ingestion.sendEvents(rows)).toMatchObject({ accepted: 3 });
    const { vault } = ingestion;
    const told = { tier: 'L1', previousTier: 'L0' };
    expect(await stored(tier)).toMatchObject([{ wallet_provider: PROVIDER, particulars: told }]);
    const from = {
      ...{ device: { id: vault.token('device', 'phone-7') }, ip: vault.token('ip', '203.0.113.7') },
    };
    expect(await stored(login)).toMatchObject([{ particulars: from }]);
    expect(await stored(agent)).toMatchObject([
      { particulars: { openedAt: '2026-03-01T00:00:00.000Z' } },
    ]);
    // The same instant in another spelling is the same; another is not, and nor is another tier.
    const same = { ...rows[2], openedAt: '2026-03-01T00:00:00Z' };
    const again = await ingestion.sendEvents([...rows, same]);
    expect(again).toMatchObject({ accepted: 0, duplicates: 4 });
    const others = await ingestion.sendEvents([
      { ...rows[0], tier: 'L2' },
      { ...rows[1], ip: '203.0.113.8' },
      { ...rows[2], openedAt: '2026-03-02T00:00:00Z' },
      { ...rows[2], eventId: nextId(), wallet: { walletId: 'W1', provider: 'other' } },
    ]);
    expect(problemsOf(others)).toEqual([
      ...['CONFLICT /tier', 'CONFLICT /ip', 'CONFLICT /openedAt'],
      'INVALID_INPUT /wallet/provider',
    ]);
    const dump: unknown = await database.dataSource.query('select * from feed.event');
    expect(JSON.stringify(dump)).not.toMatch(/phone-7|203\.0\.113/);
  });

  it('name nobody: a number is found by its token and opened by its key only', async () => {
    await ingestion.sendEvents([call(nextId())]);
    const token = ingestion.vault.token('msisdn', CALLEE);
    const rows: { sealed: Buffer; type: string }[] = await database.dataSource.query(
      'select sealed, type from feed.identity where token = $1',
      [token],
    );
    expect(rows).toHaveLength(1);
    expect(ingestion.vault.open(token, rows[0]!.sealed)).toBe(CALLEE);
    const dump: unknown = await database.dataSource.query('select * from feed.event');
    expect(JSON.stringify(dump)).not.toMatch(/3001234567|3109876543/);
  });

  it('sent again change nothing; with other content they are a conflict, and leave nothing', async () => {
    const [id, change] = [nextId(), nextId()];
    const batch = [call(id), simChange(change)];
    expect(await ingestion.sendEvents(batch)).toMatchObject({ accepted: 2 });
    const before = await stored(id);
    const spelt = { occurredAt: '2026-03-01T09:05:09.1239Z', callee: { msisdn: '+923001234567' } };
    const again = [call(id, spelt), ...batch];
    expect(await ingestion.sendEvents(again)).toMatchObject({ accepted: 0, duplicates: 3 });
    const stranger = '03451111111';
    const answer = await ingestion.sendEvents([
      call(id, { callee: { msisdn: stranger } }),
      call(id, { occurredAt: '2026-03-01T14:05:10+05:00' }),
      simChange(id),
      simChange(change, { wallet: { walletId: 'W2' } }),
      simChange(change, { wallet: { walletId: 'W1', provider: 'other' } }),
      simChange(change, { sim: { imsi: '410010000000001' } }),
    ]);
    expect(answer).toMatchObject({ accepted: 0, duplicates: 0, rejected: 6 });
    expect(problemsOf(answer)).toEqual(
      [
        ['/callee/msisdn', '/occurredAt', '/type'],
        ['/wallet/walletId', '/wallet/provider', '/sim/imsi'],
      ]
        .flat()
        .map((path) => `CONFLICT ${path}`),
    );
    expect(await stored(id)).toEqual(before);
    const token = ingestion.vault.token('msisdn', stranger);
    const left: unknown[] = await database.dataSource.query(
      'select from feed.identity where token = $1',
      [token],
    );
    expect(left).toEqual([]);
  });

  it('twice in a batch: the first counts', async () => {
    const id = nextId();
    const other = call(id, { callee: { msisdn: '03451111111' } });
    const answer = await ingestion.sendEvents([call(id), call(id), other, call(nextId())]);
    expect(answer).toMatchObject({ accepted: 2, duplicates: 1, rejected: 1 });
    expect(answer.problems[0]).toMatchObject({ index: 2, eventId: id, code: 'CONFLICT' });
  });

  it('stand in the log in the order of the batch, between the transfers', async () => {
    const [first, second, third] = [nextId(), nextId(), nextId()];
    await ingestion.sendEvents([call(second), call(first)]);
    const transferId = nextId();
    await ingestion.send([transfer(transferId)]);
    await ingestion.sendEvents([call(second), call(third)]);
    const rows: { id: string }[] = await database.dataSource.query(
      `select event_id as id, position from feed.event where event_id = any($1)
       union all select transfer_id, position from feed.transfer where transfer_id = $2
       order by position`,
      [[first, second, third], transferId],
    );
    expect(rows.map(({ id }) => id)).toEqual([second, first, transferId, third]);
  });

  it('of another provider may have the same ids', async () => {
    const id = nextId();
    await database.dataSource.query(
      `insert into feed.event (position, provider_id, event_id, type, occurred_at, particulars)
       values (nextval('log.position'), 'other', $1, 'CALL', now(), '{}')`,
      [id],
    );
    expect(await ingestion.sendEvents([call(id)])).toMatchObject({ accepted: 1 });
  });

  it('sent by many at once are stored once, and the answers add up', async () => {
    const batch = Array.from({ length: 200 }, () => call(nextId()));
    const release = await holdTurn(database.dataSource);
    const answers = Array.from({ length: 6 }, (_, at) =>
      ingestion.sendEvents(at % 2 ? batch : [...batch].reverse()),
    );
    // So many statements of events are under way at once; the other batches wait in the process.
    await waitingForTurn(database.dataSource, 2);
    await release();
    let [accepted, duplicates] = [0, 0];
    for (const answer of await Promise.all(answers)) {
      accepted += answer.accepted;
      duplicates += answer.duplicates;
    }
    expect({ accepted, duplicates }).toEqual({ accepted: 200, duplicates: 1_000 });
  });
});

describe('a request with events', () => {
  it('is bounded as one with transfers is', async () => {
    const of = (count: number): string =>
      JSON.stringify({ events: Array.from({ length: count }, () => null) });
    for (const [count, status] of [
      [999, 200],
      [1_000, 200],
      [1_001, 413],
    ] as const) {
      expect((await ingestion.post(of(count), {}, 'events')).status).toBe(status);
    }
  });

  it.each([
    ['{"transfers":[]}', {}, 400],
    ['[]', {}, 400],
    ['{', {}, 400],
    ['{"events":[]}', { 'content-type': 'text/plain' }, 415],
    ['{"events":[]}', { authorization: 'Bearer lw_wrong' }, 401],
  ])('of %s with %j is answered %d', async (body, headers, status) => {
    expect((await ingestion.post(body, headers as Record<string, string>, 'events')).status).toBe(
      status,
    );
  });

  it('may be NDJSON of any length; a bad line is a row problem', async () => {
    const rows = Array.from({ length: 2_500 }, () => call(nextId()));
    const lines = rows.map((row) => JSON.stringify(row));
    lines.splice(1_200, 0, '{"eventId":');
    const response = await ingestion.post(
      lines.join('\n'),
      { 'content-type': 'application/x-ndjson' },
      'events',
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      accepted: 2_500,
      duplicates: 0,
      rejected: 1,
      problems: [
        {
          index: 1_200,
          eventId: null,
          code: 'INVALID_INPUT',
          path: '',
          detail: 'the line is not JSON',
        },
      ],
    });
  });
});
