import { generateKeyPairSync } from 'node:crypto';
import { AuditKey } from '#audit';
import { makePrivate, readIfThere, writePrivateFile } from './private-file';

/**
 * Makes the key that roots of the audit trail are signed with, where there is none yet.
 *
 * @throws AppError INVALID_INPUT where the file holds none; UNAVAILABLE where it cannot be read or written
 */
export async function openAuditKey(path: string): Promise<void> {
  if ((await readIfThere(path)) === null) {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writePrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    return;
  }
  await makePrivate(path);
  AuditKey.fromFile(path);
}
