import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { AppError } from '#domain';
import { KeySet } from './key-set';

const FORMAT = 'layerwatch-identity-keys';
const PASSPHRASE_LENGTH_MIN = 16;
/** scrypt (RFC 7914): 128 MiB and some tenths of a second for each guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const;

function keyOf(passphrase: string, salt: Buffer): Buffer {
  if (passphrase.length < PASSPHRASE_LENGTH_MIN) {
    throw new AppError(
      'INVALID_INPUT',
      `the passphrase must have ${PASSPHRASE_LENGTH_MIN} characters or more`,
    );
  }
  return scryptSync(passphrase.normalize('NFKC'), salt, 32, COST);
}

/** A set of keys, sealed with a passphrase, to be kept elsewhere. @throws AppError INVALID_INPUT for a short passphrase */
export function exportKeys(keys: KeySet, passphrase: string): string {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, salt), nonce);
  cipher.setAAD(Buffer.from(FORMAT));
  const body = Buffer.concat([cipher.update(keys.toText(), 'utf8'), cipher.final()]);
  const text = (bytes: Buffer): string => bytes.toString('base64');
  const sealed = { salt: text(salt), nonce: text(nonce), tag: text(cipher.getAuthTag()) };
  return `${JSON.stringify({ format: FORMAT, version: 1, ...sealed, body: text(body) }, null, 2)}\n`;
}

/** @throws AppError INVALID_INPUT where it is no export, was changed, or the passphrase is another */
export function importKeys(text: string, passphrase: string): KeySet {
  const refuse = (cause?: unknown): AppError =>
    new AppError('INVALID_INPUT', 'it is no export of keys, or the passphrase is another', [], {
      cause,
    });
  let content: Readonly<Record<string, unknown>>;
  try {
    content = JSON.parse(text) as typeof content;
  } catch (cause) {
    throw refuse(cause);
  }
  if (content.format !== FORMAT || content.version !== 1) throw refuse();
  const [salt, nonce, tag, body] = ['salt', 'nonce', 'tag', 'body'].map((field) =>
    Buffer.from(String(content[field]), 'base64'),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const key = keyOf(passphrase, salt);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(FORMAT)).setAuthTag(tag);
    return KeySet.parse(Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8'));
  } catch (cause) {
    throw refuse(cause);
  }
}
