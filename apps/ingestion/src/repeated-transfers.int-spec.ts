import { type TransfersAnswer } from '#contracts';
import { newProviderKey, provisionProvider } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  holdTurn,
  PROVIDER,
  row,
  runIngestion,
  type RunningIngestion,
  waitingForTurn,
} from '../test/running-ingestion';

let database: TestDatabase;
let ingestion: RunningIngestion;

beforeAll(async () => {
  database = await createTestDatabase();
  ingestion = await runIngestion(database.databaseUrl, { INGESTION_BODY_BYTES_MAX: '2000000' });
});

afterAll(async () => {
  await ingestion.close();
  await database.drop();
});

let ids = 0;
/** An id that no other test uses. */
const nextId = (): string => `T-${String((ids += 1))}`;

const stored = (transferId: string): Promise<Record<string, unknown>[]> =>
  database.dataSource.query(
    'select * from feed.transfer where provider_id = $1 and transfer_id = $2 order by position',
    [PROVIDER, transferId],
  );

/** What an answer says is wrong: code and path of each problem. */
const problemsOf = (answer: { problems: readonly { code: string; path: string }[] }): string[] =>
  answer.problems.map(({ code, path }) => `${code} ${path}`);

describe('the same again', () => {
  it('changes nothing', async () => {
    const full = {
      narrative: 'school fee',
      device: { id: 'D1' },
      debtor: { walletId: 'W1', msisdn: '03001234567', openedAt: '2020-01-01T05:00:00+05:00' },
    };
    const batch = [row(nextId()), row(nextId(), full), row(nextId(), { balanceAfter: '12.00' })];
    expect(await ingestion.send(batch)).toMatchObject({ accepted: 3, duplicates: 0 });
    const count = () =>
      database.dataSource.query(
        `select (select count(*) from feed.transfer), (select count(*) from feed.transfer_key),
                (select count(*) from feed.identity) as identities`,
      );
    const before: unknown = await count();
    expect(await ingestion.send(batch)).toMatchObject({ accepted: 0, duplicates: 3, rejected: 0 });
    // The same instant, number and default in another spelling.
    const respelt = {
      ...full,
      occurredAt: '2026-03-01T09:05:09.123Z',
      status: 'SETTLED',
      debtor: { walletId: 'W1', msisdn: '+92 300 1234567', openedAt: '2020-01-01T00:00:00Z' },
      creditor: { walletId: 'W2', provider: PROVIDER },
    };
    expect(await ingestion.send([row(batch[1]!.transferId, respelt)])).toMatchObject({
      duplicates: 1,
    });
    expect(await count()).toEqual(before);
  });

  it.each([
    ['/amount', { amount: '1250.51' }],
    ['/currency', { currency: 'USD' }],
    ['/type', { type: 'SALARY' }],
    ['/debtor/walletId', { debtor: { walletId: 'W9' } }],
    ['/debtor/provider', { debtor: { walletId: 'W1', provider: 'other' } }],
    ['/creditor/walletId', { creditor: { walletId: 'W9' } }],
    ['/creditor/kind', { creditor: { walletId: 'W2', kind: 'AGENT' } }],
    ['/originalTransferId', { originalTransferId: 'T-0' }],
    ['/occurredAt', { occurredAt: '2026-03-01T14:05:09.124+05:00' }],
    ['/narrative', { narrative: 'other' }],
    ['/balanceAfter', { balanceAfter: '1.00' }],
    ['/debtor/msisdn', { debtor: { walletId: 'W1', msisdn: '03001234567' } }],
    ['/device/id', { device: { id: 'D9' } }],
    ['/status', { status: 'PENDING' }],
  ])('with another %s is a conflict', async (path, change) => {
    const id = nextId();
    await ingestion.send([row(id)]);
    const answer = await ingestion.send([row(id, change)]);
    expect(answer).toMatchObject({ accepted: 0, duplicates: 0, rejected: 1 });
    expect(answer.problems).toMatchObject([{ index: 0, transferId: id, code: 'CONFLICT', path }]);
    expect(await stored(id)).toHaveLength(1);
  });

  it('from another provider is another transfer', async () => {
    const id = nextId();
    await database.dataSource.query(
      `insert into feed.transfer_key (provider_id, transfer_id, positions) values ('other', $1, '{}')`,
      [id],
    );
    expect(await ingestion.send([row(id)])).toMatchObject({ accepted: 1 });
  });

  it('within one batch is as if sent one after the other', async () => {
    const [twice, changed, status] = [nextId(), nextId(), nextId()];
    const answer = await ingestion.send([
      row(status, { status: 'PENDING' }),
      row(twice),
      row(changed),
      row(status),
      row(twice),
      row(changed, { amount: '1.00' }),
      row(status, { status: 'REVERSED' }),
      row(status, { status: 'PENDING' }),
    ]);
    expect(answer).toMatchObject({ accepted: 5, duplicates: 2, rejected: 1 });
    expect(answer.problems).toMatchObject([{ index: 5, transferId: changed, code: 'CONFLICT' }]);
    expect((await stored(status)).map((report) => report.status)).toEqual([
      'PENDING',
      'SETTLED',
      'REVERSED',
    ]);
  });
});

describe('a later status', () => {
  it('is another entry of the log that points to the first', async () => {
    const id = nextId();
    const whole = {
      narrative: 'fee',
      channel: 'APP',
      device: { id: 'D1' },
      debtor: { walletId: 'W1', kind: 'PERSON', msisdn: '03001234567', tier: 'L1' },
    };
    await ingestion.send([row(id, { ...whole, status: 'PENDING' })]);
    // With the bare minimum, later, and with something new.
    const settled = row(id, {
      status: 'SETTLED',
      occurredAt: '2026-03-01T14:07:00+05:00',
      channel: 'USSD',
    });
    expect(await ingestion.send([settled])).toMatchObject({ accepted: 1 });
    const [first, second] = await stored(id);
    expect(second).toMatchObject({
      status: 'SETTLED',
      original_position: first!.position,
      occurred_at: new Date('2026-03-01T09:07:00Z'),
      debtor_kind: 'PERSON',
      debtor_tokens: first!.debtor_tokens,
      particulars: { ...(first!.particulars as object), channel: 'USSD' },
    });
    expect(first).toMatchObject({ status: 'PENDING', original_position: null });
    const keys: unknown = await database.dataSource.query(
      'select positions from feed.transfer_key where transfer_id = $1',
      [id],
    );
    // The array's own parser gives text.
    expect(keys).toEqual([{ positions: [String(first!.position), String(second!.position)] }]);

    const again = [row(id, { ...whole, status: 'PENDING' }), settled];
    expect(await ingestion.send(again)).toMatchObject({ accepted: 0, duplicates: 2 });
    expect(await stored(id)).toHaveLength(2);
  });

  it.each([
    ['PENDING', 'SETTLED', true],
    ['PENDING', 'FAILED', true],
    ['SETTLED', 'REVERSED', true],
    ['PENDING', 'REVERSED', false],
    ['SETTLED', 'PENDING', false],
    ['SETTLED', 'FAILED', false],
    ['FAILED', 'SETTLED', false],
    ['FAILED', 'REVERSED', false],
    ['REVERSED', 'SETTLED', false],
  ])('from %s to %s: accepted %s', async (from, to, accepted) => {
    const id = nextId();
    await ingestion.send([row(id, { status: from })]);
    const answer = await ingestion.send([row(id, { status: to })]);
    expect(answer.accepted).toBe(accepted ? 1 : 0);
    expect(problemsOf(answer)).toEqual(accepted ? [] : ['CONFLICT /status']);
  });

  it.each([
    ['/amount', { amount: '1.00' }],
    ['/currency', { currency: 'USD' }],
    ['/type', { type: 'SALARY' }],
    ['/creditor/walletId', { creditor: { walletId: 'W9' } }],
    ['/debtor/provider', { debtor: { walletId: 'W1', provider: 'other' } }],
    ['/originalTransferId', { originalTransferId: 'T-0' }],
  ])('with another %s is a conflict', async (path, change) => {
    const id = nextId();
    await ingestion.send([row(id, { status: 'PENDING' })]);
    const answer = await ingestion.send([row(id, { ...change, status: 'SETTLED' })]);
    expect(problemsOf(answer)).toEqual([`CONFLICT ${path}`]);
    expect(await stored(id)).toHaveLength(1);
  });
});

describe('senders at once', () => {
  /**
   * Sends all of them while nobody gets a turn, so that each begins before any other has stored anything.
   *
   * @param processes each has two statements under way; whoever else comes to it waits for company
   */
  async function atOnce(
    senders: readonly (() => Promise<TransfersAnswer>)[],
    processes = 1,
  ): Promise<{ accepted: number; duplicates: number; rejected: number }> {
    const release = await holdTurn(database.dataSource);
    const answers = senders.map((send) => send());
    await waitingForTurn(database.dataSource, 2 * processes);
    await release();
    const sum = { accepted: 0, duplicates: 0, rejected: 0 };
    for (const answer of await Promise.all(answers)) {
      sum.accepted += answer.accepted;
      sum.duplicates += answer.duplicates;
      sum.rejected += answer.rejected;
    }
    return sum;
  }

  it('with the same rows, at two processes: each is stored once, and the answers add up', async () => {
    const second = await runIngestion(database.databaseUrl, {}, ingestion.key);
    const batch = Array.from({ length: 300 }, (_, at) => row(nextId(), { narrative: `n ${at}` }));
    const senders = Array.from(
      { length: 8 },
      (_, at) => () => (at % 2 ? ingestion : second).send(at % 3 ? batch : [...batch].reverse()),
    );
    expect(await atOnce(senders, 2)).toEqual({ accepted: 300, duplicates: 7 * 300, rejected: 0 });
    const rows: unknown = await database.dataSource.query(
      `select count(*), count(distinct transfer_id) as transfers from feed.transfer
       where transfer_id = any($1)`,
      [batch.map(({ transferId }) => transferId)],
    );
    expect(rows).toEqual([{ count: 300, transfers: 300 }]);
    await second.close();
  });

  it('with overlapping rows: what only one of them sends is stored too', async () => {
    const batch = Array.from({ length: 30 }, () => row(nextId()));
    const senders = [0, 5, 10].map((from) => () => ingestion.send(batch.slice(from, from + 20)));
    expect(await atOnce(senders)).toEqual({ accepted: 30, duplicates: 30, rejected: 0 });
  });

  it('with the same later status: one of them is accepted', async () => {
    const batch = Array.from({ length: 50 }, () => nextId());
    await ingestion.send(batch.map((id) => row(id, { status: 'PENDING' })));
    const senders = Array.from(
      { length: 6 },
      () => () => ingestion.send(batch.map((id) => row(id))),
    );
    expect(await atOnce(senders)).toEqual({ accepted: 50, duplicates: 250, rejected: 0 });
  });

  it('of several providers, each with ids of its own, are stored together in the order they came', async () => {
    const key = newProviderKey();
    await provisionProvider(database.dataSource, 'other', key);
    const other = async (rows: readonly unknown[]): Promise<TransfersAnswer> => {
      const authorization = `Bearer ${key}`;
      const answer = await ingestion.post(JSON.stringify({ transfers: rows }), { authorization });
      return (await answer.json()) as TransfersAnswer;
    };
    const batches = Array.from({ length: 12 }, () => [row(nextId()), row(nextId()), row(nextId())]);
    const [known] = batches[4]!;
    await other([known]);
    const senders = batches.flatMap((batch) => [() => ingestion.send(batch), () => other(batch)]);
    expect(await atOnce(senders)).toEqual({ accepted: 71, duplicates: 1, rejected: 0 });
    const rows: { provider_id: string; transfer_id: string; position: number; known: number }[] =
      await database.dataSource.query(
        `select provider_id, transfer_id, position, positions[1] as known
         from feed.transfer join feed.transfer_key using (provider_id, transfer_id)
         where transfer_id = any($1) order by position`,
        [batches.flat().map(({ transferId }) => transferId)],
      );
    expect(rows).toHaveLength(72);
    expect(rows.filter(({ position, known }) => position !== known)).toEqual([]);
    // The rows of a request lie together, in their order.
    for (const batch of batches) {
      for (const provider of [PROVIDER, 'other']) {
        const ids = batch.map(({ transferId }) => transferId);
        const places = ids.map((id) =>
          rows.findIndex((one) => one.provider_id === provider && one.transfer_id === id),
        );
        const whole = batch.includes(known!) && provider === 'other' ? places.slice(1) : places;
        expect(whole).toEqual(whole.map((_, at) => whole[0]! + at));
      }
    }
  });
});
