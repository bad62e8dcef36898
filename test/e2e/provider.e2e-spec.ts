import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type AuditEntry } from '#audit';
import { Services, until } from './support/services';

const PROVIDER = join(__dirname, '../../dist/scripts/provider.js');

let services: Services;

beforeAll(async () => {
  services = await Services.start(['ingestion']);
}, 60_000);

afterAll(() => services.stop());

/** `npm run provider -- …` */
function command(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROVIDER, ...args], {
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: services.database.databaseUrl },
  });
  return { code: status, out: stdout, err: stderr };
}

/** A key that a command showed. */
function keyOf({ code, out, err }: ReturnType<typeof command>): string {
  expect([code, err]).toEqual([0, expect.stringContaining('shown this once')]);
  expect(out).toMatch(/^lw_[\w-]{43}\n$/);
  return out.trim();
}

const report = async (key: string): Promise<number> => {
  const answer = await fetch(services.url('ingestion', '/v1/transfers'), {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: '{"transfers":[]}',
  });
  return answer.status;
};

describe('a provider', () => {
  it('gets a key, another beside it, and loses the first without a pause', async () => {
    const first = keyOf(command('add', 'easy', '--days', '30'));
    expect(await report(first)).toBe(200);
    const second = keyOf(command('rotate', 'easy', '--overlap', '1'));
    expect([await report(first), await report(second)]).toEqual([200, 200]);
    const listed = command('list', 'easy').out.trim().split('\n');
    expect(listed).toHaveLength(2);
    for (const line of listed) {
      expect(line).toMatch(
        /^easy {2}[0-9a-f-]{36} {2}report,health {2}from anywhere {2}holds until /,
      );
    }
    // Within the hour and thirty days from now.
    const ends = listed.map((line) => Date.parse(/until (\S+)/.exec(line)![1]!) - Date.now());
    expect(ends[0]).toBeLessThan(3_600_001);
    expect(ends[1]).toBeGreaterThan(29 * 86_400_000);
    const id = listed[0]!.split('  ')[1]!;
    expect(command('revoke', 'easy', '--key', id)).toMatchObject({ code: 0, err: '1 revoked\n' });
    await until('the first key is taken no more', async () => (await report(first)) === 401);
    expect(await report(second)).toBe(200);
    expect(command('list').out).not.toContain(second.slice(3));
    const rows: { body: string }[] = await services.database.dataSource.query(
      `select body from audit.entry where body::jsonb #>> '{object,id}' = 'easy' order by at`,
    );
    const entries = rows.map(({ body }) => JSON.parse(body) as AuditEntry);
    expect(entries.map(({ act, actor }) => [act, actor.id.split(':')[0]])).toEqual([
      ['give a key', 'operator'],
      ['give a key', 'operator'],
      ['revoke a key', 'operator'],
    ]);
    expect(entries[2]!.details).toEqual({ key: id });
  }, 120_000);

  it('is let in by what its key is for, and from where', async () => {
    expect(await report(keyOf(command('add', 'near', '--scopes', 'health')))).toBe(403);
    expect(await report(keyOf(command('add', 'near', '--from', '10.0.0.0/8')))).toBe(403);
    expect(await report(keyOf(command('add', 'near', '--from', '10.0.0.0/8,127.0.0.1')))).toBe(200);
  });

  it('has rows with mistyped identifiers refused where that is said', async () => {
    expect(command('check', 'near', 'strict')).toMatchObject({ code: 0, err: 'near is strict\n' });
    const rows: unknown[] = await services.database.dataSource.query(
      `select id from feed.provider where strict`,
    );
    expect(rows).toEqual([{ id: 'near' }]);
    for (const args of [
      ['check', 'near', 'now'],
      ['check', 'nobody', 'strict'],
    ]) {
      expect([args, command(...args).code]).not.toEqual([args, 0]);
    }
  });

  it('has a quota where that is said, until it is taken back', async () => {
    const quotas = async (): Promise<unknown> =>
      services.database.dataSource.query(
        `select rows_per_second_max as quota from feed.provider where id = 'near'`,
      );
    for (const [said, quota] of [
      ['500', 500],
      ['none', null],
    ] as const) {
      expect(command('quota', 'near', said).code).toBe(0);
      expect(await quotas()).toEqual([{ quota }]);
    }
  });

  it('is not given what cannot be', () => {
    for (const [args, code, said] of [
      [['add', 'a\nb'], 78, 'name a provider'],
      [['give', 'easy'], 78, 'say what to do'],
      [['add', 'easy', '--scopes', 'all'], 78, '--scopes'],
      [['add', 'easy', '--days', '1.5'], 78, '--days'],
      [['add', 'easy', '--from', '10.0.0.0/33'], 78, '--from'],
      [['rotate', 'nobody'], 69, 'no key that holds'],
      [['rotate', 'easy', '--overlap=-1'], 78, '--overlap'],
      [['quota', 'near', '99'], 78, 'from 100'],
      [['quota', 'near'], 78, 'from 100'],
      [['quota', 'nobody', '100'], 69, 'no such provider'],
      [['list', '--all'], 78, '--all'],
      [['revoke', 'easy', '--key', 'x'], 69, 'no such key'],
    ] as const) {
      const { code: is, err } = command(...args);
      expect([args, is, err]).toEqual([args, code, expect.stringContaining(said)]);
    }
  }, 60_000);
});
