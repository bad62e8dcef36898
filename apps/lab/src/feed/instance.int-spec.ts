import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProviderKeys } from '#identity';
import { createTestDatabase, type TestDatabase } from '#testing';
import { type LabConfig } from '../lab.config';
import { findTarget } from './instance';

const KEYS = { provider: { demo: 'lw_demo' }, staff: { analyst: 'lws_a', approver: 'lws_b' } };

describe('findTarget', () => {
  let database: TestDatabase;
  let dataFolder: string;
  let config: LabConfig;
  const nothingSet = {
    ingestionUrl: null,
    caseReferralUrl: null,
    providerKey: null,
    staffKey: null,
  };

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'layerwatch-data-'));
    config = { dataFolder, ...nothingSet };
    await writeFile(join(dataFolder, 'keys.json'), JSON.stringify(KEYS), { mode: 0o600 });
    await writeRunning(process.pid);
  });
  afterEach(() => rm(dataFolder, { recursive: true }));

  const writeRunning = (pid: number): Promise<void> =>
    writeFile(
      join(dataFolder, 'running.json'),
      JSON.stringify({
        pid,
        databaseUrl: database.databaseUrl,
        ingestion: 'http://127.0.0.1:3001',
        scoring: 'http://127.0.0.1:3002',
        caseReferral: 'http://127.0.0.1:3003',
      }),
    );

  it('takes addresses and keys from the data folder', async () => {
    expect(await findTarget(config, 'demo', true)).toEqual({
      ingestion: { service: 'ingestion', url: 'http://127.0.0.1:3001', key: 'lw_demo' },
      caseReferral: { service: 'case-referral', url: 'http://127.0.0.1:3003', key: 'lws_a' },
    });
  });

  it("prefers the environment's", async () => {
    const set = { ...config, ingestionUrl: 'http://127.0.0.1:9', providerKey: 'lw_mine' };
    expect((await findTarget(set, 'demo', false)).ingestion).toEqual({
      service: 'ingestion',
      url: 'http://127.0.0.1:9',
      key: 'lw_mine',
    });
  });

  it('creates a provider once: its key is good at once, private, and used again', async () => {
    const { key } = (await findTarget(config, 'a wallet', false)).ingestion;
    const known = new ProviderKeys(database.dataSource);
    expect(
      await known.identify(`Bearer ${key}`, { address: '::1', scope: 'report' }),
    ).toMatchObject({ provider: 'a wallet' });
    const path = join(dataFolder, 'keys.json');
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      provider: { demo: 'lw_demo', 'a wallet': key },
      staff: KEYS.staff,
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await findTarget(config, 'a wallet', false)).ingestion.key).toBe(key);
  });

  it('gives a name that every object has a key of its own too', async () => {
    const { key } = (await findTarget(config, 'constructor', false)).ingestion;
    expect(key).toMatch(/^lw_/);
  });

  it('says that nothing runs where the process that wrote the note is gone', async () => {
    // The largest pid that Linux gives is far below.
    await writeRunning(2 ** 30);
    await expect(findTarget(config, 'demo', false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await rm(join(dataFolder, 'running.json'));
    await expect(findTarget(config, 'demo', false)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('asks for a key that it cannot make', async () => {
    await rm(join(dataFolder, 'running.json'));
    const remote = { ...config, ingestionUrl: 'http://127.0.0.1:9' };
    await expect(findTarget(remote, 'other', false)).rejects.toThrow('set PROVIDER_KEY');
  });
});
