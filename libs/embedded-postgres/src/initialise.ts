import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asFolderFailure, programFailure, unavailable } from './failure';
import { CLUSTER, type Place } from './place';
import { type RunAs, runProgram } from './run-program';

export const SUPERUSER = 'layerwatch';
export const DATABASE = 'layerwatch';
const MAJOR_VERSION = '17';
const INITDB_TIMEOUT_MS = 300_000;
const CREATE_DATABASE_TIMEOUT_MS = 120_000;
const UNFINISHED = /^cluster\.[0-9a-f]{16}\.new$/;

export interface Cluster {
  readonly data: string;
  readonly password: string;
}

/**
 * The database of a home, made where there is none.
 *
 * It is made in a folder beside and renamed when it is complete, so that one cut short is never taken for a database;
 * the next start sweeps it away.
 *
 * @throws AppError UNAVAILABLE where it cannot be made, or was made by another major version
 */
export async function openCluster(place: Place, throwAway: boolean): Promise<Cluster> {
  const folder = join(place.home, CLUSTER);
  const data = join(folder, 'data');
  if (!(await readdir(place.home)).includes(CLUSTER)) await initialise(place, folder, throwAway);
  await sweepUnfinished(place.home);
  const [version, password] = await Promise.all([
    readFile(join(data, 'PG_VERSION'), 'utf8').catch(whyNotRead(place.home)),
    readFile(join(folder, 'password'), 'utf8').catch(whyNotRead(place.home)),
  ]);
  if (version.trim() !== MAJOR_VERSION) {
    throw unavailable(
      `the database in ${place.home} was written by PostgreSQL ${version.trim().slice(0, 10)}, and this Layerwatch runs ` +
        `PostgreSQL ${MAJOR_VERSION}; move it over with pg_dump of that version, or set LAYERWATCH_DATA to a new folder`,
    );
  }
  return { data, password: password.trim() };
}

const whyNotRead =
  (home: string) =>
  (error: unknown): never => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asFolderFailure(error, home);
    throw unavailable(
      `the database in ${home} has lost files; restore it from a backup, or set LAYERWATCH_DATA to a new folder`,
      error,
    );
  };

async function initialise(place: Place, folder: string, throwAway: boolean): Promise<void> {
  const stage = join(place.home, `cluster.${randomBytes(8).toString('hex')}.new`);
  try {
    const password = join(stage, 'password');
    await mkdir(stage, { mode: 0o700 });
    // initdb reads it as the server's user. A file, not an argument: arguments are everyone's to see.
    await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, {
      mode: 0o600,
      flush: true,
    });
    await giveTo(place.runAs, stage, password);
    await runInitdb(place, stage, throwAway);
    await createDatabase(place, join(stage, 'data'), throwAway);
    await syncFolder(stage);
    await rename(stage, folder);
    await syncFolder(place.home);
  } catch (error) {
    // What cannot be removed now is swept by the next start; the first failure is the one to tell.
    await rm(stage, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function runInitdb(place: Place, stage: string, throwAway: boolean): Promise<void> {
  const finished = await runProgram(
    place.binaries.initdb,
    [
      `--pgdata=${join(stage, 'data')}`,
      `--pwfile=${join(stage, 'password')}`,
      `--username=${SUPERUSER}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Byte order: the same on every machine, and no index breaks when a system's own rules change.
      '--locale=C',
      '--no-instructions',
      ...(throwAway ? ['--no-sync'] : []),
    ],
    { runAs: place.runAs, cwd: place.home, timeoutMs: INITDB_TIMEOUT_MS },
  );
  if (finished.exitCode !== 0) throw programFailure('making the database', finished, place.home);
}

/** The packages hold no psql and no createdb; the server by itself takes a statement on its standard input. */
async function createDatabase(place: Place, data: string, throwAway: boolean): Promise<void> {
  const finished = await runProgram(
    place.binaries.postgres,
    ['--single', '-D', data, ...(throwAway ? ['-F'] : []), 'postgres'],
    {
      runAs: place.runAs,
      cwd: place.home,
      timeoutMs: CREATE_DATABASE_TIMEOUT_MS,
      input: `create database ${DATABASE};\n`,
    },
  );
  // It ends with 0 even where the statement failed.
  if (finished.exitCode !== 0 || /\b(ERROR|FATAL|PANIC):/.test(finished.output)) {
    throw programFailure('making the database', finished, place.home);
  }
}

async function giveTo(runAs: RunAs | null, ...paths: string[]): Promise<void> {
  if (runAs === null) return;
  for (const path of paths) await chown(path, runAs.uid, runAs.gid);
}

/** A rename is durable once its folder is. Windows cannot open a folder, and needs not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweepUnfinished(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    // An initdb whose launcher was killed may still write there; what it leaves goes at the start after.
    if (UNFINISHED.test(name))
      await rm(join(home, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
