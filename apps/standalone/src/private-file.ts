import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#domain';
import { ISSUER_FILE, PEOPLE_FILE } from '#identity';

const OWNER_ONLY = 0o600;
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission there',
  EPERM: 'this user has no permission there',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'it is a file, not a folder',
  ENAMETOOLONG: 'its path is too long',
};

/** What the file system refused, as one line for the operator; any other error is a bug and stays what it is. */
export function asFileFailure(error: unknown, path: string): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  if (error instanceof AppError || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError(
      'UNAVAILABLE',
      `the disk that holds ${path} is full; free some space there, or set LAYERWATCH_DATA to a folder on another disk`,
      [],
      { cause: error },
    );
  }
  const reason = REASONS[code];
  if (reason === undefined) return error;
  return new AppError(
    'UNAVAILABLE',
    `${path} cannot be used: ${reason}; mend that, or set LAYERWATCH_DATA to another folder`,
    [],
    { cause: error },
  );
}

/** @returns null where there is no such file */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw asFileFailure(error, path);
  }
}

/** Writes a file that only its owner may read. It is there whole or not at all, also after a power failure. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const partial = `${path}.${randomBytes(8).toString('hex')}.partial`;
  try {
    await writeFile(partial, text, { flag: 'wx', mode: OWNER_ONLY, flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw asFileFailure(error, path);
  }
}

/** Takes a file from everyone but its owner: it may have come from a backup, or from an editor. */
export async function makePrivate(path: string): Promise<void> {
  try {
    await chmod(path, OWNER_ONLY);
  } catch (error) {
    throw asFileFailure(error, path);
  }
}

export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asFileFailure(error, folder);
  }
}

export const keysFile = (dataFolder: string): string => join(dataFolder, 'keys.json');
export const identityKeyFile = (dataFolder: string): string => join(dataFolder, 'identity.key');
export const runningFile = (dataFolder: string): string => join(dataFolder, 'running.json');
export const peopleFile = (dataFolder: string): string => join(dataFolder, PEOPLE_FILE);
export const issuerFile = (dataFolder: string): string => join(dataFolder, ISSUER_FILE);
export const auditKeyFile = (dataFolder: string): string => join(dataFolder, 'audit.key');
export const snapshotFolder = (dataFolder: string): string => join(dataFolder, 'snapshots');
export const logFolder = (dataFolder: string): string => join(dataFolder, 'logs');
