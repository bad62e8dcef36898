import { AppError } from '#domain';
import { IdentityVault } from '#identity';
import { makePrivate, readIfThere, writePrivateFile } from './private-file';

/**
 * Makes the key that identifiers are tokenised and sealed with, where there is none yet.
 *
 * @param isNeeded whether the database holds what was made with a key: another one would neither match nor open it
 * @throws AppError PRECONDITION_FAILED where the key of such a database is missing; INVALID_INPUT where it is none
 */
export async function openIdentityKey(path: string, isNeeded: boolean): Promise<void> {
  if ((await readIfThere(path)) !== null) {
    await makePrivate(path);
    try {
      IdentityVault.fromFile(path);
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      throw new AppError(
        'INVALID_INPUT',
        `${path} holds no identity key (32 bytes in base64); restore it from a backup`,
        [],
        { cause },
      );
    }
    return;
  }
  if (isNeeded) {
    throw new AppError(
      'PRECONDITION_FAILED',
      `${path} is missing, and the database holds identities that only this key matches and opens; ` +
        'restore it from a backup, or start with an empty database and another LAYERWATCH_DATA',
    );
  }
  await writePrivateFile(path, `${IdentityVault.newKey()}\n`);
}
