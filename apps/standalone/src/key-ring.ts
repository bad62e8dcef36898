import { AppError } from '#domain';
import { newProviderKey, newStaffKey } from '#identity';
import { makePrivate, readIfThere, writePrivateFile } from './private-file';

/** Of the staff these two have keys, each under the name of its role. */
export const KEY_HOLDERS = ['analyst', 'approver'] as const;
export type KeyHolder = (typeof KEY_HOLDERS)[number];

/** The keys of the embedded mode, as `keys.json` holds them. */
export interface KeyRing {
  readonly provider: Readonly<Record<string, string>>;
  readonly staff: Readonly<Record<KeyHolder, string>>;
}

/** The provider that the demo feed comes from. */
const DEMO_PROVIDER = 'demo';
const PROVIDERS_MAX = 1_000;
/** No control characters, which no row could name it with. */
const PROVIDER_ID = /^[^\p{Cc}\p{Cs}]{1,64}$/u;
const PROVIDER_KEY = /^lw_[\x21-\x7e]{20,190}$/;
const STAFF_KEY = /^[\x21-\x7e]{20,200}$/;

type Entries = Readonly<Record<string, string>>;

/**
 * The keys that are in the file, so far; those that are missing are made by {@link completeKeyRing}.
 *
 * @param text of the file; null where there is none
 * @throws AppError INVALID_INPUT saying what is wrong, never with what is there: it may be a key
 */
export function parseKeyRing(
  text: string | null,
  path: string,
): { provider: Entries; staff: Entries } {
  if (text === null) return { provider: {}, staff: {} };
  const refuse = (reason: string): never => {
    throw new AppError(
      'INVALID_INPUT',
      `${path} ${reason}; mend it, or move it away and new keys are made at the next start`,
    );
  };
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return refuse('is not JSON');
  }
  if (!isObject(content) || !isObject(content.provider) || !isObject(content.staff)) {
    return refuse('must be {"provider":{…},"staff":{…}}');
  }
  const unknown = Object.keys(content).filter((name) => name !== 'provider' && name !== 'staff');
  if (unknown.length > 0) refuse('has other entries than "provider" and "staff"');
  const { provider, staff } = content;
  if (Object.keys(provider).length > PROVIDERS_MAX) refuse(`names over ${PROVIDERS_MAX} providers`);
  for (const [id, key] of Object.entries(provider)) {
    if (!PROVIDER_ID.test(id)) refuse('has a provider whose name is no id of 1 to 64 characters');
    if (!isKey(key, PROVIDER_KEY)) refuse(`has no usable key for provider "${id}"`);
  }
  for (const [name, key] of Object.entries(staff)) {
    if (!isKeyHolder(name)) refuse(`names staff other than ${KEY_HOLDERS.join(' and ')}`);
    if (!isKey(key, STAFF_KEY)) refuse(`has no usable key for ${name}`);
  }
  const keys = [...Object.values(provider), ...Object.values(staff)];
  if (new Set(keys).size < keys.length) refuse('gives two of its entries the same key');
  return { provider: provider as Entries, staff: staff as Entries };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isKey = (value: unknown, form: RegExp): boolean =>
  typeof value === 'string' && form.test(value);
const isKeyHolder = (name: string): name is KeyHolder =>
  KEY_HOLDERS.some((holder) => holder === name);

/** Adds the keys that every data folder has; those that are there stay, and so do their holders. */
export function completeKeyRing(found: { provider: Entries; staff: Entries }): KeyRing {
  return {
    provider: {
      [DEMO_PROVIDER]: found.provider[DEMO_PROVIDER] ?? newProviderKey(),
      ...found.provider,
    },
    staff: {
      analyst: found.staff.analyst ?? newStaffKey(),
      approver: found.staff.approver ?? newStaffKey(),
    },
  };
}

/**
 * The keys of a data folder, made where they are missing. A file that cannot be understood is never written over.
 *
 * @throws AppError INVALID_INPUT where the file is not ours to understand; UNAVAILABLE where it cannot be read or written
 */
export async function openKeyRing(path: string): Promise<KeyRing> {
  const text = await readIfThere(path);
  const found = parseKeyRing(text, path);
  const keys = completeKeyRing(found);
  const isComplete =
    text !== null &&
    Object.keys(keys.provider).length === Object.keys(found.provider).length &&
    Object.keys(keys.staff).length === Object.keys(found.staff).length;
  if (isComplete) await makePrivate(path);
  else await writePrivateFile(path, `${JSON.stringify(keys, null, 2)}\n`);
  return keys;
}
