import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { AppError, formatEventTime } from '#domain';
import { CsvGzipFile, csvLine } from './csv-gzip-file';
import { FEED_COLUMNS, feedCells } from './feed-columns';
import { type PatternMark } from './intent';
import { Simulation, type SimulatedTransfer } from './simulation';
import { SIMULATION, type SimulationSize } from './simulation-parameters';
import { type VariantName, VARIANTS } from './variants';

export const GENERATOR = 'Layerwatch lab (self-made)';
const LABEL_COLUMNS = ['transferId', 'patternId', 'patternType'] as const;
export const INDICATOR_COLUMNS = [
  'walletId',
  'operationId',
  'knownFrom',
  'patternId',
  'type',
  'value',
] as const;

/** What the set holds, for its dataset.json. */
class Tally {
  rows = 0;
  launderingRows = 0;
  lookalikeRows = 0;
  readonly types: Record<string, number> = {};
  readonly currencies: Record<string, number> = {};
  readonly patternTypes: Record<string, number> = {};
  fromMs = 0;
  toMs = 0;
  private readonly patterns = new Set<string>();

  add({ type, occurredAtMs, currency, laundering, lookalike }: SimulatedTransfer): void {
    if (this.rows === 0) this.fromMs = occurredAtMs;
    this.toMs = occurredAtMs;
    this.rows += 1;
    this.types[type] = (this.types[type] ?? 0) + 1;
    this.currencies[currency] = (this.currencies[currency] ?? 0) + 1;
    if (lookalike) this.lookalikeRows += 1;
    if (!laundering) return;
    this.launderingRows += 1;
    if (this.patterns.has(laundering.patternId)) return;
    this.patterns.add(laundering.patternId);
    const { patternType } = laundering;
    this.patternTypes[patternType] = (this.patternTypes[patternType] ?? 0) + 1;
  }

  get patternCount(): number {
    return this.patterns.size;
  }
}

export interface WrittenDataSet {
  readonly rows: number;
  readonly launderingRows: number;
  readonly patterns: number;
}

/**
 * Simulates a feed into a folder of the lab's format. The same seed, size and variant give the same bytes on the same Node.
 *
 * @throws AppError INVALID_INPUT where the folder holds something else: a data set is never mixed with strange files
 */
export async function writeDataSet(
  folder: string,
  size: SimulationSize,
  variant: VariantName = 'plain',
): Promise<WrittenDataSet> {
  await claimFolder(folder);
  const simulation = new Simulation(size, variant);
  const tally = new Tally();
  const transfers = new CsvGzipFile(join(folder, 'transfers.csv.gz'), FEED_COLUMNS);
  const labels = new CsvGzipFile(join(folder, 'labels.csv.gz'), LABEL_COLUMNS);
  const lookalikes = new CsvGzipFile(join(folder, 'lookalikes.csv.gz'), LABEL_COLUMNS);
  for (const day of simulation.days()) {
    for (const transfer of day) tally.add(transfer);
    await transfers.write(day.map((transfer) => csvLine(feedCells(transfer))).join(''));
    await labels.write(labelLines(day, (transfer) => transfer.laundering));
    await lookalikes.write(labelLines(day, (transfer) => transfer.lookalike));
    await setImmediate();
  }
  const indicators = csvLine(INDICATOR_COLUMNS) + indicatorLines(simulation);
  await writeWhole(join(folder, 'indicators.csv'), indicators);
  const sha256 = {
    'indicators.csv': createHash('sha256').update(indicators).digest('hex'),
    'labels.csv.gz': await labels.close(),
    'lookalikes.csv.gz': await lookalikes.close(),
    'transfers.csv.gz': await transfers.close(),
  };
  const description = describe(simulation, tally, sha256);
  // Last: a folder with a dataset.json is a whole one.
  await writeWhole(join(folder, 'dataset.json'), `${JSON.stringify(description, null, 1)}\n`);
  return {
    rows: tally.rows,
    launderingRows: tally.launderingRows,
    patterns: tally.patternCount,
  };
}

async function claimFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const found = await readdir(folder);
  const description = await readFile(join(folder, 'dataset.json'), 'utf8').catch(() => '');
  const ours = description.includes(JSON.stringify(GENERATOR));
  // Partial files are left by a run that was killed.
  if (!ours && found.some((name) => !name.endsWith('.partial'))) {
    throw new AppError(
      'INVALID_INPUT',
      '--out names a folder that holds something else; name an empty or new one',
    );
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.partial`, text);
  await rename(`${path}.partial`, path);
}

function labelLines(
  day: readonly SimulatedTransfer[],
  markOf: (transfer: SimulatedTransfer) => PatternMark | null,
): string {
  return day
    .map((transfer) => ({ transfer, mark: markOf(transfer) }))
    .filter(({ mark }) => mark !== null)
    .map(({ transfer, mark }) => csvLine([transfer.transferId, mark!.patternId, mark!.patternType]))
    .join('');
}

const indicatorLines = (simulation: Simulation): string =>
  simulation.indicators
    .map(({ wallet, operationId, knownFromMs, patternId, type, value }) =>
      csvLine([wallet.id, operationId, formatEventTime(knownFromMs), patternId, type, value]),
    )
    .join('');

function describe(simulation: Simulation, tally: Tally, sha256: Readonly<Record<string, string>>) {
  const { variant, size } = simulation;
  const { seed, days, wallets } = size;
  // The demo feed's own description stays as it always was: a set that names no variant is plain.
  const plain = variant === 'plain';
  const tricks = plain ? {} : { variant, parameters: VARIANTS[variant].parameters };
  return {
    name: `layerwatch-${plain ? 'demo' : variant}-${seed}`,
    ...tricks,
    rows: tally.rows,
    launderingRows: tally.launderingRows,
    patterns: tally.patternCount,
    patternTypes: tally.patternTypes,
    lookalikeRows: tally.lookalikeRows,
    indicators: simulation.indicators.length,
    types: tally.types,
    from: formatEventTime(tally.fromMs),
    to: formatEventTime(tally.toMs),
    generator: GENERATOR,
    seed,
    days,
    wallets,
    timeResolution: 'second',
    currency: SIMULATION.currency,
    ...(plain ? {} : { currencies: tally.currencies }),
    operations: Object.fromEntries(
      simulation.known.map(({ id, name, kind, modus }) => [id, { name, kind, modus }]),
    ),
    sha256,
  };
}
