import { createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;

/** A new key for a provider: 256 random bits, recognisable as one of ours. */
export const newProviderKey = (): string => `lw_${randomBytes(KEY_BYTES).toString('base64url')}`;

/** A new key for a person of the staff. */
export const newStaffKey = (): string => `lws_${randomBytes(KEY_BYTES).toString('base64url')}`;

/** What is stored of a key. A plain hash will do: nobody guesses 256 random bits. */
export const keyHash = (key: string): Buffer => createHash('sha256').update(key).digest();

/** A key of ours has 47 characters, an issuer's token a thousand or two. */
const BEARER = /^Bearer ([\x21-\x7e]{1,8000})$/i;

/** The token of an `Authorization: Bearer …` header, or null. */
export const bearerToken = (header: string | undefined): string | null =>
  BEARER.exec(header ?? '')?.[1] ?? null;
