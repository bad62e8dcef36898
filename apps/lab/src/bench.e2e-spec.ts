import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = join(__dirname, '../../../dist/apps/lab/src/main.js');

interface Figures {
  readonly schemaVersion: number;
  readonly machine: Record<string, unknown>;
  readonly rows: readonly Record<string, unknown>[];
}

const KEYS = [
  ...['name', 'transfersPerSecond', 'cpuMicrosPerTransfer', 'p50Ms', 'p99Ms', 'p999Ms'],
  ...['bytesPerTransfer', 'rssMiB'],
];

const SNAPSHOT_ROW = ['--only', 'rebuild', '--rows', 'snapshot', '--wallets', '1000'] as const;

describe('the benchmark, as a process', () => {
  let folder: string;
  let json: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layerwatch bench-'));
    json = join(folder, 'figures.json');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    await rm(folder, { recursive: true });
  });

  const start = (...args: string[]) => startWith({}, ...args);

  function startWith(settings: Readonly<Record<string, string>>, ...args: string[]) {
    const child = spawn(process.execPath, [MAIN, 'bench', ...args], {
      // No data sets: nothing here depends on them.
      env: { ...process.env, LAYERWATCH_SHARED: folder, ...settings },
    });
    children.push(child);
    const said = { out: '', err: '' };
    child.stdout.on('data', (text) => (said.out += String(text)));
    child.stderr.on('data', (text) => (said.err += String(text)));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, said, ended };
  }

  async function run(...args: string[]) {
    const { child, said, ended } = start(...args);
    return { child, code: await ended, ...said };
  }

  async function figures(): Promise<Figures> {
    return JSON.parse(await readFile(json, 'utf8')) as Figures;
  }

  const isFigure = (value: unknown): boolean => Number.isFinite(value) && (value as number) > 0;

  it('measures engine and detector, prints a table, and writes the same', async () => {
    const { code, out, err } = await run(
      ...['--only', 'engine', '--rows', 'power law', '--transfers', '20000', '--json', json],
    );
    expect(code).toBe(0);
    expect(err).toMatch(/^SKIPPED: the rows on ibm-momtsim: .*LAYERWATCH_SHARED.*\n$/);
    const { schemaVersion, machine, rows } = await figures();
    expect(schemaVersion).toBe(1);
    expect(machine).toMatchObject({ node: process.versions.node });
    expect(isFigure(machine.cores) && isFigure(machine.memoryGiB)).toBe(true);
    expect(rows.map(({ name }) => name)).toEqual(['power law, flow engine', 'power law, detector']);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(expect.arrayContaining(KEYS));
      expect(row.transfers).toBe(20_000);
      for (const key of [
        'transfersPerSecond',
        'cpuMicrosPerTransfer',
        'p50Ms',
        'p99Ms',
        'rssMiB',
      ]) {
        expect([key, isFigure(row[key])]).toEqual([key, true]);
      }
      expect(row.p99Ms as number).toBeGreaterThanOrEqual(row.p50Ms as number);
      expect(row.p999Ms as number).toBeGreaterThanOrEqual(row.p99Ms as number);
      expect(typeof row.allocatedBytesPerTransfer).toBe('number');
      expect(typeof row.heapBytesPerTransfer).toBe('number');
      expect(out).toContain(String(row.name));
    }
  });

  it('measures entries of the audit trail', async () => {
    const { code, err } = await run(
      ...['--only', 'audit', '--rows', 'one chain', '--seconds', '1', '--json', json],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { rows } = await figures();
    expect(rows).toMatchObject([{ name: 'audit: sixteen writers of one chain', writers: 16 }]);
    for (const key of ['transfers', 'transfersPerSecond', 'cpuMicrosPerTransfer', 'p99Ms']) {
      expect([key, isFigure(rows[0]![key])]).toEqual([key, true]);
    }
  });

  it('measures a rebuild and a start from a snapshot, on a PostgreSQL of its own', async () => {
    const { child, code, out, err } = await run(
      '--only',
      'rebuild',
      '--wallets',
      '1000',
      '--json',
      json,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { rows } = await figures();
    expect(rows).toHaveLength(4);
    const { transfers } = rows[0]!;
    // Half as many again as there are wallets, at least: it is a feed, not a list of wallets.
    expect(transfers as number).toBeGreaterThan(1_500);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(expect.arrayContaining(KEYS));
      expect(row).toMatchObject({ transfers, p50Ms: null });
      expect(isFigure(row.transfersPerSecond)).toBe(true);
    }
    const start = rows.at(-1)!;
    expect(start).toMatchObject({ name: 'rebuild: start from a snapshot', p99Ms: null });
    // The transfer that brought the thousandth may have brought another.
    expect([1_000, 1_001]).toContain(start.wallets);
    for (const key of ['startSeconds', 'snapshotMiB', 'pauseSeconds', 'scoredPerSecond']) {
      expect([key, isFigure(start[key])]).toEqual([key, true]);
    }
    expect(start.transfersPerSecond as number).toBeCloseTo(
      (transfers as number) / (start.startSeconds as number),
      -1,
    );
    expect(out).toContain(`started in ${String(start.startSeconds)} s`);
    expect(await foldersOf(child)).toEqual([]);
  });

  it('measures the whole way over running services, the load client apart', async () => {
    const { child, code, err } = await run(
      ...['--only', 'whole-way', '--rows', 'one at', '--seconds', '4', '--json', json],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const { rows } = await figures();
    expect(rows).toHaveLength(1);
    const [row] = rows;
    expect(Object.keys(row!)).toEqual(expect.arrayContaining(KEYS));
    // In turns somebody pays a known wallet, and that one a stranger: every other transfer is an alert.
    expect(row).toMatchObject({ transfers: 20, alertsSeen: 10 });
    for (const key of [
      ...['p50Ms', 'p99Ms', 'alertP50Ms', 'walBytesPerTransfer', 'clientCpuMicrosPerTransfer'],
      ...['cpuMicros: ingestion', 'cpuMicros: scoring', 'cpuMicros: case-referral'],
      'cpuMicros: ingestion: PostgreSQL',
    ]) {
      expect([key, isFigure(row![key])]).toEqual([key, true]);
    }
    expect(await foldersOf(child)).toEqual([]);
  });

  it('measures the whole way on an older log', async () => {
    const { code, err } = await run(
      ...['--only', 'growth', '--rows', ' 1 million', '--transfers', '3000', '--seconds', '2'],
      ...['--json', json],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [row] = (await figures()).rows;
    expect(row!.storedTransfers).toBe(3_000 + 20_000 + (row!.transfers as number));
    expect(isFigure(row!.keyIndexBytesPerTransfer)).toBe(true);
  });

  it('draws how a soak went', async () => {
    const picture = join(folder, 'soak.svg');
    const { child, code, err } = await run(
      ...['--only', 'soak', '--rate', '400', '--seconds', '5', '--picture', picture],
      ...['--json', json],
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [row] = (await figures()).rows;
    expect(row!.transfers as number).toBeGreaterThan(0);
    expect(row!.transfers as number).toBeLessThanOrEqual(2_000);
    const svg = await readFile(picture, 'utf8');
    for (const service of ['ingestion', 'scoring', 'case-referral']) expect(svg).toContain(service);
    expect(await foldersOf(child)).toEqual([]);
  });

  it('shows the last words of a scoring that fails, and leaves nothing behind', async () => {
    const { child, said, ended } = startWith({ SCORING_BATCH_MAX: '0' }, ...SNAPSHOT_ROW);
    expect(await ended).toBe(69);
    expect(said.err).toContain('scoring ended with 78; its last words:\n');
    expect(said.err).toContain('SCORING_BATCH_MAX');
    expect(existsSync(json)).toBe(false);
    expect(await foldersOf(child)).toEqual([]);
  });

  it('stops on SIGTERM while scoring runs, and leaves neither it nor anything else', async () => {
    const { child, ended } = start(...SNAPSHOT_ROW);
    let scoring: number | null = null;
    while (scoring === null && child.exitCode === null) {
      await sleep(50);
      scoring = scoringOf(child.pid!);
    }
    child.kill('SIGTERM');
    expect(await ended).toBe(69);
    expect(scoring).not.toBeNull();
    expect(() => process.kill(scoring!, 0)).toThrow('ESRCH');
    expect(await foldersOf(child)).toEqual([]);
  });

  it('stops on SIGTERM in the middle of a rebuild, and leaves nothing behind', async () => {
    const { child, said, ended } = start('--only', 'rebuild', '--json', json);
    const storing = new Promise<void>((resolve) => {
      child.stdout.on('data', () => {
        if (said.out.includes('storing the feed')) resolve();
      });
    });
    await storing;
    child.kill('SIGTERM');
    expect(await ended).toBe(69);
    expect(said.err).toContain('stopped before there were figures');
    // No file, nor what was tried beside it.
    expect(await readdir(folder)).toEqual([]);
    expect(await foldersOf(child)).toEqual([]);
  });

  it('ends a row after the seconds it is given', async () => {
    const { code } = await run(
      ...['--only', 'engine', '--rows', 'power law, flow engine', '--seconds', '1', '--json', json],
    );
    expect(code).toBe(0);
    const [row] = (await figures()).rows;
    expect(row!.transfers as number).toBeLessThan(10_000_000);
    expect(row!.seconds as number).toBeGreaterThanOrEqual(1);
  });

  it.each([
    [
      ['--only', 'bus'],
      'engine, rebuild, ingest, whole-way, audit, growth, soak, overload, screening',
    ],
    [['--only', 'engine', '--rows', 'no such row'], '--rows'],
    [['--seconds', '0'], '--seconds must be a whole number from 1'],
    [['--transfers', '999'], '--transfers must be a whole number from 1000'],
    [['--wallets', '999'], '--wallets must be a whole number from 1000 to 2000000'],
    [['--rate', '0'], '--rate must be a whole number from 1'],
    [['--picture', 'x.svg'], '--only soak'],
    [['--fast'], "Unknown option '--fast'"],
  ])('refuses %j with 78', async (args, message) => {
    const { code, err } = await run(...args);
    expect(code).toBe(78);
    expect(err).toContain(message);
  });

  it('refuses a file that it could not write before anything is measured', async () => {
    const { code, out, err } = await run('--only', 'engine', '--json', join(folder, 'none', 'x'));
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toMatch(/^--json names a file in .*none, which is not there: make it\n$/);
  });

  /** The pid of the scoring that a process has started; null while there is none. */
  function scoringOf(parent: number): number | null {
    const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args=']).toString();
    const line = table
      .split('\n')
      .map((text) => text.trim().split(/\s+/))
      .find(([, ppid, ...args]) => ppid === String(parent) && args.join(' ').includes('scoring'));
    return line === undefined ? null : Number(line[0]);
  }

  /** Of this run alone: others may be under way on the machine. */
  const foldersOf = async ({ pid }: ChildProcess): Promise<string[]> =>
    (await readdir(tmpdir())).filter((name) => name.startsWith(`layerwatch-bench-${String(pid)}-`));
});
