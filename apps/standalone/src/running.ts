import { rm } from 'node:fs/promises';
import { type Addresses } from './findings';
import { readIfThere, runningFile, writePrivateFile } from './private-file';

/**
 * Says where this run is to be found, for the programs that feed it: `running.json`. It holds the database's address with
 * its password, and so is for the owner only.
 */
export async function announce(
  dataFolder: string,
  databaseUrl: string,
  addresses: Addresses,
): Promise<void> {
  const content = { pid: process.pid, databaseUrl, ...addresses };
  await writePrivateFile(runningFile(dataFolder), `${JSON.stringify(content, null, 2)}\n`);
}

/** What is left behind by a kill names a process that no longer is, and is written over by the next start. */
export async function withdraw(dataFolder: string): Promise<void> {
  await rm(runningFile(dataFolder), { force: true }).catch(() => undefined);
}

/** The process that says it runs on this data folder, as far as it lives; null where there is none. */
export async function runningElsewhere(dataFolder: string): Promise<number | null> {
  const text = await readIfThere(runningFile(dataFolder)).catch(() => null);
  try {
    const { pid } = JSON.parse(text ?? '{}') as { pid?: unknown };
    if (typeof pid !== 'number' || pid === process.pid) return null;
    process.kill(pid, 0);
    return pid;
  } catch {
    // No JSON, no such process, or one of another user's, which cannot have written a file that is ours.
    return null;
  }
}
