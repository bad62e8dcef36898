import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Magic (4), version of the master key (2), nonce (12), tag (16), and the bytes. */
const ENVELOPE = Buffer.from('LWB1', 'latin1');
const VERSION_AT = ENVELOPE.length;
const NONCE_AT = VERSION_AT + 2;
const TAG_AT = NONCE_AT + NONCE_BYTES;
const SEALED_AT = TAG_AT + TAG_BYTES;

/** @param label what the bytes are and where they belong: elsewhere they do not open */
export function sealBytes(key: Buffer, version: number, label: string, bytes: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  const body = cipher.setAAD(Buffer.from(label)).update(bytes);
  cipher.final();
  const head = Buffer.alloc(TAG_AT);
  ENVELOPE.copy(head);
  head.writeUInt16BE(version, VERSION_AT);
  nonce.copy(head, NONCE_AT);
  return Buffer.concat([head, cipher.getAuthTag(), body]);
}

/** The version of the master key; throws where the bytes are not sealed so. */
export function sealedVersion(sealed: Buffer): number {
  const isSealed = sealed.length >= SEALED_AT && sealed.subarray(0, VERSION_AT).equals(ENVELOPE);
  if (!isSealed) throw new Error('these bytes are not sealed');
  return sealed.readUInt16BE(VERSION_AT);
}

/** Throws where they were sealed with another key, or for another place. */
export function openBytes(key: Buffer, label: string, sealed: Buffer): Buffer {
  const nonce = sealed.subarray(NONCE_AT, TAG_AT);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(label)).setAuthTag(sealed.subarray(TAG_AT, SEALED_AT));
  return Buffer.concat([decipher.update(sealed.subarray(SEALED_AT)), decipher.final()]);
}
