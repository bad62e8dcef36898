import { createHash, randomBytes } from 'node:crypto';
import { chmod, cp, lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DataFolder, makeFolder } from './data-folder';
import { asFolderFailure, unavailable } from './failure';
import { type Binaries, binariesIn, completeBinaries, runsAs, whyNotRun } from './locate-binaries';
import { type Finished, type RunAs, runProgram } from './run-program';
import { isRoot, unprivilegedId } from './unprivileged-id';

/** Where PostgreSQL's files are, from where it runs, and as whom. */
export interface Place {
  readonly home: string;
  readonly binaries: Binaries;
  readonly runAs: RunAs | null;
  /** What the operator should know of it; null where all is inside the data folder. */
  readonly notice: string | null;
}

const INSIDE = 'postgres';
/** Inside the home: the database with its password, made under another name and renamed when complete. */
export const CLUSTER = 'cluster';
const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS']);
const REACH_TIMEOUT_MS = 10_000;
/** PostgreSQL keeps paths in 1,024 bytes and appends its own file names to ours. */
const HOME_BYTES_MAX = 900;

/**
 * Chooses a place that the server's user can reach: inside the data folder, or, for root with a private home, outside.
 * The outside place follows from the data folder's path, so that the next start finds it.
 *
 * @throws AppError UNAVAILABLE where there is none, naming each that was tried and why
 */
export async function choosePlace(dataFolder: DataFolder, native: string): Promise<Place> {
  const remembered = dataFolder.postgres;
  if (remembered !== null) await refuseLost(dataFolder, remembered);
  const candidates = remembered === null ? candidatesFor(dataFolder.path) : [remembered];
  const runAs = await serverUser(candidates);
  const reasons: string[] = [];
  for (const home of candidates) {
    const found = await tryPlace(home, dataFolder, native, runAs);
    if (typeof found !== 'string') return found;
    reasons.push(`${home} (${found})`);
  }
  throw noPlace(runAs, reasons);
}

function noPlace(runAs: RunAs | null, reasons: readonly string[]): Error {
  if (runAs === null) {
    return unavailable(
      `the embedded PostgreSQL cannot be used in ${reasons.join(', ')}; set LAYERWATCH_DATA to another folder, or ` +
        'DATABASE_URL to a PostgreSQL of your own',
    );
  }
  return unavailable(
    `PostgreSQL does not run as root, and the user ${runAs.name} can use none of ${reasons.join(', ')}; start ` +
      'Layerwatch as an ordinary user, set LAYERWATCH_DATA to a folder that user can reach, or set DATABASE_URL',
  );
}

function candidatesFor(dataFolder: string): string[] {
  const inside = join(dataFolder, INSIDE);
  if (!isRoot()) return [inside];
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  return [inside, `/var/lib/layerwatch/${name}`, `/var/tmp/layerwatch-${name}`];
}

/** As whom the server runs: as root, the owner of the database where there is one (an earlier start's ordinary user). */
async function serverUser(homes: readonly string[]): Promise<RunAs | null> {
  if (!isRoot()) return null;
  for (const home of homes) {
    const owner = await stat(join(home, CLUSTER)).catch(() => null);
    if (owner !== null && owner.uid !== 0) {
      return { uid: owner.uid, gid: owner.gid, name: `the user with id ${String(owner.uid)}` };
    }
  }
  return unprivilegedId();
}

async function refuseLost(dataFolder: DataFolder, home: string): Promise<void> {
  const found = await lstat(join(home, CLUSTER)).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw asFolderFailure(error, home);
  });
  if (found === null) {
    throw unavailable(
      `the database of ${dataFolder.path} was kept in ${home}, and is no longer there; put it back, or set ` +
        'LAYERWATCH_DATA to a new folder to start afresh',
    );
  }
  const uid = process.getuid?.();
  if (uid !== undefined && uid !== 0 && found.uid !== uid) {
    throw unavailable(
      `the database of ${dataFolder.path} belongs to another user (uid ${String(found.uid)}); start Layerwatch as ` +
        'that user or as root, or set LAYERWATCH_DATA to another folder',
    );
  }
}

/** @returns the place, or why not */
async function tryPlace(
  home: string,
  dataFolder: DataFolder,
  native: string,
  runAs: RunAs | null,
): Promise<Place | string> {
  if (Buffer.byteLength(home) > HOME_BYTES_MAX) return 'its path is too long for PostgreSQL';
  const outside = dirname(home) !== dataFolder.path;
  let made = false;
  try {
    made = await makeFolder(home);
    const found = await placeIn(home, outside, native, runAs);
    if (typeof found === 'string' && made) await rm(home, { recursive: true, force: true });
    return found;
  } catch (error) {
    if (made) await rm(home, { recursive: true, force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    // Root refused is a file system of its own kind (read-only, a network's): there may be another. A full disk is not.
    if (isRoot() && code !== undefined && REFUSALS.has(code)) return code;
    throw asFolderFailure(error, home);
  }
}

/** @returns the place, or why not */
async function placeIn(
  home: string,
  outside: boolean,
  native: string,
  runAs: RunAs | null,
): Promise<Place | string> {
  if (outside && !(await isSafe(home))) return 'others can write to it, or it is not a folder';
  if (runAs !== null && !(await canReach(home, runAs))) {
    return `the user ${runAs.name} cannot reach it`;
  }
  const binaries = await binariesFor(home, native, runAs);
  if (typeof binaries === 'string') return binaries;
  return {
    home,
    binaries,
    runAs,
    notice: notice(outside, binaries.folder !== native, home, runAs),
  };
}

function notice(
  outside: boolean,
  copied: boolean,
  home: string,
  runAs: RunAs | null,
): string | null {
  if (runAs !== null && outside) {
    const what = copied ? 'its programs and data are' : 'its data are';
    return `PostgreSQL does not run as root: it runs as ${runAs.name}, who cannot reach the data folder, so ${what} in ${home}`;
  }
  if (!copied) return null;
  return `PostgreSQL's programs were copied to ${home}: node_modules cannot be ${runAs === null ? 'written to' : `reached by ${runAs.name}, as whom they run`}`;
}

/** A folder in a place that all may write to could have been laid there by anyone, to be given our data. */
async function isSafe(home: string): Promise<boolean> {
  const found = await lstat(home);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

/** Asked of the system, as that user, since modes alone do not tell: there are access lists and mounts. initdb needs a shell too. */
async function canReach(folder: string, runAs: RunAs): Promise<boolean> {
  const answer = await runProgram('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], {
    runAs,
    cwd: '/',
    timeoutMs: REACH_TIMEOUT_MS,
  });
  if (answer.spawnError?.code === 'EPERM') {
    throw unavailable(
      `PostgreSQL does not run as root, and this root may not become ${runAs.name}; start Layerwatch as an ordinary ` +
        'user, or set DATABASE_URL to a PostgreSQL of your own',
    );
  }
  return answer.exitCode === 0;
}

/**
 * The packaged programs where the server's user can run them, else a copy in its home.
 *
 * @returns them, or what is wrong with this home
 * @throws AppError UNAVAILABLE where they would run in no other either
 */
async function binariesFor(
  home: string,
  native: string,
  runAs: RunAs | null,
): Promise<Binaries | string> {
  const packaged = binariesIn(native);
  if (await completeBinaries(packaged)) {
    const answer = await runsAs(packaged, runAs);
    if (answer.exitCode === 0) return packaged;
    await refuseUnlessForbidden(packaged, answer);
  }
  const copy = await copyBinaries(packaged, home);
  if (typeof copy === 'string') return copy;
  const answer = await runsAs(copy, runAs);
  if (answer.exitCode === 0) return copy;
  await refuseUnlessForbidden(copy, answer);
  return 'programs there may not be run';
}

/** EACCES is about the place: a private folder, or a disk mounted noexec. Anything else is about the machine. */
async function refuseUnlessForbidden(binaries: Binaries, answer: Finished): Promise<void> {
  if (answer.spawnError?.code === 'EACCES') return;
  const why = await whyNotRun(binaries, answer);
  throw unavailable(
    `the embedded PostgreSQL does not run on this machine: ${why}; set DATABASE_URL to a PostgreSQL of your own`,
  );
}

/** @returns the copy, or why not */
async function copyBinaries(packaged: Binaries, home: string): Promise<Binaries | string> {
  const { size, mtimeMs } = await stat(packaged.postgres);
  // Another build of the package gets another copy; the old one goes once the new one is complete.
  const name = `binaries-${createHash('sha256')
    .update(`${String(size)} ${String(mtimeMs)}`)
    .digest('hex')
    .slice(0, 12)}`;
  const target = join(home, name);
  if ((await stat(target).catch(() => null)) === null) {
    const partial = `${target}.${randomBytes(8).toString('hex')}.partial`;
    await cp(packaged.folder, partial, { recursive: true, verbatimSymlinks: true });
    // A read-only original gives a read-only copy, to which the links that it lacks could not be added.
    for (const made of [partial, join(partial, 'bin'), join(partial, 'lib')])
      await chmod(made, 0o755);
    if (!(await completeBinaries(binariesIn(partial))))
      return 'the copy of its programs cannot be written to';
    await rename(partial, target);
  }
  for (const other of await readdir(home)) {
    if (!other.startsWith('binaries-') || other === name) continue;
    // What stays costs space, not correctness; the next start tries again.
    await rm(join(home, other), { recursive: true, force: true }).catch(() => undefined);
  }
  return binariesIn(target);
}
