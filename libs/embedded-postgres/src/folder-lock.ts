import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, invariant } from '#domain';
import { identityOf } from './process-identity';

interface Holder {
  readonly pid: number;
  readonly identity: string;
  readonly released: boolean;
}

const ATTEMPTS_MAX = 50;
const GENERATION = /^lock\.(\d{1,12})$/;
export const LOCK_FILE = /^lock\.(\d{1,12}|[0-9a-f]{16}\.partial)$/;

/**
 * Keeps a folder to one live process.
 *
 * Files `lock.1`, `lock.2`, … each name a process; the highest number holds the folder, for as long as that process
 * lives. To take it, a complete file is linked under the next number. The file system lets exactly one do so, there is
 * no moment at which the file exists half-written, and, as the highest number is never removed, nobody can mistake a
 * new holder's file for the dead one's it replaces, which is where a single lock file that is deleted goes wrong.
 */
export class FolderLock {
  private constructor(
    private readonly folder: string,
    private readonly generation: number,
    private readonly holder: Holder,
  ) {}

  /** @throws AppError UNAVAILABLE where a living process, perhaps this one, holds the folder */
  static async take(folder: string): Promise<FolderLock> {
    const identity = await identityOf(process.pid);
    invariant(identity !== null, 'the process that asks lives');
    const holder: Holder = { pid: process.pid, identity, released: false };
    const partial = await writePartial(folder, holder);
    try {
      for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
        const highest = await highestGeneration(folder);
        await refuseWhileHeld(folder, highest);
        if (!(await linked(partial, lockPath(folder, highest + 1)))) continue;
        // Between the look and the link, whole generations may have come and gone.
        if ((await highestGeneration(folder)) === highest + 1) {
          await removeBelow(folder, highest + 1);
          return new FolderLock(folder, highest + 1, holder);
        }
        await rm(lockPath(folder, highest + 1), { force: true });
      }
    } finally {
      await rm(partial, { force: true });
    }
    throw new AppError(
      'UNAVAILABLE',
      `the data folder ${folder} is taken by others all the time; try again`,
    );
  }

  /** Leaves the file, marked: its number is what keeps the next holder safe. */
  async release(): Promise<void> {
    const partial = await writePartial(this.folder, { ...this.holder, released: true });
    await rename(partial, lockPath(this.folder, this.generation));
  }
}

const lockPath = (folder: string, generation: number): string =>
  join(folder, `lock.${String(generation)}`);

async function writePartial(folder: string, holder: Holder): Promise<string> {
  const partial = join(folder, `lock.${randomBytes(8).toString('hex')}.partial`);
  await writeFile(partial, `${JSON.stringify(holder)}\n`, { flag: 'wx' });
  return partial;
}

async function generations(folder: string): Promise<number[]> {
  const found = (await readdir(folder)).map((name) => GENERATION.exec(name)?.[1]);
  return found.filter((digits) => digits !== undefined).map(Number);
}

async function highestGeneration(folder: string): Promise<number> {
  return Math.max(0, ...(await generations(folder)));
}

async function refuseWhileHeld(folder: string, generation: number): Promise<void> {
  if (generation === 0) return;
  const holder = await readHolder(lockPath(folder, generation));
  if (holder === null || holder.released) return;
  if ((await identityOf(holder.pid)) !== holder.identity) return;
  throw new AppError(
    'UNAVAILABLE',
    `another Layerwatch (pid ${String(holder.pid)}) is running on this data folder; stop it or set LAYERWATCH_DATA to another`,
  );
}

/** null where the file is gone (someone newer came), or was cut short by a power failure that its writer did not survive. */
async function readHolder(path: string): Promise<Holder | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    const { pid, identity, released } = holder ?? {};
    if (!Number.isSafeInteger(pid) || typeof identity !== 'string') return null;
    return { pid: pid!, identity, released: released === true };
  } catch {
    return null;
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeBelow(folder: string, generation: number): Promise<void> {
  for (const older of await generations(folder)) {
    if (older < generation) await rm(lockPath(folder, older), { force: true });
  }
}
