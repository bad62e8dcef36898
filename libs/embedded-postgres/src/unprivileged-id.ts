import { readFile } from 'node:fs/promises';
import { AppError } from '#domain';
import { type RunAs } from './run-program';

/** In this order: a host with PostgreSQL has an id meant for it; every other has one meant for nobody. */
const NAMES = ['postgres', '_postgres', 'nobody'];

const UNSIGNED = 2 ** 32;

/** Whether this process is root, as whom PostgreSQL refuses to run. Never so on Windows. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * The id under which root runs PostgreSQL. It has an entry in /etc/passwd: initdb looks its name up.
 *
 * @throws AppError UNAVAILABLE where the machine has none
 */
export async function unprivilegedId(): Promise<RunAs> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const name of NAMES) {
    const found = lines.map((line) => line.split(':')).find((fields) => fields[0] === name);
    const uid = Number(found?.[2]);
    const gid = Number(found?.[3]);
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0) {
      return { name, uid: (uid + UNSIGNED) % UNSIGNED, gid: (gid + UNSIGNED) % UNSIGNED };
    }
  }
  throw new AppError(
    'UNAVAILABLE',
    'PostgreSQL does not run as root, and /etc/passwd names neither postgres nor nobody to run it as; ' +
      'start Layerwatch as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own',
  );
}
