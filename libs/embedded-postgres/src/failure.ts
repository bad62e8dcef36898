import { AppError } from '#domain';
import { type Finished } from './run-program';

const FULL =
  /No space left on device|Check free disk space|Disk quota exceeded|\b(ENOSPC|EDQUOT)\b/;
const FORBIDDEN =
  /Permission denied|Operation not permitted|Read-only file system|\b(EACCES|EPERM|EROFS)\b/;

const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);
/** A container started with a bare number for its user. */
const NAMELESS = 'could not look up effective user ID';
const SYSTEM_CODE = /^E[A-Z0-9]+$/;
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission there',
  EPERM: 'this user has no permission there',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  ENAMETOOLONG: 'its path is too long',
};

const diskIsFull = (folder: string): string =>
  `the disk that holds ${folder} is full; free some space there (a new database needs about 100 MB), or set ` +
  'LAYERWATCH_DATA to a folder on another disk';

/** What the file system refused, as one line for the operator; any other error is a bug and stays what it is. */
export function asFolderFailure(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof AppError || code === undefined) return error;
  if (FULL_CODES.has(code)) return unavailable(diskIsFull(folder), error);
  if (!SYSTEM_CODE.test(code)) return error;
  return unavailable(
    `the data folder ${folder} cannot be used: ${REASONS[code] ?? code}; set LAYERWATCH_DATA to a folder that can be written`,
    error,
  );
}

/** Why one of PostgreSQL's programs failed, as one line for the operator. */
export function programFailure(what: string, finished: Finished, folder: string): AppError {
  const { output, spawnError, timedOut } = finished;
  const said = spawnError === null ? output : spawnError.message;
  if (FULL.test(said)) return unavailable(diskIsFull(folder));
  if (timedOut)
    return unavailable(`${what} took too long in ${folder}; is the disk very slow, or hung?`);
  if (said.includes(NAMELESS)) {
    return unavailable(
      'this user has no entry in /etc/passwd, which PostgreSQL asks for; start Layerwatch as a user that has one, add ' +
        'it, or set DATABASE_URL to a PostgreSQL of your own',
    );
  }
  const reason = lastWords(said);
  if (FORBIDDEN.test(said)) {
    return unavailable(
      `${what} failed in ${folder} for want of permission (${reason}); give the folder to the user that starts ` +
        'Layerwatch, or set LAYERWATCH_DATA to another',
    );
  }
  return unavailable(
    `${what} failed in ${folder}: ${reason}; mend that, or set DATABASE_URL to a PostgreSQL of your own`,
  );
}

/** The first line that tells of an error, as the others follow from it; else the last line. */
function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => line !== '');
  const error = told.find((line) => /\b(FATAL|PANIC|ERROR|error)\b/.test(line));
  return (error ?? told.at(-1) ?? 'it said nothing').slice(0, 300);
}

export function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('UNAVAILABLE', message, [], { cause });
}
