import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Addresses, StandaloneRun } from './support/standalone-run';

const DIST = join(__dirname, '../../dist');
const root = mkdtempSync(join(tmpdir(), 'layerwatch sign in '));
// Searchable, so that as root the database stays inside and goes with it.
chmodSync(root, 0o755);
const folder = join(root, 'data');
const runs: StandaloneRun[] = [];

interface Person {
  readonly login: string;
  readonly password: string;
}

const start = (settings: NodeJS.ProcessEnv = {}, data = folder): StandaloneRun => {
  const run = new StandaloneRun(data, ['--no-demo'], settings);
  runs.push(run);
  return run;
};

let run: StandaloneRun;
let addresses: Addresses;
let people: readonly Person[];

const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

beforeAll(async () => {
  run = start();
  addresses = await run.ready();
  people = read('people.json') as Person[];
}, 120_000);

afterAll(async () => {
  for (const one of runs) await one.end();
  rmSync(root, { recursive: true, force: true });
});

/** A program of ours, from the command line. */
function command(
  script: string,
  args: readonly string[],
): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(DIST, script), ...args], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { ...process.env, DATABASE_URL: '', LAYERWATCH_DATA: folder },
  });
  return { code: status, out: stdout, err: stderr };
}

const token = (...args: string[]) => command('apps/issuer/src/main.js', ['token', ...args]);

async function session(headers: Record<string, string>): Promise<{ status: number; id?: string }> {
  const answer = await fetch(`${addresses.caseReferral}/v1/session`, { headers });
  return { status: answer.status, ...((await answer.json()) as { id?: string }) };
}

describe('the demo people', () => {
  it('are made once, shown once, and kept for the owner alone', () => {
    for (const { login } of people) expect(run.stdout).toContain(`${login} `);
    expect(run.stdout).toContain(people[0]!.password);
    for (const file of ['people.json', 'issuer.json', 'audit.key']) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    }
  });

  it('have tokens for scripts, by role and by name', async () => {
    for (const args of [
      ['--role', 'auditor'],
      ['--login', 'auditor'],
    ]) {
      const { code, out, err } = token(...args);
      expect([code, err]).toEqual([0, '']);
      expect(await session({ authorization: `Bearer ${out.trim()}` })).toMatchObject({
        ...{ status: 200, id: 'auditor', roles: ['auditor'] },
      });
    }
    for (const args of [[], ['--role', 'root'], ['--login', 'a', '--role', 'b'], ['--x']]) {
      const { code, out, err } = token(...args);
      expect([code, out]).toEqual([78, '']);
      expect(err).toMatch(/^cannot start: [^\n]+\n$/);
    }
  });

  it('sign in by a page, in a browser, and out again', async () => {
    const cookies = new Map<string, Map<string, string>>();
    const go = async (url: URL | string, form?: Record<string, string>): Promise<Response> => {
      const at = new URL(url);
      const jar = cookies.get(at.host) ?? new Map<string, string>();
      cookies.set(at.host, jar);
      const answer = await fetch(at, {
        redirect: 'manual',
        headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
      });
      for (const set of answer.headers.getSetCookie()) {
        const [name, value] = set.split(';', 1)[0]!.split('=') as [string, string];
        jar.set(name, value);
      }
      return answer;
    };
    const next = (answer: Response): URL => {
      expect([302, 303]).toContain(answer.status);
      return new URL(answer.headers.get('location')!, answer.url);
    };
    const { login, password } = people.find((one) => one.login === 'senior')!;
    const begun = next(await go(`${addresses.caseReferral}/v1/session/sign-in?returnTo=/docs`));
    const page = next(await go(begun));
    const shown = await go(page);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await shown.text()).toContain('<form method="post">');
    const wrong = await go(page, { login, password: 'x' });
    expect([wrong.status, await wrong.text()]).toEqual([
      401,
      expect.stringContaining('role="alert"'),
    ]);
    const back = next(await go(next(await go(page, { login, password }))));
    expect(back.href).toContain(`${addresses.caseReferral}/v1/session/callback?code=`);
    expect(next(await go(back)).pathname).toBe('/docs');
    const { host } = new URL(addresses.caseReferral);
    const cookie = [...cookies.get(host)!].map(([name, value]) => `${name}=${value}`).join('; ');
    const known = await session({ cookie });
    expect(known).toMatchObject({ status: 200, id: 'senior', unit: 'circle-1' });
    const out = await fetch(`${addresses.caseReferral}/v1/session/sign-out`, {
      method: 'POST',
      headers: { cookie, 'x-csrf-token': (known as unknown as { csrfToken: string }).csrfToken },
    });
    expect(await out.json()).toEqual({
      signOutUrl: expect.stringContaining('/session/end?') as unknown,
    });
    expect((await session({ cookie })).status).toBe(401);
  });

  it('leave a trail that can be checked', () => {
    const { code, out } = command('scripts/audit.js', ['verify']);
    expect([code, out]).toEqual([0, expect.stringMatching(/^OK: \d+ entries in 16 chains/)]);
    const file = join(root, 'export.ndjson');
    expect(command('scripts/audit.js', ['export', '--out', file]).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    const acts = ['sign in', 'sign out', 'give a key', 'export the audit trail'];
    for (const act of acts) expect(text).toContain(`\\"${act}\\"`);
    for (const { password } of people) expect(text).not.toContain(password);
  });

  it('are not for production, unless asked for', async () => {
    const refused = start({ NODE_ENV: 'production' }, join(root, 'other'));
    expect((await refused.ended).code).toBe(78);
    expect(refused.stderr).toMatch(/^Layerwatch cannot start: [^\n]*OIDC_ISSUER[^\n]*\n$/);
    const without = start(
      { NODE_ENV: 'production', LAYERWATCH_LOCAL_ISSUER: 'no' },
      join(root, 'without'),
    );
    await without.ready();
    expect(without.stdout).not.toContain('people.json');
    await without.end();
  }, 120_000);

  it('are the same at the second start, and are not shown again', async () => {
    await run.end();
    run = start();
    addresses = await run.ready();
    expect(read('people.json')).toEqual(people);
    expect(run.stdout).not.toContain(people[0]!.password);
    expect(token('--role', 'analyst').code).toBe(0);
  }, 120_000);
});
