import { DataFolder } from './data-folder';
import { asFolderFailure } from './failure';
import { FolderLock } from './folder-lock';

/** A data folder that no other start can have until it is released. */
export interface HeldDataFolder {
  release(): Promise<void>;
}

/**
 * Opens a data folder, as `startEmbeddedPostgres` does, for a start that brings its own server: two of them on one folder
 * would write over each other's keys.
 *
 * @throws AppError UNAVAILABLE in one line that says what to do
 */
export async function holdDataFolder(dataFolder: string): Promise<HeldDataFolder> {
  try {
    const folder = await DataFolder.open(dataFolder, false);
    const lock = await FolderLock.take(folder.path);
    return { release: () => lock.release() };
  } catch (error) {
    throw asFolderFailure(error, dataFolder);
  }
}
