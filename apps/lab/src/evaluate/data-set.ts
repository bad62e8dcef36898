import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AppError } from '#domain';

/** A labelled transfer feed: one folder of the lab's format (docs/detection-quality.md). */
export interface DataSet {
  /** As its dataset.json calls it; otherwise the folder's name. */
  readonly name: string;
  /** How a wrong file is named in an error: the flag and the folder. */
  readonly called: string;
  readonly transfersFile: string;
  readonly labelsFile: string;
  /** Null where the set labels no innocent look-alikes. */
  readonly lookalikesFile: string | null;
  /** Null where the set names no known operation. */
  readonly indicatorsFile: string | null;
  /** Rows that dataset.json declares; null where it declares none. */
  readonly rowsDeclared: number | null;
  /** Times inside a day are made up: they say nothing of what came first. */
  readonly dayResolution: boolean;
}

interface Description {
  readonly name?: unknown;
  readonly rows?: unknown;
  readonly timeResolution?: unknown;
}

/**
 * Finds the files of a data set. Their contents are not read yet.
 *
 * @throws AppError INVALID_INPUT where the folder, its transfers or its labels are missing, or dataset.json is not JSON
 */
export async function openDataSet(folder: string): Promise<DataSet> {
  const path = resolve(folder);
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) {
    throw new AppError('INVALID_INPUT', `--data ${folder}: there is no such folder`);
  }
  const called = `--data ${folder}`;
  const file = (name: string): string => join(path, name);
  for (const name of ['transfers.csv.gz', 'labels.csv.gz']) {
    if (!existsSync(file(name))) {
      throw new AppError('INVALID_INPUT', `${called}: there is no ${name} in the folder`);
    }
  }
  const optional = (name: string): string | null => (existsSync(file(name)) ? file(name) : null);
  const { name, rows, timeResolution } = await readDescription(file('dataset.json'), called);
  return {
    name: typeof name === 'string' && name !== '' ? name : basename(path),
    called,
    transfersFile: file('transfers.csv.gz'),
    labelsFile: file('labels.csv.gz'),
    lookalikesFile: optional('lookalikes.csv.gz'),
    indicatorsFile: optional('indicators.csv'),
    rowsDeclared: Number.isSafeInteger(rows) ? (rows as number) : null,
    dayResolution: timeResolution === 'day',
  };
}

async function readDescription(path: string, called: string): Promise<Description> {
  if (!existsSync(path)) return {};
  try {
    const described: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof described === 'object' && described !== null) return described;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AppError('INVALID_INPUT', `${called}: dataset.json is not a JSON object`);
}
