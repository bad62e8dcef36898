import { createTestDatabase, type TestDatabase } from '#testing';
import { provisionProvider } from './known-keys';
import {
  endProviderKey,
  giveProviderKey,
  KEYS_PER_PROVIDER_MAX,
  type NewProviderKey,
  type ProviderKey,
  providerKeys,
  ProviderKeys,
  revokeProviderKey,
} from './provider-keys';
import { newProviderKey } from './secret-key';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
});

afterEach(() => database.drop());

const ANY: NewProviderKey = {
  ...{ provider: 'p', scopes: ['report'], networks: null, signed: false, expiresAt: null },
};
const give = (more: Partial<NewProviderKey> = {}): Promise<{ key: string; given: ProviderKey }> =>
  database.dataSource.transaction((manager) => giveProviderKey(manager, { ...ANY, ...more }));

/** What somebody is told who has not asked lately. */
async function told(
  key: string,
  { address = '127.0.0.1', scope = 'report' as const } = {},
): Promise<string> {
  try {
    const keys = new ProviderKeys(database.dataSource);
    return (await keys.identify(`Bearer ${key}`, { address, scope })).provider;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a key of a provider', () => {
  it('holds until it ends or is taken back; another holds beside it', async () => {
    const [one, two] = [await give(), await give()];
    expect([await told(one.key), await told(two.key)]).toEqual(['p', 'p']);
    expect(await told(newProviderKey())).toBe('UNAUTHENTICATED');
    await database.dataSource.transaction(async (manager) => {
      await endProviderKey(manager, one.given.id, new Date(Date.now() + 60_000));
      expect(await revokeProviderKey(manager, two.given.id)).toBe(true);
      expect(await revokeProviderKey(manager, two.given.id)).toBe(false);
    });
    expect([await told(one.key), await told(two.key)]).toEqual(['p', 'UNAUTHENTICATED']);
    // Ending it later is no longer.
    await database.dataSource.transaction(async (manager) => {
      await endProviderKey(manager, one.given.id, new Date(Date.now() - 1));
      await endProviderKey(manager, one.given.id, new Date(Date.now() + 60_000));
    });
    expect(await told(one.key)).toBe('UNAUTHENTICATED');
    expect(await told((await give({ expiresAt: new Date(Date.now() - 1) })).key)).toBe(
      'UNAUTHENTICATED',
    );
  });

  it('that expires does so for whoever has just used it too', async () => {
    const { key } = await give({ expiresAt: new Date(Date.now() + 300) });
    const keys = new ProviderKeys(database.dataSource);
    const asked = { address: '::1', scope: 'report' } as const;
    expect(await keys.identify(`Bearer ${key}`, asked)).toEqual({
      ...{ provider: 'p', strict: false, rowsPerSecondMax: null, signedWith: null },
    });
    await new Promise((resolve) => setTimeout(resolve, 350));
    await expect(keys.identify(`Bearer ${key}`, asked)).rejects.toThrow('expired');
  });

  it('is for what it was given for, from where it was given for', async () => {
    const { key } = await give({ scopes: ['health'] });
    expect(await told(key)).toBe('FORBIDDEN');
    const near = await give({ networks: ['10.1.2.3/8', 'fd00::/8', '192.0.2.7'] });
    expect(near.given.networks).toEqual(['10.0.0.0/8', 'fd00::/8', '192.0.2.7/32']);
    for (const [address, answer] of [
      ['10.255.0.1', 'p'],
      ['::ffff:10.255.0.1', 'p'],
      ['fd12::1', 'p'],
      ['192.0.2.7', 'p'],
      ['192.0.2.8', 'FORBIDDEN'],
      ['11.0.0.1', 'FORBIDDEN'],
      ['::1', 'FORBIDDEN'],
      ['unknown', 'FORBIDDEN'],
    ] as const) {
      expect([address, await told(near.key, { address })]).toEqual([address, answer]);
    }
  });

  it('is known by when it was used, and by nothing else that is stored', async () => {
    const { key, given } = await give();
    expect(given.lastUsedAt).toBeNull();
    await told(key);
    const [used] = await providerKeys(database.dataSource, 'p');
    expect(used!.lastUsedAt!.getTime()).toBeGreaterThan(Date.now() - 60_000);
    await told(key);
    expect(await providerKeys(database.dataSource, 'p')).toEqual([used]);
    const dump: unknown = await database.dataSource.query('select * from feed.provider_key');
    expect(JSON.stringify(dump)).not.toContain(key.slice(3));
  });

  it('is one of ten at most that hold', async () => {
    const all: { given: ProviderKey }[] = [];
    for (let n = 0; n < KEYS_PER_PROVIDER_MAX; n += 1) all.push(await give());
    await expect(give()).rejects.toThrow('at most 10 keys');
    await give({ provider: 'q' });
    await database.dataSource.transaction((manager) =>
      revokeProviderKey(manager, all[0]!.given.id),
    );
    expect(await told((await give()).key)).toBe('p');
  });

  it('that is the one of a provider, as the release before writes it, takes the place of the one before', async () => {
    const [one, two] = [newProviderKey(), newProviderKey()];
    await provisionProvider(database.dataSource, 'p', one);
    const beside = await give();
    expect(await told(one)).toBe('p');
    await provisionProvider(database.dataSource, 'p', two);
    expect([await told(one), await told(two), await told(beside.key)]).toEqual([
      ...['UNAUTHENTICATED', 'p', 'p'],
    ]);
    await provisionProvider(database.dataSource, 'p', one);
    expect([await told(one), await told(two)]).toEqual(['p', 'UNAUTHENTICATED']);
  });
});
