import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '#testing';
import { feed, startScoring, store, told, upToDate } from '../test/scoring-run';
import { ScoreLog } from './score-log';
import { ScoringRepository } from './scoring.repository';

describe('scoring the log', () => {
  const databases: TestDatabase[] = [];
  const fresh = async (): Promise<TestDatabase> => {
    const database = await createTestDatabase();
    databases.push(database);
    return database;
  };
  let undisturbed: string[];

  beforeAll(async () => {
    const database = await fresh();
    await store(database.dataSource, feed(), 0);
    const app = await startScoring(database);
    await upToDate(app);
    await app.close();
    undisturbed = await told(database.dataSource);
  });

  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  it('raises alerts, and stores them as it tells of them', async () => {
    expect(undisturbed.filter((line) => line.startsWith('alert.raised.v1')).length).toBeGreaterThan(
      0,
    );
    const rows: { id: string; revision: number; body: { revision: number } }[] =
      await databases[0]!.dataSource.query('select id, revision, body from scoring.alert');
    for (const { id, revision, body } of rows) {
      expect(body.revision).toBe(revision);
      const updates = undisturbed.filter(
        (line) => line.startsWith('alert.') && line.includes(`"id":"${id}"`),
      );
      expect(updates).toHaveLength(revision);
    }
  });

  it('tells the same whatever the batches were', async () => {
    const database = await fresh();
    await store(database.dataSource, feed(), 0);
    const app = await startScoring(database, { SCORING_BATCH_MAX: '7' });
    await upToDate(app);
    await app.close();
    expect(await told(database.dataSource)).toEqual(undisturbed);
  });

  it('tells the same when it is stopped and started again in between', async () => {
    const database = await fresh();
    const moves = feed();
    for (let from = 0; from < moves.length; from += 100) {
      await store(database.dataSource, moves.slice(from, from + 100), from);
      const app = await startScoring(database);
      await upToDate(app);
      await app.close();
    }
    expect(await told(database.dataSource)).toEqual(undisturbed);
  });

  it('lets one score and the other stand by, which takes over', async () => {
    const database = await fresh();
    const first = await startScoring(database);
    await upToDate(first);
    const second = await startScoring(database);
    await store(database.dataSource, feed(), 0);
    await upToDate(first);
    expect((await second.get(ScoreLog).progress()).state).toBe('STANDBY');
    await first.close();
    await upToDate(second);
    await second.close();
    expect(await told(database.dataSource)).toEqual(undisturbed);
  });

  it('stores nothing where another has scored meanwhile', async () => {
    const database = await fresh();
    const app = await startScoring(database);
    await upToDate(app);
    const repository = app.get(ScoringRepository);
    const commit = (holder: string, from: number): Promise<void> =>
      repository.commit(holder, from, from + 1, [], 'h', true);
    const [seat] = await database.dataSource.query<{ holder: string }[]>(
      'select holder from scoring.seat',
    );
    // From where nobody stands, and of somebody who has not the seat.
    await expect(commit(seat!.holder, 999)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(commit(randomUUID(), 0)).rejects.toMatchObject({ code: 'CONFLICT' });
    await app.close();
  });

  it('goes on when its connections to the database were cut', async () => {
    const database = await fresh();
    const app = await startScoring(database, { SCORING_BATCH_MAX: '50' });
    await upToDate(app);
    await store(database.dataSource, feed(), 0);
    await database.dataSource.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and application_name = 'layerwatch scoring'`,
    );
    await upToDate(app);
    await app.close();
    expect(await told(database.dataSource)).toEqual(undisturbed);
  });
});
