import { spawn } from 'node:child_process';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Services, until } from './support/services';

const SCRIPT = join(__dirname, '../../dist/scripts/identity-keys.js');

let services: Services;
let keyFile: string;
let posted = 0;

beforeAll(async () => {
  services = await Services.start(['ingestion', 'case-referral']);
  keyFile = join(services.folder, 'identity.key');
}, 120_000);

afterAll(() => services.stop());

function command(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [SCRIPT, ...args], {
    cwd: tmpdir(),
    env: {
      ...process.env,
      DATABASE_URL: services.database.databaseUrl,
      IDENTITY_KEY_FILE: keyFile,
    },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((ended) => {
    child.once('close', (code) => {
      ended({ code, out, err });
    });
  });
}

/** New persons, each with a number of their own. */
async function post(count: number): Promise<void> {
  const rows = Array.from({ length: count }, () => {
    const n = (posted += 1);
    return {
      transferId: `T-${String(n)}`,
      occurredAt: '2026-03-02T09:00:00Z',
      type: 'P2P',
      amount: '10',
      currency: 'PKR',
      debtor: { walletId: `a${String(n)}`, msisdn: `0300${String(1_000_000 + n)}` },
      creditor: { walletId: `b${String(n)}` },
    };
  });
  const answer = await services.post(rows);
  expect(await answer.json()).toMatchObject({ accepted: count, rejected: 0 });
}

const versions = async (): Promise<Record<string, number>> => {
  const rows: { key_version: number; count: number }[] = await services.database.dataSource.query(
    'select key_version, count(*)::int as count from feed.identity group by 1',
  );
  return Object.fromEntries(rows.map(({ key_version, count }) => [key_version, count]));
};

const operation = async (): Promise<unknown> => {
  const answer = await services.people('GET', '/v1/operations/op');
  return ((await answer.json()) as { indicators: { value: string }[] }).indicators;
};

describe('another master key', () => {
  it('takes over while services run and feeds come in, and the old one is gone in the end', async () => {
    const indicator = { type: 'msisdn', value: '03009999999', knownFrom: '2026-01-01T00:00:00Z' };
    const about = { id: 'op', name: 'n', kind: 'CALL_CENTRE', modus: 'OTHER' };
    await services.people('POST', '/v1/operations', { ...about, indicators: [indicator] });
    const shown = await operation();
    expect(JSON.stringify(shown)).toContain('…999');
    await post(300);
    expect(await versions()).toEqual({ 1: 300 });
    expect((await command('drop', '1')).code).toBe(69);
    expect(await command('add')).toMatchObject({ code: 0, err: '' });
    expect((await command('use', '2')).code).toBe(0);
    await until('ingestion has noticed', async () => {
      await post(1);
      return ((await versions())[2] ?? 0) > 0;
    });
    const feeding = (async () => {
      for (let n = 0; n < 20; n += 1) await post(50);
    })();
    const [resealed] = await Promise.all([command('reseal'), feeding]);
    expect(resealed.out).toMatch(/^\d+ values brought under version 2\n$/);
    expect(await versions()).toEqual({ 2: posted });
    // Services may not have noticed: what they seal meanwhile would open with nothing.
    const early = await command('drop', '1');
    expect([early.code, early.err]).toEqual([69, expect.stringContaining('come again in')]);
    const aMinuteAgo = new Date(Date.now() - 61_000);
    utimesSync(keyFile, aMinuteAgo, aMinuteAgo);
    expect((await command('drop', '1')).code).toBe(0);
    expect((await command('status')).out).toBe(
      `version 2, in use: ${(posted + 1).toLocaleString('en')} sealed values\n`,
    );
    expect(await operation()).toEqual(shown);
    // The tokens are the same: what is sent again is known.
    await services.kill('ingestion');
    await services.startOne('ingestion');
    const before = posted;
    posted = 0;
    const again = await services.post([
      {
        transferId: 'T-1',
        occurredAt: '2026-03-02T09:00:00Z',
        type: 'P2P',
        amount: '10',
        currency: 'PKR',
        debtor: { walletId: 'a1', msisdn: '03001000001' },
        creditor: { walletId: 'b1' },
      },
    ]);
    expect(await again.json()).toMatchObject({ accepted: 0, duplicates: 1 });
    posted = before;
  }, 120_000);

  it('is kept elsewhere under a passphrase, and comes back from there alone', async () => {
    const file = (name: string, text: string): string => {
      const path = join(services.folder, name);
      writeFileSync(path, text);
      return path;
    };
    const right = file('right', 'correct horse battery staple\n');
    const backup = join(services.folder, 'backup.json');
    const kept = readFileSync(keyFile, 'utf8');
    const short = await command(
      'export',
      '--out',
      backup,
      '--passphrase-file',
      file('short', 'abc'),
    );
    expect([short.code, short.err]).toEqual([78, expect.stringContaining('16 characters')]);
    expect((await command('export', '--out', backup, '--passphrase-file', right)).code).toBe(0);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const { token, keys } = JSON.parse(kept) as { token: string; keys: Record<string, string> };
    for (const secret of [token, ...Object.values(keys)]) {
      expect(readFileSync(backup, 'utf8')).not.toContain(secret);
    }
    // Other keys that are there are not lost to those that come back.
    const others = `${Buffer.alloc(32, 9).toString('base64')}\n`;
    writeFileSync(keyFile, others);
    const refused = await command('restore', '--from', backup, '--passphrase-file', right);
    expect([refused.code, readFileSync(keyFile, 'utf8')]).toEqual([69, others]);
    rmSync(keyFile);
    const wrong = file('wrong', 'incorrect horse battery staple\n');
    for (const args of [
      ['--from', backup, '--passphrase-file', wrong],
      ['--from', right, '--passphrase-file', right],
    ]) {
      const { code, err } = await command('restore', ...args);
      expect([code, err]).toEqual([
        78,
        expect.stringMatching(/^identity-keys: it is no export of keys/),
      ]);
    }
    expect((await command('restore', '--from', backup, '--passphrase-file', right)).code).toBe(0);
    expect(readFileSync(keyFile, 'utf8')).toBe(kept);
    const trail: { details: unknown }[] = await services.database.dataSource.query(
      `select body::jsonb -> 'details' as details from audit.entry
       where body::jsonb ->> 'act' = 'change identity keys' order by at`,
    );
    expect(trail.map(({ details }) => details)).toMatchObject([
      ...[{ added: 2 }, { inUse: 2 }, { version: 2 }, { dropped: 1 }, { exported: true }],
    ]);
  }, 60_000);
});
