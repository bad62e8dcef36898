import { fork } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '#testing';
import { until } from './support/services';
import { type Addresses, StandaloneRun } from './support/standalone-run';

const LIMIT_MS = 300_000;

/** What the demo came to, without what differs from run to run: speed and ports. */
function figures(output: string): string {
  const from = output.indexOf('\nTransfers  ');
  const to = output.indexOf('\nLook around');
  if (from < 0 || to < from) throw new Error(`no summary in:\n${output}`);
  return output.slice(from, to).replace(/^Speed .*$/m, '');
}

const answers = (address: string): Promise<boolean> =>
  fetch(`${address}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );

const nobodyAnswers = (addresses: Addresses): Promise<void> =>
  until('every service has ended', async () => {
    const alive = await Promise.all(Object.values(addresses).map(answers));
    return !alive.includes(true);
  });

describe('npm start', () => {
  const folders: string[] = [];
  const runs: StandaloneRun[] = [];

  const newFolder = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'layerwatch standalone '));
    // Searchable, so that as root the database stays inside and goes with it.
    chmodSync(folder, 0o755);
    folders.push(folder);
    return join(folder, 'data');
  };
  const start = (
    folder: string,
    args: readonly string[],
    settings: NodeJS.ProcessEnv = {},
  ): StandaloneRun => {
    const run = new StandaloneRun(folder, args, settings);
    runs.push(run);
    return run;
  };

  afterEach(async () => {
    for (const run of runs.splice(0)) await run.end();
  });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  describe('with the demo', () => {
    const folder = newFolder();
    let undisturbed = '';

    it(
      'goes from nothing to a summary, and stops',
      async () => {
        const run = start(folder, ['--exit-after-demo', '--rate', '0']);
        expect(await run.ended).toEqual({ code: 0, signal: null });
        expect(run.stdout).toMatch(
          /^READY \{"ingestion":"http:\/\/127\.0\.0\.1:\d+","scoring":"http:\/\/127\.0\.0\.1:\d+","caseReferral":"http:\/\/127\.0\.0\.1:\d+"\}$/m,
        );
        expect(run.stdout).toMatch(/^ALERT {2}\S+ \S+Z {2}risk \d+ {2}[A-Z_]+/m);
        expect(run.stdout).toMatch(/^CASE {3}[0-9a-f-]{36} opened/m);
        expect(run.stdout).toContain('self-made');
        expect(run.stdout.trimEnd().endsWith('stopped')).toBe(true);
        expect(run.stderr).toBe('');
        undisturbed = figures(run.stdout);
        expect(undisturbed).toMatch(/Transfers +[\d,]+ accepted, 0 duplicate, 0 rejected/);
        expect(undisturbed).toMatch(/STILL IN WALLETS .*PKR [\d,]+\.\d\d/);
      },
      LIMIT_MS,
    );

    it('leaves keys that only their owner can read, and no trace of running', () => {
      const keys = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as unknown;
      expect(keys).toEqual({
        provider: { demo: expect.stringMatching(/^lw_/) as unknown },
        staff: { analyst: expect.any(String) as unknown, approver: expect.any(String) as unknown },
      });
      for (const file of ['keys.json', 'identity.key']) {
        expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      }
      expect(existsSync(join(folder, 'running.json'))).toBe(false);
    });

    it(
      'finds everything there at the second start, and doubles nothing',
      async () => {
        const run = start(folder, ['--exit-after-demo', '--rate', '0']);
        expect((await run.ended).code).toBe(0);
        expect(run.stdout).toMatch(
          /demo feed is in already \([\d,]+ rows\): nothing is sent again/,
        );
        expect(figures(run.stdout)).toBe(undisturbed);
        expect(run.stdout).not.toMatch(/^(ALERT|CASE) /m);
      },
      LIMIT_MS,
    );

    it(
      'comes to the same through Ctrl-C in the middle and kill -9 of scoring',
      async () => {
        const other = newFolder();
        const args = ['--exit-after-demo', '--rate', '6000'];
        const first = start(other, args);
        await first.shows(/ [12]\d % /);
        first.signal('SIGINT');
        expect(await first.ended).toEqual({ code: 0, signal: null });
        expect(first.stdout).toContain('stopping');
        expect(first.stdout).not.toContain('started again');
        const second = start(other, args, { LOG_LEVEL: 'info' });
        await second.shows(/goes on after row [\d,]+, where it stopped/);
        await second.shows(/ [4-7]\d % /);
        const log = readFileSync(join(other, 'logs', 'scoring.log'), 'utf8');
        const { pid } = JSON.parse(log.split('\n')[0]!) as { pid: number };
        process.kill(pid, 'SIGKILL');
        await second.shows(/scoring ended \(signal SIGKILL\); started again/);
        expect((await second.ended).code).toBe(0);
        expect(second.stderr).toBe('');
        expect(figures(second.stdout)).toBe(undisturbed);
        // The Ctrl-C left one in the data folder.
        const told = readFileSync(join(other, 'logs', 'scoring.log'), 'utf8');
        expect(told).toContain('loaded a snapshot');
      },
      LIMIT_MS,
    );

    it('says that a damaged snapshot is not used, and comes up from the log', async () => {
      const snapshots = join(folder, 'snapshots');
      for (const name of readdirSync(snapshots)) {
        const content = readFileSync(join(snapshots, name));
        content[content.length >> 1]! ^= 1;
        writeFileSync(join(snapshots, name), content);
      }
      const run = start(folder, ['--no-demo']);
      await run.shows(/^ {2}snapshot {4}refused \(damaged\): the log is read instead$/m);
      await run.shows(/^Serving/m);
      run.signal('SIGINT');
      expect(await run.ended).toEqual({ code: 0, signal: null });
      expect(run.stderr).toBe('');
    });

    it('refuses a database whose identity key is gone', async () => {
      const key = join(folder, 'identity.key');
      renameSync(key, `${key}.away`);
      const run = start(folder, ['--no-demo']);
      expect((await run.ended).code).toBe(69);
      expect(run.stderr).toMatch(
        /^[^\n]*identity\.key is missing, and the database holds [^\n]*\n$/,
      );
      expect(existsSync(key)).toBe(false);
      renameSync(`${key}.away`, key);
    });

    it('refuses keys it cannot read, and leaves them as they are', async () => {
      const file = join(folder, 'keys.json');
      const kept = readFileSync(file);
      writeFileSync(file, '{"provider":');
      const run = start(folder, ['--no-demo']);
      expect((await run.ended).code).toBe(78);
      expect(run.stderr).toMatch(/^[^\n]*keys\.json is not JSON; mend it[^\n]*\n$/);
      expect(readFileSync(file, 'utf8')).toBe('{"provider":');
      writeFileSync(file, kept);
    });
  });

  it('says which port is taken before it makes anything', async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const { port } = other.address() as { port: number };
    const folder = newFolder();
    const run = start(folder, [], { SCORING_PORT: String(port) });
    expect((await run.ended).code).toBe(69);
    await new Promise((closed) => other.close(closed));
    expect(run.stderr).toMatch(
      new RegExp(
        `^[^\\n]*port ${port}, which scoring needs, is taken [^\\n]*SCORING_PORT[^\\n]*\\n$`,
      ),
    );
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    [['--sede', '1'], {}, "Unknown option '--sede'"],
    [['--rate', 'fast'], {}, '--rate takes a whole number'],
    [['--no-demo'], { INGESTION_PORT: '70000' }, 'INGESTION_PORT'],
    [['--no-demo'], { DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    [['--no-demo'], { HOST: '192.0.2.1' }, 'HOST'],
  ])('refuses %j with %j in one line, with exit code 78', async (args, settings, word) => {
    const folder = newFolder();
    const run = start(folder, args, settings);
    expect((await run.ended).code).toBe(78);
    expect(run.stderr).toMatch(/^Layerwatch cannot start: [^\n]*\n$/);
    expect(run.stderr).toContain(word);
    expect(existsSync(folder)).toBe(false);
  });

  it('refuses a folder of somebody else’s and writes nothing there', async () => {
    const folder = join(newFolder(), '..');
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    const run = start(folder, ['--no-demo']);
    expect((await run.ended).code).toBe(69);
    expect(run.stderr).toMatch(/^[^\n]*not empty and not a data folder of Layerwatch[^\n]*\n$/);
    expect(readdirSync(folder)).toEqual(['thesis.txt']);
  });

  it('ends at any stage of the start, with 0', async () => {
    for (const stage of [/Layerwatch/, /making the database/, /migrations applied/]) {
      const run = start(newFolder(), ['--no-demo']);
      await run.shows(stage);
      run.signal('SIGINT');
      expect(await run.ended).toEqual({ code: 0, signal: null });
      expect(run.stdout).toContain('stopped');
      expect(run.stderr).toBe('');
      expect(run.stdout).not.toContain('READY');
    }
  });

  it('lets nobody else have the data folder, and its services end with it even by kill -9', async () => {
    const folder = newFolder();
    const run = start(folder, ['--no-demo']);
    const addresses = await run.ready();
    const running = JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')) as object;
    expect(running).toMatchObject({ pid: run.pid, ...addresses });
    expect(statSync(join(folder, 'running.json')).mode & 0o777).toBe(0o600);
    const second = start(folder, ['--no-demo']);
    expect((await second.ended).code).toBe(69);
    expect(second.stderr).toMatch(
      new RegExp(`^[^\\n]*\\(pid ${run.pid}\\) is running [^\\n]*\\n$`),
    );
    expect(await answers(addresses.scoring)).toBe(true);
    run.signal('SIGKILL');
    await run.ended;
    await nobodyAnswers(addresses);
    const next = start(folder, ['--no-demo']);
    await next.ready();
    expect(next.stdout).toMatch(/stopped a PostgreSQL \(pid \d+\) left by a start that was killed/);
  });

  it('leaves no service behind whose parent ends while it starts', async () => {
    const database = await createTestDatabase();
    const scoring = join(__dirname, '../../dist/apps/scoring/src/main.js');
    const child = fork(scoring, {
      env: { ...process.env, DATABASE_URL: database.databaseUrl, SCORING_PORT: '0' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    expect(await ended).toBe(0);
    await database.drop();
  });

  it('stops everything, and says so, when PostgreSQL ends by itself', async () => {
    const folder = newFolder();
    const run = start(folder, ['--no-demo']);
    const addresses = await run.ready();
    const postmaster = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('postmaster.pid'),
    )!;
    const pid = Number(readFileSync(join(folder, postmaster), 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    expect((await run.ended).code).toBe(69);
    expect(run.stderr).toMatch(/^Layerwatch has to stop: PostgreSQL ended by itself [^\n]*\n$/);
    await nobodyAnswers(addresses);
    await start(folder, ['--no-demo']).ready();
  });

  it('uses the server that DATABASE_URL names, and keeps keys and folder as ever', async () => {
    const database = await createTestDatabase();
    const folder = newFolder();
    const settings = { DATABASE_URL: database.databaseUrl };
    const run = start(folder, ['--no-demo'], settings);
    await run.ready();
    expect(run.stdout).toContain('the server that DATABASE_URL names');
    expect(run.stdout + run.stderr).not.toContain(database.databaseUrl);
    const providers: { id: string }[] = await database.dataSource.query(
      'select id from feed.provider',
    );
    expect(providers).toEqual([{ id: 'demo' }]);
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
    expect(existsSync(join(folder, 'keys.json'))).toBe(true);
    const second = start(folder, ['--no-demo'], settings);
    expect((await second.ended).code).toBe(69);
    expect(second.stderr).toContain(`(pid ${run.pid}) is running`);
    run.signal('SIGTERM');
    expect(await run.ended).toEqual({ code: 0, signal: null });
    await database.drop();
  });
});
