import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { type StatePart, type StateSource } from '#flow';
import { createTestDatabase, type TestDatabase } from '#testing';
import {
  feed,
  type Move,
  startScoring,
  store,
  told,
  until,
  upToDate,
  LIFE,
} from '../../test/scoring-run';
import { ScoreLog } from '../score-log';
import { SnapshotFile } from './snapshot-file';
import { type DetectionIdentity, Snapshots, type StartedFrom } from './snapshots';

const MOVES = feed();
/** Three stretches; the last has the layering in it. */
const CUTS = [0, 200, 395, MOVES.length] as const;

const folders: string[] = [];
const databases: TestDatabase[] = [];

function newFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'layerwatch snapshots ')), 'state');
  folders.push(folder);
  return folder;
}

async function newDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  databases.push(database);
  return database;
}

/** A copy of a database as it is now: what a backup that is restored gives. */
async function restoredFrom(database: TestDatabase): Promise<TestDatabase> {
  const template = process.env.LAYERWATCH_TEST_TEMPLATE;
  await database.dataSource.destroy();
  try {
    process.env.LAYERWATCH_TEST_TEMPLATE = new URL(database.databaseUrl).pathname.slice(1);
    return await newDatabase();
  } finally {
    process.env.LAYERWATCH_TEST_TEMPLATE = template;
    await database.dataSource.initialize();
  }
}

const snapshotsIn = (folder: string): string[] => readdirSync(folder).sort().reverse();

async function metric(
  app: NestFastifyApplication,
  name: string,
  labels: Record<string, string> = {},
): Promise<number> {
  const { values } = (await app.get(Registry).getSingleMetric(name)!.get()) as {
    values: { value: number; labels: Record<string, string> }[];
  };
  const value = values.find((item) =>
    Object.entries(labels).every(([label, text]) => item.labels[label] === text),
  );
  return value?.value ?? 0;
}

const refused = (app: NestFastifyApplication, reason: string): Promise<number> =>
  metric(app, 'layerwatch_snapshots_refused_total', { reason });

const startedFrom = async (app: NestFastifyApplication): Promise<StartedFrom | null> =>
  (await app.get(ScoreLog).progress()).startedFrom;

/** Scores what there is, and stops. @param look at it while it is up to date */
async function scoreAll(
  database: TestDatabase,
  folder: string | null,
  look: (app: NestFastifyApplication) => Promise<void> = () => Promise.resolve(),
  settings: Parameters<typeof startScoring>[1] = {},
): Promise<void> {
  const app = await startScoring(database, {
    ...(folder === null ? {} : { SCORING_SNAPSHOT_DIR: folder }),
    ...settings,
  });
  try {
    await upToDate(app);
    await look(app);
  } finally {
    await app.close();
  }
}

const storeStretch = (database: TestDatabase, stretch: 0 | 1 | 2, moves = MOVES): Promise<void> =>
  store(database.dataSource, moves.slice(CUTS[stretch], CUTS[stretch + 1]), CUTS[stretch]);

/** Two stretches scored, with a snapshot after each. */
async function scoredTwice(): Promise<{ database: TestDatabase; folder: string }> {
  const database = await newDatabase();
  const folder = newFolder();
  for (const stretch of [0, 1] as const) {
    await storeStretch(database, stretch);
    await scoreAll(database, folder);
  }
  expect(snapshotsIn(folder)).toHaveLength(2);
  return { database, folder };
}

/** Scores the last stretch, and sees that all in all nothing else was told than by a scoring that was never stopped. */
async function scoreTheRest(
  database: TestDatabase,
  folder: string,
  look: (app: NestFastifyApplication) => Promise<void>,
): Promise<void> {
  await scoreAll(database, folder, look);
  await storeStretch(database, 2);
  await scoreAll(database, folder);
  expect(await told(database.dataSource)).toEqual(undisturbed);
}

function damage(path: string): void {
  const content = readFileSync(path);
  content[content.length >> 1]! ^= 1;
  writeFileSync(path, content);
}

let undisturbed: string[];

beforeAll(async () => {
  const database = await newDatabase();
  const app = await startScoring(database);
  for (const stretch of [0, 1, 2] as const) {
    await storeStretch(database, stretch);
    await upToDate(app);
  }
  await app.close();
  undisturbed = await told(database.dataSource);
  expect(undisturbed.length).toBeGreaterThan(0);
});

afterAll(async () => {
  for (const database of databases) await database.drop();
  for (const folder of folders) rmSync(join(folder, '..'), { recursive: true });
});

describe('a snapshot', () => {
  it('is written at a clean stop, for its owner alone, and says what it is', async () => {
    const { database, folder } = await scoredTwice();
    const [newest] = snapshotsIn(folder);
    expect(statSync(join(folder, newest!)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const snapshot = await SnapshotFile.open(join(folder, newest!));
    await snapshot.check();
    await snapshot.close();
    const [row] = await database.dataSource.query<{ position: number; id: string }[]>(
      'select position, id from scoring.progress, log.identity',
    );
    expect(snapshot.header).toMatchObject({
      position: row!.position,
      logId: row!.id,
      entries: CUTS[2],
      eventTimeMs: Date.UTC(2026, 0, 5) + MOVES[CUTS[2] - 1]!.atMs,
    });
    expect(newest).toContain(`${row!.position}-${snapshot.header.id}.snapshot`);
  });

  it('is not written again where nothing was scored since', async () => {
    const { database, folder } = await scoredTwice();
    const before = snapshotsIn(folder);
    await scoreAll(database, folder);
    expect(snapshotsIn(folder)).toEqual(before);
  });

  it('is written while scoring runs, and two are kept', async () => {
    const database = await newDatabase();
    const folder = newFolder();
    const app = await startScoring(database, {
      SCORING_SNAPSHOT_DIR: folder,
      SCORING_SNAPSHOT_EVERY: '30',
    });
    const counted = (): Promise<number> =>
      metric(app, 'layerwatch_snapshots_total', { outcome: 'written' });
    for (let i = 0; i < 3; i += 1) {
      const before = await counted();
      await store(database.dataSource, MOVES.slice(i * 40, i * 40 + 40), i * 40);
      await until('a snapshot is written', async () => (await counted()) > before);
    }
    const whole = snapshotsIn(folder);
    expect(whole).toHaveLength(2);
    expect(await metric(app, 'layerwatch_snapshot_position')).toBe(Number(whole[0]!.slice(0, 16)));
    await app.close();
    // The last entry has been in a snapshot already.
    expect(snapshotsIn(folder)).toEqual(whole);
  });

  it('stands for the log before it: what follows is told as if nothing had been stopped', async () => {
    const { database, folder } = await scoredTwice();
    const newest = Number(snapshotsIn(folder)[0]!.slice(0, 16));
    await scoreTheRest(database, folder, async (app) => {
      expect(await metric(app, 'layerwatch_snapshot_position')).toBe(newest);
      expect(await refused(app, 'corrupt')).toBe(0);
      expect(await startedFrom(app)).toEqual({ kind: 'snapshot', position: newest, refused: [] });
    });
  });

  it('is not missed where there is none: all of the log is read', async () => {
    const database = await newDatabase();
    for (const folder of [newFolder(), null]) {
      await scoreAll(database, folder, async (app) => {
        expect(await startedFrom(app)).toEqual({ kind: 'log', position: 0, refused: [] });
      });
    }
  });

  it('that is damaged is passed over for the one before, and both for the log', async () => {
    const { database, folder } = await scoredTwice();
    const [newest, older] = snapshotsIn(folder);
    damage(join(folder, newest!));
    await scoreAll(database, folder, async (app) => {
      expect(await refused(app, 'corrupt')).toBe(1);
      const position = await metric(app, 'layerwatch_snapshot_position');
      expect(position).toBe(Number(older!.slice(0, 16)));
      const told = { kind: 'snapshot', position, refused: [{ reason: 'corrupt' }] };
      expect(await startedFrom(app)).toEqual(told);
    });
    // The stop has put a good one in the place of the damaged one.
    expect(snapshotsIn(folder)).toHaveLength(2);
    expect(snapshotsIn(folder)).not.toContain(newest);
    for (const name of snapshotsIn(folder)) damage(join(folder, name));
    await scoreTheRest(database, folder, async (app) => {
      expect(await refused(app, 'corrupt')).toBe(2);
      expect(await metric(app, 'layerwatch_snapshot_position')).toBe(0);
      const passedOver = [{ reason: 'corrupt' }, { reason: 'corrupt' }];
      expect(await startedFrom(app)).toEqual({ kind: 'log', position: 0, refused: passedOver });
    });
  });

  it('of another database is refused', async () => {
    const { database, folder } = await scoredTwice();
    await database.dataSource.query('update log.identity set id = gen_random_uuid()');
    await scoreTheRest(database, folder, async (app) => {
      expect(await refused(app, 'other-log')).toBe(2);
      expect(await startedFrom(app)).toMatchObject({
        kind: 'log',
        refused: [{ reason: 'other-log' }, { reason: 'other-log' }],
      });
    });
  });

  it('of what a restored backup has not reached is refused, and the one before is used', async () => {
    const database = await newDatabase();
    const folder = newFolder();
    await storeStretch(database, 0);
    await scoreAll(database, folder);
    const backup = await restoredFrom(database);
    await storeStretch(database, 1);
    await scoreAll(database, folder);
    const older = Number(snapshotsIn(folder)[1]!.slice(0, 16));
    await storeStretch(backup, 1);
    await scoreTheRest(backup, folder, async (app) => {
      expect(await refused(app, 'ahead')).toBe(1);
      expect(await metric(app, 'layerwatch_snapshot_position')).toBe(older);
    });
  });

  it('of a past that a restored backup does not have is refused, although it has come further', async () => {
    const database = await newDatabase();
    const folder = newFolder();
    await storeStretch(database, 0);
    await scoreAll(database, folder);
    const backup = await restoredFrom(database);
    // The same wallets, but everything after the backup happens the other way round.
    const otherWay = MOVES.map(({ from, to, ...rest }): Move => ({ from: to, to: from, ...rest }));
    await storeStretch(database, 1, otherWay);
    await scoreAll(database, folder);
    await storeStretch(backup, 1);
    await scoreAll(backup, null);
    await scoreTheRest(backup, folder, async (app) => {
      expect(await refused(app, 'unknown')).toBe(1);
    });
  });

  it.each([
    ['other-version', { stateVersion: 999 }],
    ['other-pack', { packHash: 'another' }],
    ['other-limits', { limitsHash: 'another' }],
  ] as const)('made under %s is refused', async (reason, difference) => {
    const { database, folder } = await scoredTwice();
    const { header } = await SnapshotFile.open(join(folder, snapshotsIn(folder)[0]!)).then(
      async (snapshot) => {
        await snapshot.close();
        return snapshot;
      },
    );
    await scoreAll(database, folder, async (app) => {
      const { stateVersion, packHash, limitsHash } = header;
      const identity: DetectionIdentity = { stateVersion, packHash, limitsHash };
      const { startedFrom: start } = await app
        .get(Snapshots)
        .restore(() => new Sponge(), { ...identity, ...difference }, header.position);
      expect(start).toEqual({ kind: 'log', position: 0, refused: [{ reason }, { reason }] });
      expect(await refused(app, reason)).toBe(2);
    });
  });

  it('that a crash left half written is removed; what is not a file is left alone', async () => {
    const { database, folder } = await scoredTwice();
    const [newest] = snapshotsIn(folder);
    const partial = join(folder, `${newest!}.partial`);
    writeFileSync(partial, 'LWSNAP');
    const later = `9${newest!.slice(1)}`;
    symlinkSync('/dev/zero', join(folder, later));
    await scoreTheRest(database, folder, async (app) => {
      expect(readdirSync(folder)).not.toContain(`${newest!}.partial`);
      expect(readdirSync(folder)).toContain(later);
      expect(await refused(app, 'corrupt')).toBe(0);
    });
  });

  it('that cannot be written costs nothing but itself', async () => {
    const database = await newDatabase();
    const folder = newFolder();
    writeFileSync(folder, 'a file where the folder should be');
    const failures = (app: NestFastifyApplication): Promise<number> =>
      metric(app, 'layerwatch_snapshots_total', { outcome: 'failed' });
    for (const stretch of [0, 1, 2] as const) {
      await storeStretch(database, stretch);
      const settings = { SCORING_SNAPSHOT_EVERY: '10' };
      const look = async (app: NestFastifyApplication): Promise<void> =>
        until('it is told of', async () => (await failures(app)) > 0);
      await scoreAll(database, folder, look, settings);
    }
    expect(await told(database.dataSource)).toEqual(undisturbed);
  });

  it('whose state fails half way is thrown away, and the next one is written', async () => {
    const { database, folder } = await scoredTwice();
    const before = snapshotsIn(folder);
    await scoreAll(database, folder, async (app) => {
      const snapshots = app.get(Snapshots);
      const position = Number(before[0]!.slice(0, 16));
      const mark = { position, entries: 7, eventTimeMs: null };
      const identity = { stateVersion: 1, packHash: 'p', limitsHash: 'l' };
      await snapshots.take(new Sponge(new Error('no space')), identity, mark);
      await snapshots.settled();
      expect(snapshotsIn(folder)).toEqual(before);
      // A second scoring that has gone on meanwhile leaves this one's mark behind.
      await snapshots.take(new Sponge(), identity, { ...mark, position: position - 1 });
      await snapshots.settled();
      expect(snapshotsIn(folder)).toEqual(before);
      await snapshots.take(new Sponge(), identity, mark);
      await snapshots.settled();
      expect(snapshotsIn(folder)).not.toEqual(before);
      const sponge = await snapshots.restore(() => new Sponge(), identity, position);
      expect(sponge.mark).toEqual(mark);
    });
  });
});

/** A state of some size, which may fail while it is saved. */
class Sponge {
  constructor(private readonly failure: Error | null = null) {}

  *save(): Iterable<StatePart> {
    yield { name: 'a', bytes: new Uint8Array(100_000).fill(1) };
    if (this.failure) throw this.failure;
    yield { name: 'b', value: { n: 1 } };
  }

  load(source: StateSource): void {
    expect(source.bytes('a')).toHaveLength(100_000);
    expect(source.value('b')).toEqual({ n: 1 });
  }
}

describe('where detection was flushed', () => {
  /** Life as it is; then a second's transfers arrive in any order, also over the end of what was read at once. */
  const jumbled = MOVES.map((move, i): Move => {
    const sinceMs = (i - LIFE) * 450 + ((i * 7_919) % 5) * 390;
    return i < LIFE ? move : { ...move, atMs: MOVES[LIFE]!.atMs + sinceMs };
  });
  const STRETCH = 101;
  const storeFrom = (database: TestDatabase, from: number): Promise<void> =>
    store(database.dataSource, jumbled.slice(from, from + STRETCH), from);
  /** A full page is not the end of the log for all that is known: the snapshot is taken before the flush. */
  const FULL_PAGES = { SCORING_BATCH_MAX: String(STRETCH), SCORING_SNAPSHOT_EVERY: '1' };
  let expected: string[];

  beforeAll(async () => {
    const database = await newDatabase();
    const app = await startScoring(database);
    for (let from = 0; from < jumbled.length; from += STRETCH) {
      await storeFrom(database, from);
      await upToDate(app);
    }
    await app.close();
    expected = await told(database.dataSource);
    expect(expected.length).toBeGreaterThan(0);
  });

  it.each([
    ['a replay flushes too', null, {}],
    ['a snapshot goes on from there', newFolder(), {}],
    ['a snapshot of just before goes on from there', newFolder(), FULL_PAGES],
  ])('%s', async (_, folder, settings) => {
    const database = await newDatabase();
    for (let from = 0; from < jumbled.length; from += STRETCH) {
      await storeFrom(database, from);
      await scoreAll(database, folder, undefined, settings);
    }
    expect(await told(database.dataSource)).toEqual(expected);
  });

  it('is told once for what was read to the end, also where the last page was just full', async () => {
    const database = await newDatabase();
    await storeFrom(database, 0);
    const settings = { SCORING_BATCH_MAX: String(STRETCH) };
    const points = async (): Promise<number[]> => {
      const rows: { position: number }[] = await database.dataSource.query(
        'select position from scoring.flush_point order by position',
      );
      return rows.map(({ position }) => position);
    };
    await scoreAll(
      database,
      null,
      () => until('it is flushed', async () => (await points()).length === 1),
      settings,
    );
    const head: { head: number }[] = await database.dataSource.query(
      'select max(position) as head from feed.transfer',
    );
    expect(await points()).toEqual([head[0]!.head]);
    await scoreAll(database, null, undefined, settings);
    expect(await points()).toEqual([head[0]!.head]);
  });
});
