import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { createServiceApp, loadConfig } from '#platform';
import { createTestDatabase, type TestDatabase } from '#testing';
import { ScoreLog } from './score-log';
import { ScoringConfig } from './scoring-config';
import { SCORING_SERVICE, scoringModule } from './scoring.module';
import { ScoringRepository } from './scoring.repository';

const WAIT_MAX_MS = 20_000;
const START_MS = Date.UTC(2026, 0, 5);
const MINUTE_MS = 60_000;

interface Move {
  readonly from: string;
  readonly to: string;
  readonly amountMinor: number;
  readonly atMs: number;
}

/** A day of ordinary life, then a fan-in that is passed on through two layers. */
function feed(): Move[] {
  const life = Array.from({ length: 400 }, (_, i): Move => {
    const from = (i * 7) % 50;
    const to = (from + 1 + (i % 9)) % 50;
    return {
      from: `w${from}`,
      to: `w${to}`,
      amountMinor: 20_000 + ((i * 977) % 60_000),
      atMs: i * 3 * MINUTE_MS,
    };
  });
  const hop = (from: string, to: string, rupees: number, minute: number): Move => {
    return { from, to, amountMinor: rupees * 100, atMs: 1_300 * MINUTE_MS + minute * MINUTE_MS };
  };
  return [
    ...life,
    ...Array.from({ length: 6 }, (_, i) => hop(`v${i}`, 'c', 40_000 + i * 9_000, i)),
    hop('c', 'm1', 120_000, 8),
    hop('c', 'm2', 240_000, 9),
    hop('m1', 'n1', 117_000, 14),
    hop('m2', 'n2', 235_000, 15),
    hop('n1', 'o1', 114_000, 22),
    hop('n2', 'o2', 231_000, 25),
    hop('o2', 'x', 120_000, 31),
  ];
}

/** Stores moves as ingestion would. */
async function store(dataSource: DataSource, moves: readonly Move[], from: number): Promise<void> {
  await dataSource.query(
    `with input as (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::float8[])
         with ordinality as t(id, debtor, creditor, amount, at, place)
     ), keys as (
       insert into feed.transfer_key (provider_id, transfer_id, positions)
       select 'p', id, array[nextval('log.position')] from input order by place
       returning transfer_id, positions[1] as position
     )
     insert into feed.transfer (position, provider_id, transfer_id, status, type, occurred_at, amount_minor, currency,
                                debtor_provider, debtor_wallet, creditor_provider, creditor_wallet)
     select position, 'p', id, 'SETTLED', 'P2P', to_timestamp(at / 1000), amount, 'PKR', 'p', debtor, 'p', creditor
     from keys join input on id = transfer_id`,
    [
      moves.map((_, i) => `t${from + i}`),
      moves.map((move) => move.from),
      moves.map((move) => move.to),
      moves.map((move) => move.amountMinor),
      moves.map((move) => START_MS + move.atMs),
    ],
  );
}

async function startScoring(
  database: TestDatabase,
  batchMax = 2_000,
): Promise<NestFastifyApplication> {
  const config = loadConfig(ScoringConfig, {
    DATABASE_URL: database.databaseUrl,
    DATABASE_CONNECTIONS_MAX: '4',
    SCORING_BATCH_MAX: String(batchMax),
    LOG_LEVEL: 'silent',
  });
  const { app } = await createServiceApp(scoringModule(config), SCORING_SERVICE);
  const { DataSource: Connection } = await import('typeorm');
  await app.get(Connection).initialize();
  await app.init();
  return app;
}

async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WAIT_MAX_MS;
  while (!(await done())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(20);
  }
}

const upToDate = async (app: NestFastifyApplication): Promise<void> => {
  await until('the log is scored', async () => {
    // A connection that the test has cut may be the one that is asked.
    const progress = await app
      .get(ScoreLog)
      .progress()
      .catch(() => null);
    return progress?.state === 'LIVE' && progress.position === progress.head;
  });
};

/** Everything that scoring told, in its order. */
async function told(dataSource: DataSource): Promise<string[]> {
  const rows: { told: string }[] = await dataSource.query(
    `select name || ' ' || body::text as told from scoring.outbox order by position`,
  );
  return rows.map((row) => row.told);
}

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
        (line) => line.startsWith('alert.') && line.includes(`"id": "${id}"`),
      );
      expect(updates).toHaveLength(revision);
    }
  });

  it('tells the same whatever the batches were', async () => {
    const database = await fresh();
    await store(database.dataSource, feed(), 0);
    const app = await startScoring(database, 7);
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
    await expect(
      repository.commit(999, 1_000, [], { version: 'v', hash: 'h' }),
    ).rejects.toMatchObject({ code: 'CONFLICT' });
    await app.close();
  });

  it('goes on when its connections to the database were cut', async () => {
    const database = await fresh();
    const app = await startScoring(database, 50);
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
