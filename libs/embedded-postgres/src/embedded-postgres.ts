import { rm } from 'node:fs/promises';
import { DataFolder } from './data-folder';
import { asFolderFailure } from './failure';
import { FolderLock } from './folder-lock';
import { DATABASE, openCluster, SUPERUSER } from './initialise';
import { launch, type Server } from './launch';
import { packagedFolder } from './locate-binaries';
import { choosePlace, CLUSTER, type Place } from './place';
import { clearPostmaster, stopPostmaster } from './postmaster';
import { join } from 'node:path';

export interface EmbeddedPostgresOptions {
  /** What LAYERWATCH_DATA names. Made where there is none; PostgreSQL's files go to a folder inside it. */
  readonly dataFolder: string;
  /** Told what takes long or is out of the ordinary, a line each. */
  readonly log?: (line: string) => void;
  /** For tests: nothing is flushed to disk, and {@link discardEmbeddedPostgres} may remove the folder. */
  readonly throwAway?: boolean;
  /** Flushed and set as in service, though it is thrown away: for measuring, and for what a crash leaves. */
  readonly asInService?: boolean;
  /** Where it listens; left out, on a port of the system's choice. One that is taken is waited for. */
  readonly port?: number;
  /** The folder with bin, lib and share, where not the one that npm installed. */
  readonly nativeFolder?: string;
}

/** How a server ended that was not asked to. */
export interface UnexpectedEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface EmbeddedPostgres {
  /** With its password: never to be logged. Only this machine can connect. */
  readonly databaseUrl: string;
  /** Where PostgreSQL's files are. */
  readonly folder: string;
  readonly pid: number;
  /** What to tell the operator, such as that the data are in another folder, and why; null where there is nothing. */
  readonly notice: string | null;
  /**
   * Stops the server and frees the data folder. Connections still open are cut; what they committed is kept. Called
   * again, it waits for the same stop.
   *
   * @throws AppError UNAVAILABLE where the server cannot be ended within its limits
   */
  stop(): Promise<void>;
  /** Calls back once if the server ends without {@link stop}; at once where it already has. */
  onExit(callback: (end: UnexpectedEnd) => void): void;
}

/**
 * Starts the PostgreSQL that came with npm on a data folder. The first start makes the database (about a second), each
 * further one finds it, whatever way the one before ended.
 *
 * @throws AppError UNAVAILABLE in one line that says what to do: another Layerwatch runs on the folder; it is not ours,
 * of another version, or cannot be used by this user; the disk is full; there are no binaries for this machine
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataFolder, log = () => undefined, throwAway = false, asInService = false } = options;
  let lock: FolderLock | null = null;
  try {
    const native = options.nativeFolder ?? packagedFolder();
    const folder = await DataFolder.open(dataFolder, throwAway);
    lock = await FolderLock.take(folder.path);
    const place = await choosePlace(folder, native);
    if (folder.postgres === null) log('making the database (first start)');
    const { data, password } = await openCluster(place, throwAway);
    await folder.rememberPostgres(place.home);
    const leftBehind = await clearPostmaster(place, data);
    if (leftBehind !== null)
      log(`stopped a PostgreSQL (pid ${String(leftBehind)}) left by a start that was killed`);
    const server = await launch(place, data, throwAway && !asInService, options.port);
    return running(server, place, lock, data, password);
  } catch (error) {
    await lock?.release().catch(() => undefined);
    throw asFolderFailure(error, dataFolder);
  }
}

function running(
  server: Server,
  place: Place,
  lock: FolderLock,
  data: string,
  password: string,
): EmbeddedPostgres {
  let stopping: Promise<void> | null = null;
  let end: UnexpectedEnd | null = null;
  const callbacks: ((end: UnexpectedEnd) => void)[] = [];
  const ended = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
    if (stopping !== null || end !== null) return;
    end = { exitCode, signal };
    for (const callback of callbacks) callback(end);
  };
  // It may have ended between its last word and this line.
  if (server.process.exitCode !== null || server.process.signalCode !== null) {
    ended(server.process.exitCode, server.process.signalCode);
  } else server.process.once('exit', ended);
  const stop = async (): Promise<void> => {
    await stopPostmaster(server.pid, place, data);
    await lock.release();
  };
  return {
    databaseUrl: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${String(server.port)}/${DATABASE}`,
    folder: place.home,
    pid: server.pid,
    notice: place.notice,
    stop: () => (stopping ??= stop()),
    onExit: (callback) => {
      if (end === null) callbacks.push(callback);
      else callback(end);
    },
  };
}

/**
 * Removes a throw-away data folder with its database, stopping a server that a killed test run has left there.
 *
 * @returns false where there was nothing that may be removed: no such folder, not ours, or not made as a throw-away
 * @throws AppError UNAVAILABLE where its run still lives
 */
export async function discardEmbeddedPostgres(dataFolder: string): Promise<boolean> {
  const folder = await DataFolder.openExisting(dataFolder);
  if (folder?.isThrowAway !== true) return false;
  const lock = await FolderLock.take(folder.path);
  const home = folder.postgres;
  if (home !== null) {
    const place = await choosePlace(folder, packagedFolder());
    await clearPostmaster(place, join(home, CLUSTER, 'data'));
    await rm(home, { recursive: true, force: true });
  }
  await lock.release();
  await rm(folder.path, { recursive: true, force: true });
  return true;
}
