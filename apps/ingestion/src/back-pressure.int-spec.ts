import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from '#testing';
import { row, runIngestion, type RunningIngestion } from '../test/running-ingestion';

const body = (...ids: string[]): string => JSON.stringify({ transfers: ids.map((id) => row(id)) });

describe('under pressure', () => {
  let database: TestDatabase;
  let ingestion: RunningIngestion;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(async () => {
    await ingestion.close();
    await database.drop();
  });

  it('stores on while nobody scores, says so, and takes it back once all is scored', async () => {
    ingestion = await runIngestion(database.databaseUrl, { INGESTION_LAG_TOLD_MS: '300' });
    const lagTold = async (id: string): Promise<string | null> => {
      const answer = await ingestion.post(body(id));
      expect(await answer.json()).toMatchObject({ accepted: 1 });
      return answer.headers.get('layerwatch-detection-lag');
    };
    expect(await lagTold('t1')).toBeNull();
    await sleep(900);
    expect(await lagTold('t2')).toBe('1');
    const metrics = await (await fetch(`http://127.0.0.1:${ingestion.port}/metrics`)).text();
    expect(
      Number(/^layerwatch_detection_lag_seconds(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1]),
    ).toBeGreaterThan(0.3);
    await database.dataSource.query(
      `insert into scoring.progress (position, pack_hash) select max(position), 'h' from feed.transfer`,
    );
    await sleep(700);
    expect(await lagTold('t3')).toBeNull();
  });

  it('answers 503 and 429 with when to come back where the database stalls, and stores all of it afterwards', async () => {
    ingestion = await runIngestion(database.databaseUrl, {
      DATABASE_STATEMENT_TIMEOUT_MS: '1000',
      DATABASE_CONNECTIONS_MAX: '4',
      INGESTION_BATCHES_IN_HAND_MAX: '16',
    });
    await ingestion.send([row('first')]);
    const stall = database.dataSource.createQueryRunner();
    await stall.startTransaction();
    await stall.query(`select log.wait_for_turn('transfers')`);
    const ids = Array.from({ length: 40 }, (_, i) => `t${i}`);
    const answers = await Promise.all(ids.map((id) => ingestion.post(body(id))));
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([429, 503]));
    // No more are worked on than there is room for, and none waits for longer than the database's own limits.
    expect(statuses.filter((status) => status === 503)).toHaveLength(8);
    for (const answer of answers) {
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
    await stall.rollbackTransaction();
    await stall.release();
    for (const id of ids) expect(await ingestion.send([row(id)])).toMatchObject({ rejected: 0 });
    const stored: { n: number }[] = await database.dataSource.query(
      'select count(*) as n from feed.transfer',
    );
    expect(stored[0]!.n).toBe(ids.length + 1);
  }, 30_000);
});
