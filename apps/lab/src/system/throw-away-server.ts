import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discardEmbeddedPostgres, startEmbeddedPostgres } from '#embedded-postgres';

const FOLDER_PREFIX = 'layerwatch-bench-';
const SWEEP_MAX = 20;

export interface ThrowAwayServer {
  /** With its password. */
  readonly databaseUrl: string;
  /** Of the postmaster. */
  readonly pid: number;
  /** Goes with the server: whatever is laid in it is removed even by the run after one that was killed. */
  readonly folder: string;
}

/**
 * Gives a PostgreSQL of its own, empty, to some work, and removes it afterwards.
 *
 * @param asInService set and flushed as in service; otherwise nothing is flushed to disk, which reading does not depend on
 * @throws AppError UNAVAILABLE where PostgreSQL cannot be started
 */
export async function withThrowAwayServer<T>(
  asInService: boolean,
  work: (server: ThrowAwayServer) => Promise<T>,
): Promise<T> {
  await sweep();
  const name = `${FOLDER_PREFIX}${String(process.pid)}-${randomBytes(6).toString('hex')}`;
  const dataFolder = join(tmpdir(), name);
  const server = await startEmbeddedPostgres({ dataFolder, throwAway: true, asInService });
  try {
    return await work({ databaseUrl: server.databaseUrl, pid: server.pid, folder: dataFolder });
  } finally {
    await server.stop();
    await discardEmbeddedPostgres(dataFolder);
  }
}

/** Removes what runs that were killed have left, servers too. A folder whose run still lives refuses, and stays. */
async function sweep(): Promise<void> {
  const left = (await readdir(tmpdir())).filter((name) => name.startsWith(FOLDER_PREFIX));
  for (const name of left.slice(0, SWEEP_MAX)) {
    await discardEmbeddedPostgres(join(tmpdir(), name)).catch(() => undefined);
  }
}
