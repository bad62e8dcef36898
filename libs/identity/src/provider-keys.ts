import { Injectable } from '@nestjs/common';
import { BlockList, isIP } from 'node:net';
import { DataSource, type EntityManager } from 'typeorm';
import { AppError } from '#domain';
import { KeyMemory, requiredToken } from './key-memory';
import { keyHash, newProviderKey } from './secret-key';

/** What a provider's key may be for: to report, to ask how its feed is, or how risky it looks to pay somebody. */
export const PROVIDER_SCOPES = ['report', 'health', 'screen'] as const;
export type ProviderScope = (typeof PROVIDER_SCOPES)[number];

/** So exactly it is known when a key was used last: not every request writes. */
const USED_EVERY_SECONDS = 60;
/** Keys of one provider that hold at once: the one in use, and those that take over from it. */
export const KEYS_PER_PROVIDER_MAX = 10;

/** A key of a provider, without the key. */
export interface ProviderKey {
  readonly id: string;
  readonly provider: string;
  readonly scopes: readonly ProviderScope[];
  /** CIDR; null: taken from anywhere. */
  readonly networks: readonly string[] | null;
  /** Whether requests have to be signed with it. */
  readonly signed: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** Whoever reports. */
export interface Reporter {
  readonly provider: string;
  /** Whether rows with identifiers that must be mistyped are refused. */
  readonly strict: boolean;
  /** Rows a second that it may send; null where none were agreed. */
  readonly rowsPerSecondMax: number | null;
  /** The key that requests have to be signed with; null where they need not be. */
  readonly signedWith: { readonly id: string; readonly key: string } | null;
}

/** What a new key is to be. */
export type NewProviderKey = Pick<
  ProviderKey,
  'provider' | 'scopes' | 'networks' | 'signed' | 'expiresAt'
>;

/** Where a request comes from, and what it wants. */
export interface Asked {
  readonly address: string;
  readonly scope: ProviderScope;
}

/** A key, and how its provider's rows are looked at. */
type KnownKey = ProviderKey & Pick<Reporter, 'strict' | 'rowsPerSecondMax'>;

const KEY = `id, provider_id as provider, scopes, networks::text[] as networks, signed, created_at as "createdAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

function isWithin(networks: readonly string[], address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    const [from, bits] = network.split('/') as [string, string];
    list.addSubnet(from, Number(bits), isIP(from) === 6 ? 'ipv6' : 'ipv4');
  }
  // An IPv4 address that came over an IPv6 socket is itself.
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}

/** The keys by which providers report. */
@Injectable()
export class ProviderKeys {
  private readonly memory = new KeyMemory<KnownKey>();

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Whose key this is. One that was withdrawn goes on for half a minute where it was just used.
   *
   * @throws AppError UNAUTHENTICATED where it is no key, or holds no longer; FORBIDDEN where it is not for this, or not from here
   */
  async identify(authorization: string | undefined, { address, scope }: Asked): Promise<Reporter> {
    const token = requiredToken(authorization);
    const hash = keyHash(token);
    const key = await this.memory.find(hash, () => this.load(hash), Date.now());
    if (key === null) throw new AppError('UNAUTHENTICATED', 'this provider key is not known');
    if (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now()) {
      throw new AppError('UNAUTHENTICATED', 'this provider key has expired: ask for another');
    }
    if (!key.scopes.includes(scope)) throw new AppError('FORBIDDEN', `this key may not ${scope}`);
    if (key.networks !== null && !isWithin(key.networks, address)) {
      throw new AppError('FORBIDDEN', 'this key is not taken from this address');
    }
    const signedWith = key.signed ? { id: key.id, key: token } : null;
    const { provider, strict, rowsPerSecondMax } = key;
    return { provider, strict, rowsPerSecondMax, signedWith };
  }

  private async load(hash: Buffer): Promise<KnownKey | null> {
    const rows: (KnownKey & { used_long_ago: boolean })[] = await this.dataSource.query(
      `select k.*, p.strict, p.rows_per_second_max as "rowsPerSecondMax"
       from (
         select ${KEY}, coalesce(last_used_at < now() - make_interval(secs => $2), true) as used_long_ago
         from feed.provider_key where key_hash = $1 and revoked_at is null
       ) as k join feed.provider p on p.id = k.provider`,
      [hash, USED_EVERY_SECONDS],
    );
    const [row] = rows;
    if (row === undefined) return null;
    const { used_long_ago: usedLongAgo, ...key } = row;
    if (usedLongAgo) {
      await this.dataSource.query(
        'update feed.provider_key set last_used_at = now() where id = $1',
        [key.id],
      );
    }
    return key;
  }
}

/**
 * Gives a provider one more key; makes the provider known where it was not.
 *
 * @returns the key, which is stored nowhere
 * @throws AppError TOO_LARGE where it has as many as it may
 */
export async function giveProviderKey(
  manager: EntityManager,
  { provider, scopes, networks, signed, expiresAt }: NewProviderKey,
): Promise<{ key: string; given: ProviderKey }> {
  await manager.query('insert into feed.provider (id) values ($1) on conflict (id) do nothing', [
    provider,
  ]);
  await manager.query('select from feed.provider where id = $1 for update', [provider]);
  const holding = (await providerKeys(manager, provider)).filter(holds);
  if (holding.length >= KEYS_PER_PROVIDER_MAX) {
    throw new AppError(
      'TOO_LARGE',
      `a provider has at most ${KEYS_PER_PROVIDER_MAX} keys: revoke one`,
    );
  }
  const key = newProviderKey();
  const rows: ProviderKey[] = await manager.query(
    `insert into feed.provider_key (provider_id, key_hash, scopes, networks, expires_at, signed)
     values ($1, $2, $3, (select array_agg(network(n::inet)) from unnest($4::text[]) as n), $5, $6) returning ${KEY}`,
    [provider, keyHash(key), scopes, networks, expiresAt, signed],
  );
  return { key, given: rows[0]! };
}

/** Whether a key is taken now. */
export const holds = ({ revokedAt, expiresAt }: ProviderKey): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt.getTime() > Date.now());

/** @param provider null for all @returns by provider, the oldest first */
export async function providerKeys(
  source: DataSource | EntityManager,
  provider: string | null,
): Promise<ProviderKey[]> {
  return source.query(
    `select ${KEY} from feed.provider_key where $1::text is null or provider_id = $1
     order by provider_id, created_at, id`,
    [provider],
  );
}

/** Has a provider's rows with mistyped identifiers refused from now on, or stored. @throws AppError NOT_FOUND */
export async function setStrict(
  manager: EntityManager,
  provider: string,
  strict: boolean,
): Promise<void> {
  const [, known]: [unknown[], number] = await manager.query(
    'update feed.provider set strict = $2 where id = $1',
    [provider, strict],
  );
  if (known === 0) throw new AppError('NOT_FOUND', 'there is no such provider');
}

/** BICs and member numbers of one provider. */
export const CODES_PER_PROVIDER_MAX = 20;
/** A BIC has 8 or 11 characters; a member number of a clearing up to 35. */
const CODE = /^[A-Za-z0-9]{1,35}$/;

/**
 * Says by which codes messages name a provider, instead of those said before.
 *
 * @throws AppError NOT_FOUND where there is no such provider, INVALID_INPUT where a code is none, CONFLICT where another has it
 */
export async function setCodes(
  manager: EntityManager,
  provider: string,
  codes: readonly string[],
): Promise<void> {
  if (codes.length > CODES_PER_PROVIDER_MAX || !codes.every((code) => CODE.test(code))) {
    throw new AppError(
      'INVALID_INPUT',
      `give at most ${CODES_PER_PROVIDER_MAX} BICs or member numbers`,
    );
  }
  const known: unknown[] = await manager.query(
    'select from feed.provider where id = $1 for update',
    [provider],
  );
  if (known.length === 0) throw new AppError('NOT_FOUND', 'there is no such provider');
  await manager.query('delete from feed.provider_code where provider_id = $1', [provider]);
  const given: unknown[] = await manager.query(
    `insert into feed.provider_code (code, provider_id) select distinct code, $1 from unnest($2::text[]) as code
     on conflict (code) do nothing returning code`,
    [provider, codes],
  );
  if (given.length < new Set(codes).size) {
    throw new AppError('CONFLICT', 'another provider has one of these codes');
  }
}

/** A provider whose quota is below this would wait ten seconds for each full batch. */
export const QUOTA_MIN = 100;
export const QUOTA_MAX = 1_000_000;

/**
 * Has a provider send so many rows a second at most from now on; within half a minute it is so everywhere.
 *
 * @param rowsPerSecond from `QUOTA_MIN` to `QUOTA_MAX`; null: as many as there is room for
 * @throws AppError NOT_FOUND
 */
export async function setQuota(
  manager: EntityManager,
  provider: string,
  rowsPerSecond: number | null,
): Promise<void> {
  const [, known]: [unknown[], number] = await manager.query(
    'update feed.provider set rows_per_second_max = $2 where id = $1',
    [provider, rowsPerSecond],
  );
  if (known === 0) throw new AppError('NOT_FOUND', 'there is no such provider');
}

/** Has a key end then at the latest; one that ends sooner is left as it is. */
export async function endProviderKey(manager: EntityManager, id: string, at: Date): Promise<void> {
  await manager.query(
    `update feed.provider_key set expires_at = least(expires_at, $2::timestamptz) where id = $1 and revoked_at is null`,
    [id, at],
  );
}

/** From now on it is none. @returns whether it was one */
export async function revokeProviderKey(manager: EntityManager, id: string): Promise<boolean> {
  const [, revoked]: [unknown[], number] = await manager.query(
    'update feed.provider_key set revoked_at = now() where id = $1 and revoked_at is null',
    [id],
  );
  return revoked === 1;
}
