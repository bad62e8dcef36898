import { type FileHandle, mkdir, open, opendir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LogPosition } from '#contracts';

/** The newest, and one more for when that turns out to be damaged. */
const SNAPSHOTS_KEPT = 2;
/** A folder with more entries than this is not one of ours; the rest is not looked at. */
const SNAPSHOT_FOLDER_ENTRIES_MAX = 10_000;
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** The position has the digits of the largest safe integer, so that names sort as positions do. */
const POSITION_DIGITS = 16;
const SNAPSHOT_NAME = /^\d{16}-[0-9a-f-]{36}\.snapshot$/;
const PARTIAL_NAME = /^\d{16}-[0-9a-f-]{36}\.snapshot\.partial$/;

/** A snapshot in the making. It becomes one by {@link SnapshotFolder.keep}, or is thrown away. */
export interface PartialSnapshot {
  readonly name: string;
  readonly file: FileHandle;
}

/**
 * The folder with the snapshots of one installation. A file in it has its name only when all of it is on the disk, so a
 * crash at any moment leaves whole snapshots and partial ones, and they are told apart by name.
 */
export class SnapshotFolder {
  /** Names that were found unusable: they go when there is a newer one that is not. */
  private readonly refused = new Set<string>();

  constructor(private readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes the folder where there is none, and removes what a crash has left half written. */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: OWNER_ONLY_FOLDER });
    await this.remove(await this.names(PARTIAL_NAME));
  }

  /** The names of whole snapshots, newest first. */
  async newestFirst(): Promise<string[]> {
    return (await this.names(SNAPSHOT_NAME)).sort().reverse();
  }

  refuse(name: string): void {
    this.refused.add(name);
  }

  async begin(position: LogPosition, id: string): Promise<PartialSnapshot> {
    const name = `${String(position).padStart(POSITION_DIGITS, '0')}-${id}.snapshot`;
    const file = await open(this.partialPath(name), 'wx', OWNER_ONLY);
    return { name, file };
  }

  /** Gives a snapshot its name once all of it is on the disk, and removes those that are no longer needed. */
  async keep({ name, file }: PartialSnapshot): Promise<void> {
    await file.sync();
    await file.close();
    await rename(this.partialPath(name), this.path(name));
    await this.syncFolder();
    const usable = (await this.newestFirst()).filter((known) => !this.refused.has(known));
    await this.remove([...usable.slice(SNAPSHOTS_KEPT), ...this.refused]);
    this.refused.clear();
  }

  /** Never fails: what cannot be removed now, the next start removes. */
  async discard({ name, file }: PartialSnapshot): Promise<void> {
    await file.close().catch(() => undefined);
    await rm(this.partialPath(name), { force: true }).catch(() => undefined);
  }

  /** Without it the name may be lost by a power failure although the content is not. */
  private async syncFolder(): Promise<void> {
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  private partialPath(name: string): string {
    return this.path(`${name}.partial`);
  }

  private async names(pattern: RegExp): Promise<string[]> {
    const names: string[] = [];
    let looked = 0;
    for await (const entry of await opendir(this.folder)) {
      looked += 1;
      if (looked > SNAPSHOT_FOLDER_ENTRIES_MAX) break;
      // A link, a pipe or a folder of that name was not made here.
      if (entry.isFile() && pattern.test(entry.name)) names.push(entry.name);
    }
    return names;
  }

  private async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(this.path(name), { force: true });
  }
}
