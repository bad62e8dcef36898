import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Ajv from 'ajv';
import { TRANSFER_ROW_SCHEMA } from '#contracts';
import { openCsvFeed } from '../feed/csv-feed';
import { VARIANT_NAMES, VARIANTS } from './variants';
import { GENERATOR, writeDataSet } from './write-data-set';

const SIZE = { seed: 5, days: 2, wallets: 1_000 };

const PLAIN_KEYS =
  'name rows launderingRows patterns patternTypes lookalikeRows indicators types from to generator seed days wallets ' +
  'timeResolution currency operations sha256';

const hasRowShape = new Ajv().compile(TRANSFER_ROW_SCHEMA);

/** What the feed command would send of a file, and the first rows that break the contract. */
async function readFeed(path: string): Promise<{ readBack: number; problems: string[] }> {
  const problems: string[] = [];
  let readBack = 0;
  for await (const { json, occurredAtMs } of (await openCsvFeed(path)).rows()) {
    readBack += 1;
    if (occurredAtMs === null || !hasRowShape(JSON.parse(json))) problems.push(json);
  }
  return { readBack, problems: problems.slice(0, 3) };
}

describe('writeDataSet', () => {
  let parent: string;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'layerwatch-lab-'));
  });
  afterAll(() => rm(parent, { recursive: true }));

  const cellsOf = async (path: string): Promise<string[][]> => {
    const bytes = await readFile(path);
    const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  };

  it('writes the same bytes twice, and says of each file what is in it', async () => {
    const [one, two] = [join(parent, 'one'), join(parent, 'two')];
    const written = await writeDataSet(one, SIZE);
    await writeDataSet(two, SIZE);
    const names = (await readdir(one)).sort();
    expect(names).toEqual([
      'dataset.json',
      'indicators.csv',
      'labels.csv.gz',
      'lookalikes.csv.gz',
      'transfers.csv.gz',
    ]);
    for (const name of names) {
      expect(await readFile(join(one, name))).toEqual(await readFile(join(two, name)));
    }
    const description = JSON.parse(await readFile(join(one, 'dataset.json'), 'utf8')) as {
      rows: number;
      launderingRows: number;
      lookalikeRows: number;
      generator: string;
      operations: Record<string, unknown>;
      sha256: Record<string, string>;
    };
    expect(description.generator).toBe(GENERATOR);
    for (const [name, sha256] of Object.entries(description.sha256)) {
      const bytes = await readFile(join(one, name));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    const transfers = (await cellsOf(join(one, 'transfers.csv.gz'))).slice(1);
    expect(transfers).toHaveLength(description.rows);
    expect(written.rows).toBe(description.rows);
    const ids = new Set(transfers.map(([transferId]) => transferId));
    for (const [name, rows] of [
      ['labels.csv.gz', description.launderingRows],
      ['lookalikes.csv.gz', description.lookalikeRows],
    ] as const) {
      const labels = (await cellsOf(join(one, name))).slice(1);
      expect(labels).toHaveLength(rows);
      expect(labels.every(([transferId]) => ids.has(transferId))).toBe(true);
    }
    const indicators = (await cellsOf(join(one, 'indicators.csv'))).slice(1);
    const operations = new Set(indicators.map(([, operationId]) => operationId));
    expect([...operations]).toEqual(Object.keys(description.operations));
  });

  it.each(VARIANT_NAMES)('writes %s so that the feed command can post it', async (variant) => {
    const folder = join(parent, `of-${variant}`);
    const { rows } = await writeDataSet(folder, SIZE, variant);
    const { readBack, problems } = await readFeed(join(folder, 'transfers.csv.gz'));
    expect([readBack, problems]).toEqual([rows, []]);
    const description = JSON.parse(await readFile(join(folder, 'dataset.json'), 'utf8')) as unknown;
    const { seed, days, wallets } = SIZE;
    const plain = variant === 'plain';
    expect(description).toMatchObject({
      name: `layerwatch-${plain ? 'demo' : variant}-${seed}`,
      ...{ seed, days, wallets },
      ...(plain ? {} : { variant, parameters: VARIANTS[variant].parameters }),
    });
  });

  it('describes the plain set as it always did: a set that names no variant is plain', async () => {
    const folder = join(parent, 'described');
    await writeDataSet(folder, SIZE);
    const description = JSON.parse(await readFile(join(folder, 'dataset.json'), 'utf8')) as object;
    expect(Object.keys(description)).toEqual(PLAIN_KEYS.split(' '));
  });

  it('does not touch a folder that holds something else', async () => {
    const folder = join(parent, 'strange');
    await writeDataSet(folder, SIZE);
    await writeFile(join(folder, 'dataset.json'), '{"generator":"somebody else"}');
    await expect(writeDataSet(folder, SIZE)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await readFile(join(folder, 'dataset.json'), 'utf8')).toContain('somebody else');
  });
});
