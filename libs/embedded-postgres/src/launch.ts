import { type ChildProcess, spawn } from 'node:child_process';
import { chown, open, rename, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from './child-environment.config';
import { programFailure, unavailable } from './failure';
import { type Place } from './place';
import { clearPostmaster, readPostmasterFile } from './postmaster';
import { identityOptions } from './run-program';
import { settingsArguments } from './settings';

const POLL_MS = 20;
/** Replay of up to `max_wal_size` after a crash, on a slow disk. */
const READY_TIMEOUT_MS = 300_000;
const ATTEMPTS_MAX = 20;
const PAUSE_MS = 500;
const LOG_BYTES_MAX = 10_000_000;
const LOG_TAIL_BYTES = 16_384;

/** Passing obstacles: the port was taken after all, or the processes of a killed server are still ending. */
const PASSING =
  /could not bind|Address already in use|lock file .* already exists|pre-existing shared memory/;

export interface Server {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly port: number;
}

/**
 * Starts the server on a database and waits until it takes connections.
 *
 * @throws AppError UNAVAILABLE where it does not come up, with what it said
 */
export async function launch(
  place: Place,
  data: string,
  unflushed: boolean,
  port?: number,
): Promise<Server> {
  let said = '';
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (attempt > 1) await sleep(PAUSE_MS);
    await clearPostmaster(place, data);
    const outcome = await attemptLaunch(place, data, unflushed, port ?? (await freePort()));
    if (typeof outcome !== 'string') return outcome;
    said = outcome;
    if (!PASSING.test(said)) break;
  }
  throw programFailure(
    'starting PostgreSQL',
    { exitCode: 1, spawnError: null, timedOut: false, output: said },
    place.home,
  );
}

/** @returns the server, or what it said before it ended */
async function attemptLaunch(
  place: Place,
  data: string,
  unflushed: boolean,
  port: number,
): Promise<Server | string> {
  const logFile = await openLog(place);
  const from = (await logFile.stat()).size;
  try {
    const child = spawn(
      place.binaries.postgres,
      ['-D', data, ...settingsArguments(port, unflushed)],
      {
        ...identityOptions(place.runAs),
        cwd: place.home,
        env: childEnvironment(),
        // A session of its own: the Ctrl-C that stops the services must not take the database from under them.
        detached: true,
        windowsHide: true,
        stdio: ['ignore', logFile.fd, logFile.fd],
      },
    );
    const ended = endOf(child);
    const deadline = performance.now() + READY_TIMEOUT_MS;
    while (ended.reason === null) {
      const file = await readPostmasterFile(data);
      if (file?.pid === child.pid && file?.port === port && file.isReady) {
        child.unref();
        return { process: child, pid: file.pid, port };
      }
      if (performance.now() > deadline) {
        child.kill('SIGQUIT');
        throw unavailable(
          `PostgreSQL in ${place.home} has not become ready within ${String(READY_TIMEOUT_MS / 1000)} s; see server.log there`,
        );
      }
      await sleep(POLL_MS);
    }
    return `${ended.reason}\n${await logSince(place, from)}`;
  } finally {
    await logFile.close();
  }
}

/** Says, from the moment it does, how a program ended or why it never ran. */
function endOf(child: ChildProcess): { readonly reason: string | null } {
  const end: { reason: string | null } = { reason: null };
  child.once('error', (error) => (end.reason = error.message));
  child.once(
    'exit',
    (code, signal) => (end.reason = `PostgreSQL ended (${String(code ?? signal)})`),
  );
  return end;
}

const logPath = (place: Place): string => join(place.home, 'server.log');

/** A file, not a pipe: the server outlives a launcher that is killed, and must not choke on its own words. */
async function openLog(place: Place): Promise<Awaited<ReturnType<typeof open>>> {
  const path = logPath(place);
  const size = (await stat(path).catch(() => null))?.size ?? 0;
  if (size > LOG_BYTES_MAX) await rename(path, `${path}.1`);
  const file = await open(path, 'a', 0o600);
  if (place.runAs !== null) await chown(path, place.runAs.uid, place.runAs.gid);
  return file;
}

async function logSince(place: Place, from: number): Promise<string> {
  const file = await open(logPath(place), 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - start),
      0,
      size - start,
      start,
    );
    const text = buffer.toString('utf8', 0, bytesRead);
    // A full disk has no room for the message that says so.
    return text === '' && (await isFull(place.home)) ? 'No space left on device' : text;
  } finally {
    await file.close();
  }
}

async function isFull(folder: string): Promise<boolean> {
  const { bavail } = await statfs(folder);
  return bavail === 0;
}

/** A port of the system's choice. Another program may take it before PostgreSQL does; then it is chosen again. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
