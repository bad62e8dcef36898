import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, realpath, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { unavailable } from './failure';
import { LOCK_FILE } from './folder-lock';
import { isRoot } from './unprivileged-id';

const MARKER = 'layerwatch.json';
const MARKER_PARTIAL = /^layerwatch\.json\.[0-9a-f]{16}\.partial$/;
const FORMAT = 1;
/** Kept beside ours by the embedded mode, even when PostgreSQL is elsewhere. It may be there first. */
const KEYS = 'keys.json';

/** What the folder says of itself, in the file that marks it as ours. */
interface Marker {
  readonly format: number;
  /** Made by a test run: may be removed with all it holds. */
  readonly throwAway: boolean;
  /** Where PostgreSQL's files are, relative to the folder where inside; null until there is a database. */
  readonly postgres: string | null;
}

/** The folder LAYERWATCH_DATA names: marked as ours, so that nobody's else is ever written to or removed. */
export class DataFolder {
  private constructor(
    readonly path: string,
    private marker: Marker,
  ) {}

  /**
   * Opens the folder, making it where there is none.
   *
   * @throws AppError UNAVAILABLE where it holds something else, or was written by a newer version
   */
  static async open(folder: string, throwAway: boolean): Promise<DataFolder> {
    const asked = resolve(folder);
    await makeFolder(asked);
    // One folder, one name: the lock and the place outside must not depend on the link it was reached by.
    const path = await realpath(asked);
    const marker = await readMarker(path);
    if (marker !== null) return new DataFolder(path, marker);
    await refuseForeign(path);
    const opened = new DataFolder(path, { format: FORMAT, throwAway, postgres: null });
    await opened.writeMarker();
    return opened;
  }

  /** Opens a folder only if it is there and ours. */
  static async openExisting(folder: string): Promise<DataFolder | null> {
    const path = await realpath(folder).catch(() => null);
    const marker = path === null ? null : await readMarker(path);
    return path === null || marker === null ? null : new DataFolder(path, marker);
  }

  get isThrowAway(): boolean {
    return this.marker.throwAway;
  }

  /** The absolute folder of PostgreSQL's files, once there is a database. */
  get postgres(): string | null {
    return this.marker.postgres === null ? null : resolve(this.path, this.marker.postgres);
  }

  /** Remembered, not worked out again: a home whose permissions change must not make the data seem gone. */
  async rememberPostgres(home: string): Promise<void> {
    const inside = dirname(home) === this.path;
    const postgres = inside ? home.slice(this.path.length + 1) : home;
    if (this.marker.postgres === postgres) return;
    this.marker = { ...this.marker, postgres };
    await this.writeMarker();
  }

  private async writeMarker(): Promise<void> {
    const partial = join(this.path, `${MARKER}.${randomBytes(8).toString('hex')}.partial`);
    await writeFile(partial, `${JSON.stringify(this.marker)}\n`, { flag: 'wx', flush: true });
    await rename(partial, join(this.path, MARKER));
  }
}

/** Root's folders can be searched by all, or the unprivileged id could not reach its own inside. */
const folderMode = (): number => (isRoot() ? 0o711 : 0o700);

/**
 * Makes a folder and those above it; the mode does not depend on the operator's umask. One by one: Node's own recursive
 * mkdir tries for ever where a file system lets nobody make folders (/proc).
 *
 * @returns false where it was there
 */
export async function makeFolder(folder: string): Promise<boolean> {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const path of missing.reverse()) {
    try {
      await mkdir(path);
    } catch (error) {
      // Another start made it in the same moment.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    await chmod(path, folderMode());
  }
  return missing.length > 0;
}

async function readMarker(folder: string): Promise<Marker | null> {
  let text: string;
  try {
    text = await readFile(join(folder, MARKER), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const marker = parseMarker(text);
  if (marker === null) {
    throw unavailable(
      `${join(folder, MARKER)} cannot be read; restore it from a backup, or set LAYERWATCH_DATA to another folder`,
    );
  }
  if (marker.format > FORMAT) {
    throw unavailable(
      `the data folder ${folder} was written by a newer Layerwatch; start that version, or set LAYERWATCH_DATA to another`,
    );
  }
  return marker;
}

function parseMarker(text: string): Marker | null {
  try {
    const { format, throwAway, postgres } = JSON.parse(text) as Partial<Marker>;
    if (!Number.isSafeInteger(format) || (postgres !== null && typeof postgres !== 'string'))
      return null;
    return { format: format!, throwAway: throwAway === true, postgres };
  } catch {
    return null;
  }
}

async function refuseForeign(folder: string): Promise<void> {
  const names = await readdir(folder);
  // A start at the same moment may have come between our look for the marker and this one.
  if (names.includes(KEYS) || names.includes(MARKER)) return;
  const foreign = names.filter((name) => !LOCK_FILE.test(name) && !MARKER_PARTIAL.test(name));
  if (foreign.length === 0) return;
  throw unavailable(
    `the folder ${folder} is not empty and not a data folder of Layerwatch; set LAYERWATCH_DATA to an empty or a new one`,
  );
}
