import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { unavailable } from './failure';
import { type Place } from './place';
import { commandLineOf } from './process-identity';
import { runProgram } from './run-program';

const POLL_MS = 20;
/** A fast shutdown ends with a checkpoint: up to all shared buffers, on a slow disk. */
const FAST_STOP_MS = 60_000;
const IMMEDIATE_STOP_MS = 10_000;
const KILL_MS = 5_000;
const SIGNAL_TIMEOUT_MS = 10_000;

/** What a server says of itself in postmaster.pid. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

const pidFile = (data: string): string => join(data, 'postmaster.pid');

/** Lines: pid, data folder, start time, port, socket folder, address, shared memory, state. */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | null> {
  const text = await readFile(pidFile(data), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number.parseInt(lines[0] ?? '', 10);
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  return { pid, port: Number.parseInt(lines[3] ?? '', 10), isReady: lines[7] === 'ready' };
}

/**
 * The pid of a server that runs on this folder, whoever started it; null where none does. The file alone does not
 * tell: after a crash the pid in it may be any program's.
 */
export async function livingPostmaster(data: string): Promise<number | null> {
  const file = await readPostmasterFile(data);
  return file !== null && (await servesFolder(file.pid, data)) ? file.pid : null;
}

async function servesFolder(pid: number, data: string): Promise<boolean> {
  const commandLine = await commandLineOf(pid);
  return commandLine?.includes('postgres') === true && commandLine.includes(data);
}

/**
 * Clears the way for a start: stops a server left behind by a launcher that was killed, and removes the file of one
 * that is dead. PostgreSQL itself would refuse where the dead one's pid is now another program of the same user.
 *
 * @returns the pid of the server that was stopped; null where none ran
 */
export async function clearPostmaster(place: Place, data: string): Promise<number | null> {
  const pid = await livingPostmaster(data);
  if (pid === null) await rm(pidFile(data), { force: true });
  else await stopPostmaster(pid, place, data);
  return pid;
}

/**
 * Stops a server: first as it likes it (transactions rolled back, a checkpoint), then at once, then by force. Whatever
 * way it goes, nothing committed is lost.
 *
 * @throws AppError UNAVAILABLE where even that does not end it
 */
export async function stopPostmaster(pid: number, place: Place, data: string): Promise<void> {
  const steps = [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', KILL_MS],
  ] as const;
  for (const [signal, limitMs] of steps) {
    await send(signal, pid, place);
    if (await hasEnded(pid, data, limitMs)) return;
  }
  throw unavailable(
    `the PostgreSQL (pid ${String(pid)}) on ${place.home} cannot be stopped; end it by hand, then start again`,
  );
}

async function send(
  signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL',
  pid: number,
  place: Place,
): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals; PostgreSQL takes them through a pipe that pg_ctl knows.
    await runProgram(place.binaries.pgCtl, ['kill', signal.slice(3), String(pid)], {
      runAs: null,
      cwd: place.home,
      timeoutMs: SIGNAL_TIMEOUT_MS,
    });
    return;
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function hasEnded(pid: number, data: string, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (await servesFolder(pid, data)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}
