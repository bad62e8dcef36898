import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { row, runIngestion, type RunningIngestion } from '../test/running-ingestion';
import { DayRepository } from './day.repository';

const STRIDE = 10_000_000_000;

describe('days of stored transfers', () => {
  let database: TestDatabase;
  let ingestion: RunningIngestion;
  let days: DayRepository;

  beforeEach(async () => {
    database = await createTestDatabase();
    ingestion = await runIngestion(database.databaseUrl);
    days = new DayRepository(database.dataSource);
  });

  afterEach(async () => {
    await ingestion.close();
    await database.drop();
  });

  /** As if so many days had gone by: the days that were prepared lie so much earlier. */
  const pass = async (count: number): Promise<void> => {
    // In two steps: a day may take the place of another only once that has gone.
    await database.dataSource.query(`update log.day set day = day - $1::integer - 100000`, [count]);
    await database.dataSource.query(`update log.day set day = day + 100000`);
  };
  const positions = async (): Promise<number[]> => {
    const rows: { position: number }[] = await database.dataSource.query(
      'select position from feed.transfer order by position',
    );
    return rows.map(({ position }) => position);
  };
  const partitions = async (schema: string): Promise<number> => {
    const rows: { n: number }[] = await database.dataSource.query(
      `select count(*) as n from pg_class c join pg_namespace s on s.oid = relnamespace
       where nspname = $1 and relname like 'transfer\\_2%' and relkind = 'r'`,
      [schema],
    );
    return rows[0]!.n;
  };
  const idsRead = async (): Promise<string[]> => {
    const ids: string[] = [];
    for await (const page of new TransferLog(database.dataSource).pages(
      0,
      Number.MAX_SAFE_INTEGER,
      2,
    )) {
      for (const entry of page) if (entry.kind === 'transfer') ids.push(entry.transfer.transferId);
    }
    return ids;
  };

  it('are prepared ahead, once, whoever does it and however often', async () => {
    expect(await partitions('feed')).toBe(4);
    const both = await Promise.all([days.keep(3, undefined), days.keep(3, undefined)]);
    for (const done of both) expect(done ?? { prepared: 0 }).toMatchObject({ prepared: 0 });
    expect(await days.keep(5, undefined)).toEqual({ prepared: 2, detached: 0 });
    expect(await partitions('feed')).toBe(6);
  });

  it('begin with their first writer, and the log is read across them in its order', async () => {
    await ingestion.send([row('t1'), row('t2')]);
    await pass(1);
    await ingestion.sendEvents([
      {
        eventId: 'c1',
        type: 'CALL',
        occurredAt: '2026-03-02T10:00:00Z',
        caller: { msisdn: '03001234567' },
        callee: { msisdn: '03007654321' },
      },
    ]);
    await ingestion.send([row('t3')]);
    await pass(1);
    await ingestion.send([row('t4'), row('t5')]);
    const found = await positions();
    expect(found.map((position) => Math.floor(position / STRIDE))).toEqual([0, 0, 1, 2, 2]);
    expect(await idsRead()).toEqual(['t1', 't2', 't3', 't4', 't5']);
    expect(await new TransferLog(database.dataSource).head()).toBe(found.at(-1));
  });

  it('go on with the last that was prepared where nobody prepares', async () => {
    await ingestion.send([row('t1')]);
    await pass(40);
    await ingestion.send([row('t2')]);
    expect((await positions()).map((position) => Math.floor(position / STRIDE))).toEqual([0, 3]);
    expect(await days.keep(3, undefined)).toEqual({ prepared: 4, detached: 0 });
    await ingestion.send([row('t3')]);
    expect((await positions()).map((position) => Math.floor(position / STRIDE))).toEqual([0, 3, 4]);
  });

  it('never hand out a position twice, whatever the clock says', async () => {
    await pass(1);
    await ingestion.send([row('t1')]);
    await pass(-1);
    await ingestion.send([row('t2')]);
    const found = await positions();
    expect(found[1]).toBeGreaterThan(found[0]!);
  });

  it('keep a transfer one, also when it was stored on another day or is archived', async () => {
    await ingestion.send([row('t1'), row('later', { status: 'PENDING' })]);
    await pass(1);
    expect(await ingestion.send([row('t1'), row('t2')])).toMatchObject({
      accepted: 1,
      duplicates: 1,
    });
    expect(await ingestion.send([row('later')])).toMatchObject({ accepted: 1 });
    expect(await ingestion.send([row('t1', { amount: '1.00' })])).toMatchObject({ rejected: 1 });
    await pass(300);
    await days.keep(3, undefined);
    // Nothing is taken out that is not scored.
    expect(await days.keep(3, 200)).toEqual({ prepared: 0, detached: 0 });
    await database.dataSource.query(
      `insert into scoring.progress (position, pack_hash) values ($1, 'h')`,
      [10 * STRIDE],
    );
    const done = await days.keep(3, 200);
    expect(done!.detached).toBeGreaterThan(0);
    expect(await days.keep(3, 200)).toEqual({ prepared: 0, detached: 0 });
    expect(await partitions('archive')).toBe(done!.detached);
    expect(await positions()).toEqual([]);
    const again = [row('t1'), row('t2'), row('later', { status: 'REVERSED' }), row('new')];
    expect(await ingestion.send(again)).toMatchObject({
      accepted: 1,
      duplicates: 2,
      rejected: 1,
      problems: [{ transferId: 'later', code: 'CONFLICT', path: '/status' }],
    });
    expect(await idsRead()).toEqual(['new']);
  });
});
