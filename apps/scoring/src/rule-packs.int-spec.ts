import { type DataSource } from 'typeorm';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActivationMode, type Alert, type ControlBody, type ControlKind } from '#contracts';
import { TransferLog } from '#messaging';
import { createTestDatabase, type TestDatabase } from '#testing';
import { DEFAULT_PACK, packHash, type RulePack } from '#typologies';
import { feed, LIFE, startScoring, store, told, upToDate } from '../test/scoring-run';
import { ScoreLog } from './score-log';

const MOVES = feed();
/** In the feed: in the middle of the layering. */
const MIDDLE = LIFE + 8;

const eager: RulePack = {
  ...DEFAULT_PACK,
  version: 'eager',
  risk: { ...DEFAULT_PACK.risk, base: -2, alertsPerHourMax: 3 },
};

type Step = readonly [at: number, tell: (dataSource: DataSource) => Promise<unknown>];

const tell = async <Kind extends ControlKind>(
  dataSource: DataSource,
  kind: Kind,
  body: ControlBody<Kind>,
): Promise<unknown> =>
  dataSource.transaction((manager) =>
    new TransferLog(dataSource).appendControl(manager, kind, body),
  );
const decide =
  (pack: RulePack, mode: ActivationMode): Step[1] =>
  (dataSource) =>
    tell(dataSource, 'rule-pack.activated.v1', {
      ...{ version: pack.version, hash: packHash(pack), mode, document: pack },
    });
const turn =
  (typology: string, enabled: boolean): Step[1] =>
  (dataSource) =>
    tell(dataSource, 'typology.switched.v1', { typology, enabled });

const STEPS: readonly Step[] = [
  [LIFE, decide(eager, 'SHADOW')],
  [MIDDLE, decide(eager, 'ACTIVE')],
  [MIDDLE + 3, turn('PASS_THROUGH', false)],
];

/** Places in the feed up to which it is stored at a time. */
const CUTS = [200, LIFE, LIFE + 2, MIDDLE, MIDDLE + 2, MIDDLE + 3, MIDDLE + 5];

/** The feed in the log, with what people decided where they decided it. @param meanwhile after each part of it */
async function write(
  dataSource: DataSource,
  meanwhile: (cut: number) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  let from = 0;
  for (const cut of [...CUTS, MOVES.length]) {
    for (const [at, step] of STEPS) if (at === from) await step(dataSource);
    await store(dataSource, MOVES.slice(from, cut), from);
    from = cut;
    await meanwhile(cut);
  }
}

/**
 * What is told openly, and what of the shadow, each in its order: a transfer that still waits as a shadow begins is told of
 * before or after that. Of a storm that grows within a batch only the last word is told.
 */
const byKind = (lines: readonly string[]): string[][] => {
  const isOpen = (line: string): boolean => /^(alert\.|wallet-position)/.test(line);
  return [
    lines.filter(isOpen),
    lines.filter((line) => !isOpen(line) && !line.startsWith('alert-storm.v1')),
  ];
};

describe('scoring under packs that change', () => {
  const databases: TestDatabase[] = [];
  const fresh = async (): Promise<TestDatabase> => {
    const database = await createTestDatabase();
    databases.push(database);
    return database;
  };
  let undisturbed: string[];

  beforeAll(async () => {
    const database = await fresh();
    await write(database.dataSource);
    const app = await startScoring(database);
    await upToDate(app);
    await app.close();
    undisturbed = await told(database.dataSource);
  });

  afterAll(async () => {
    for (const database of databases) await database.drop();
  });

  const named = (name: string): Record<string, unknown>[] =>
    undisturbed
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => JSON.parse(line.slice(name.length)) as Record<string, unknown>);

  it('names on each alert the pack that judged it, and what was off', () => {
    const alerts = [...named('alert.raised.v1'), ...named('alert.updated.v1')].map(
      ({ alert }) => alert as Alert,
    );
    const last = alerts.filter(({ pack }) => pack.version === 'eager');
    expect(last.length).toBeGreaterThan(1);
    expect(last.every(({ pack }) => pack.hash === packHash(eager))).toBe(true);
    expect(last.at(-1)!.coverage.typologiesOff).toEqual(['PASS_THROUGH']);
  });

  it('tells that a decision was applied, and apart what the shadow would have told', () => {
    expect(named('rule-pack.applied.v1').map(({ mode }) => mode)).toEqual(['SHADOW', 'ACTIVE']);
    const shadow = named('shadow-alert.v1');
    expect(shadow.length).toBeGreaterThan(0);
    const order = undisturbed.map((line) => line.split(' ')[0]!);
    const ended = order.lastIndexOf('rule-pack.applied.v1');
    expect(order.lastIndexOf('shadow-alert.v1')).toBeLessThan(ended);
  });

  it('tells the same whatever the batches were', async () => {
    const database = await fresh();
    await write(database.dataSource);
    const app = await startScoring(database, { SCORING_BATCH_MAX: '3' });
    await upToDate(app);
    await app.close();
    expect(byKind(await told(database.dataSource))).toEqual(byKind(undisturbed));
  });

  it.each([
    ['from the log', false],
    ['from a snapshot', true],
  ])('tells the same where it starts again after each few entries, %s', async (_, isSaved) => {
    const database = await fresh();
    await write(database.dataSource);
    const reference = await startScoring(database, { SCORING_BATCH_MAX: '5' });
    await upToDate(reference);
    await reference.close();
    const expected = await told(database.dataSource);
    const folder = mkdtempSync(join(tmpdir(), 'layerwatch packs '));
    const other = await fresh();
    const settings = {
      SCORING_BATCH_MAX: '5',
      ...(isSaved ? { SCORING_SNAPSHOT_DIR: folder, SCORING_SNAPSHOT_EVERY: '20' } : {}),
    };
    await write(other.dataSource, async (cut) => {
      const app = await startScoring(other, settings);
      await upToDate(app);
      const { startedFrom } = await app.get(ScoreLog).progress();
      if (cut > 200) expect(startedFrom?.kind).toBe(isSaved ? 'snapshot' : 'log');
      await app.close();
    });
    rmSync(folder, { recursive: true });
    expect(byKind(await told(other.dataSource))).toEqual(byKind(expected));
  });

  it('says by what it judges, and what a storm held back', async () => {
    const database = await fresh();
    const app = await startScoring(database);
    await upToDate(app);
    const judging = async () => (await app.get(ScoreLog).progress()).judging;
    expect(await judging()).toEqual({
      pack: { version: DEFAULT_PACK.version, hash: packHash(DEFAULT_PACK) },
      ...{ shadow: null, typologiesOff: [], storm: null },
    });
    const stormy: RulePack = { ...eager, risk: { ...eager.risk, alertsPerHourMax: 1 } };
    await decide(stormy, 'ACTIVE')(database.dataSource);
    await decide({ ...eager, version: 'other' }, 'SHADOW')(database.dataSource);
    await turn('CYCLE', false)(database.dataSource);
    // Two networks in one hour.
    const another = MOVES.slice(LIFE).map(({ from, to, ...move }) => ({
      ...{ from: `z${from}`, to: `z${to}`, ...move },
    }));
    await store(database.dataSource, [...MOVES, ...another], 0);
    await upToDate(app);
    expect(await judging()).toMatchObject({
      pack: { version: 'eager', hash: packHash(stormy) },
      shadow: { version: 'other' },
      typologiesOff: ['CYCLE'],
      storm: { ceiling: 1, raised: 1, contained: expect.any(Number) as number },
    });
    await app.close();
    expect(
      (await told(database.dataSource)).some((line) => line.startsWith('alert-storm.v1')),
    ).toBe(true);
  });
});
