import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgresOptions } from './embedded-postgres';
import {
  BUILT,
  canRunBuilt,
  type LauncherAnswer,
  type LauncherProcess,
  launchInProcess,
} from './launcher-process';
import { packagedFolder } from './locate-binaries';
import { type RunAs } from './run-program';
import { isRoot, unprivilegedId } from './unprivileged-id';

const SHARED_PLACE = '/var/lib/layerwatch';

let folder: string;
const launchers: LauncherProcess[] = [];
const outside: string[] = [];
const mounts: string[] = [];
const readOnly: string[] = [];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'layerwatch-places-')));
  chmodSync(folder, 0o711);
});

afterEach(async () => {
  await stopAll();
  for (const mount of mounts.splice(0)) execFileSync('umount', [mount]);
  for (const path of readOnly.splice(0)) chmodSync(path, 0o755);
  for (const place of outside.splice(0)) {
    expect(place).toMatch(/^\/var\/(lib\/layerwatch\/|tmp\/layerwatch-)[0-9a-f]{16}$/);
    rmSync(place, { recursive: true, force: true });
  }
  // Of other data folders there may be more.
  const isOurs = isRoot() && existsSync(SHARED_PLACE);
  if (isOurs && readdirSync(SHARED_PLACE).length === 0) rmdirSync(SHARED_PLACE);
  rmSync(folder, { recursive: true, force: true });
});

/** A test that cannot run here is skipped in a line nobody overlooks. */
function where(condition: boolean, otherwise: string): jest.It {
  if (condition) return it;
  process.stderr.write(`SKIPPED in ${__filename.split('/').at(-1) ?? ''}: ${otherwise}\n`);
  return it.skip;
}

interface Launch {
  readonly options?: Partial<EmbeddedPostgresOptions>;
  readonly runAs?: RunAs | null;
  readonly built?: string;
}

async function launch(
  dataFolder: string,
  { options = {}, runAs = null, built = BUILT }: Launch = {},
): Promise<LauncherAnswer> {
  const launcher = await launchInProcess({ ...options, dataFolder }, { runAs, built, cwd: '/' });
  launchers.push(launcher);
  return launcher.answer;
}

async function started(
  dataFolder: string,
  how: Launch = {},
): Promise<Extract<LauncherAnswer, { pid: number }>> {
  const answer = await launch(dataFolder, how);
  if (!('pid' in answer)) throw new Error(`it did not start: ${answer.message}`);
  if (!answer.folder.startsWith(dataFolder)) outside.push(answer.folder);
  return answer;
}

const stopAll = async (): Promise<void> => {
  for (const launcher of launchers.splice(0)) await launcher.stop();
};

const refused = (message: RegExp): object => ({
  name: 'AppError',
  code: 'UNAVAILABLE',
  message: expect.stringMatching(message) as string,
});

async function scalar({ databaseUrl }: { databaseUrl: string }, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

function makeReadOnly(path: string): void {
  chmodSync(path, 0o555);
  readOnly.push(path);
}

/** Where a data folder's database goes that the server's user cannot reach. */
const placeOutside = (dataFolder: string): string =>
  join(SHARED_PLACE, createHash('sha256').update(dataFolder).digest('hex').slice(0, 16));

/** The packaged programs as npm leaves them without install scripts: no links. */
function withoutLinks(target: string): string {
  cpSync(packagedFolder(), target, {
    recursive: true,
    filter: (from) => !lstatSync(from).isSymbolicLink(),
  });
  expect(existsSync(join(target, 'lib', 'libpq.so.5'))).toBe(false);
  return target;
}

/** A folder that only root can search, as its home is. */
function privateHome(): string {
  const home = join(folder, 'private home');
  mkdirSync(home, { mode: 0o700 });
  return home;
}

const rootOnly = where(isRoot(), 'these tests are for root, and this is an ordinary user');
const linuxOnly = where(
  process.platform === 'linux',
  'the links of the package are those of Linux',
);

describe('as root', () => {
  rootOnly(
    'under a private home, data go outside, the notice says where, and the next start finds them',
    async () => {
      const dataFolder = join(privateHome(), '.layerwatch');
      const first = await started(dataFolder);
      expect(first.folder).not.toContain(folder);
      expect(first.notice).toContain(first.folder);
      expect(statSync(`/proc/${String(first.pid)}`).uid).not.toBe(0);
      await scalar(first, 'create table kept as select 9 as value');
      await stopAll();
      // Its home opened to all: the data are still where they were.
      chmodSync(dirname(dataFolder), 0o755);
      const second = await started(dataFolder);
      expect(second.folder).toBe(first.folder);
      expect(await scalar(second, 'select value from kept')).toBe(9);
    },
  );

  rootOnly('programs under a private home are copied to where the data are', async () => {
    const nativeFolder = withoutLinks(join(privateHome(), 'native'));
    const dataFolder = join(folder, 'data');
    const server = await started(dataFolder, { options: { nativeFolder } });
    expect(server.folder).toBe(join(dataFolder, 'postgres'));
    expect(server.notice).toContain(`copied to ${server.folder}`);
    expect(readdirSync(server.folder).filter((name) => name.startsWith('binaries-'))).toHaveLength(
      1,
    );
  });

  rootOnly('a place outside that another user has made first is not used', async () => {
    const dataFolder = join(privateHome(), '.layerwatch');
    const laid = placeOutside(dataFolder);
    mkdirSync(laid, { recursive: true });
    outside.push(laid);
    chmodSync(dirname(laid), 0o711);
    const other = await unprivilegedId();
    chownSync(laid, other.uid, other.gid);
    const server = await started(dataFolder);
    expect(server.folder).toMatch(/^\/var\/tmp\/layerwatch-/);
    expect(readdirSync(laid)).toEqual([]);
  });

  rootOnly(
    'a database of root is refused to an ordinary user, who is told whose it is',
    async () => {
      const runAs = { ...(await unprivilegedId()), uid: 65_533, gid: 65_533 };
      if (!canRunBuilt(runAs)) return process.stderr.write('SKIPPED: dist is private\n');
      const dataFolder = join(folder, 'data');
      await started(dataFolder);
      await stopAll();
      expect(await launch(dataFolder, { runAs })).toEqual(
        refused(/cannot be used.*no permission.*LAYERWATCH_DATA/),
      );
      chmodSync(dataFolder, 0o777);
      expect(await launch(dataFolder, { runAs })).toEqual(
        refused(/belongs to another user \(uid \d+\)/),
      );
      return undefined;
    },
  );

  rootOnly('a database of an ordinary user is run as that user, and stays theirs', async () => {
    const runAs = await unprivilegedId();
    if (!canRunBuilt(runAs)) return process.stderr.write('SKIPPED: dist is private\n');
    const home = join(folder, 'home');
    mkdirSync(home);
    chownSync(home, runAs.uid, runAs.gid);
    const dataFolder = join(home, 'data');
    await scalar(await started(dataFolder, { runAs }), 'create table kept as select 3 as value');
    await stopAll();
    // The user's folder is private; root's server is the user's, and can reach it.
    expect(statSync(dataFolder).mode & 0o777).toBe(0o700);
    const asRoot = await started(dataFolder);
    expect(statSync(`/proc/${String(asRoot.pid)}`).uid).toBe(runAs.uid);
    await stopAll();
    expect(await scalar(await started(dataFolder, { runAs }), 'select value from kept')).toBe(3);
    return undefined;
  });
});

describe('as an ordinary user', () => {
  let user: RunAs | null;
  let reaches = true;

  beforeAll(async () => {
    user = isRoot() ? await unprivilegedId() : null;
    reaches = user === null || canRunBuilt(user);
    if (!reaches) process.stderr.write('SKIPPED: an ordinary user cannot reach this checkout\n');
  });

  beforeEach(() => {
    if (user !== null) chownSync(folder, user.uid, user.gid);
  });

  it('the server is the user’s own, and so are all its files', async () => {
    if (!reaches) return;
    const dataFolder = join(folder, 'data');
    const server = await started(dataFolder, { runAs: user });
    expect(await scalar(server, 'select 1')).toBe(1);
    const uid = user?.uid ?? process.getuid?.();
    for (const name of readdirSync(dataFolder))
      expect(statSync(join(dataFolder, name)).uid).toBe(uid);
  });

  it('a folder that cannot be written to is refused', async () => {
    if (!reaches) return;
    chmodSync(folder, 0o500);
    expect(await launch(join(folder, 'data'), { runAs: user })).toEqual(
      refused(/cannot be used: this user has no permission there; set LAYERWATCH_DATA/),
    );
    chmodSync(folder, 0o711);
  });

  rootOnly('a user that is a bare number is told what PostgreSQL asks for', async () => {
    const runAs = { uid: 54_321, gid: 54_321, name: 'nobody known' };
    if (!canRunBuilt(runAs)) return;
    chownSync(folder, runAs.uid, runAs.gid);
    expect(await launch(join(folder, 'data'), { runAs })).toEqual(
      refused(/no entry in \/etc\/passwd.*DATABASE_URL/),
    );
  });

  linuxOnly('install scripts were off, and node_modules cannot be written to', async () => {
    if (!reaches) return;
    const nativeFolder = withoutLinks(join(folder, 'native'));
    makeReadOnly(join(nativeFolder, 'lib'));
    makeReadOnly(nativeFolder);
    const server = await started(join(folder, 'data'), { runAs: user, options: { nativeFolder } });
    expect(await scalar(server, 'select 1')).toBe(1);
    expect(server.notice).toContain('cannot be written to');
    expect(existsSync(join(nativeFolder, 'lib', 'libpq.so.5'))).toBe(false);
  });
});

describe('the programs', () => {
  linuxOnly('lack their links where install scripts were off: they are made', async () => {
    const nativeFolder = withoutLinks(join(folder, 'native'));
    chmodSync(join(nativeFolder, 'bin', 'postgres'), 0o644);
    const server = await started(join(folder, 'data'), { options: { nativeFolder } });
    expect(await scalar(server, 'select 1')).toBe(1);
    expect(server.notice).toBeNull();
    expect(lstatSync(join(nativeFolder, 'lib', 'libpq.so.5')).isSymbolicLink()).toBe(true);
  });

  it('that are not there at all name the platform and the remedy', async () => {
    const bare = join(folder, 'bare');
    cpSync(join(BUILT, '..', '..', '..'), join(bare, 'libs'), { recursive: true });
    writeFileSync(
      join(bare, 'package.json'),
      JSON.stringify({ imports: { '#domain': './libs/domain/src/index.js' } }),
    );
    const built = join(bare, 'libs', 'embedded-postgres', 'src', 'index.js');
    expect(await launch(join(folder, 'data'), { built })).toEqual(
      refused(
        new RegExp(
          `no embedded PostgreSQL for \\w+-${process.arch}.*--omit=optional.*DATABASE_URL`,
        ),
      ),
    );
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('that are there in part say so', async () => {
    const nativeFolder = join(folder, 'native');
    mkdirSync(join(nativeFolder, 'bin'), { recursive: true });
    expect(await launch(join(folder, 'data'), { options: { nativeFolder } })).toEqual(
      refused(/is not complete; run npm ci again/),
    );
  });

  it('that need a loader this system does not have say so', async () => {
    const nativeFolder = join(folder, 'native');
    mkdirSync(join(nativeFolder, 'bin'), { recursive: true });
    for (const program of ['postgres', 'initdb', 'pg_ctl']) {
      writeFileSync(join(nativeFolder, 'bin', program), '#!/no/such/loader\n', { mode: 0o755 });
    }
    expect(await launch(join(folder, 'data'), { options: { nativeFolder } })).toEqual(
      refused(/no glibc.*DATABASE_URL/),
    );
    // What is wrong everywhere is not tried elsewhere.
    expect(existsSync(placeOutside(join(folder, 'data')))).toBe(false);
  });
});

describe('a full disk', () => {
  const mounted = where(canMount(), 'no small disk can be mounted here to be filled');

  function smallDisk(size: string): string {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0711`, 'tmpfs', disk]);
    mounts.push(disk);
    return disk;
  }

  mounted(
    'while the database is made: said in one line, and nothing half-made is left',
    async () => {
      const disk = smallDisk('20m');
      expect(await launch(join(disk, 'data'))).toEqual(
        refused(/^the disk that holds .* is full; free some space/),
      );
      // Of a checkout in a private home the programs are copied there too, and then the place itself is undone.
      const place = join(disk, 'data', 'postgres');
      expect(existsSync(place) ? readdirSync(place) : []).toEqual([]);
      execFileSync('mount', ['-o', 'remount,size=200m', disk]);
      await started(join(disk, 'data'));
    },
  );

  mounted('at a later start: said in one line; with space again, everything is there', async () => {
    const disk = smallDisk('120m');
    await scalar(await started(join(disk, 'data')), 'create table kept as select 8 as value');
    await stopAll();
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize));
    expect(await launch(join(disk, 'data'))).toEqual(
      refused(/^the disk that holds .* is full; free some space/),
    );
    rmSync(join(disk, 'filler'));
    expect(await scalar(await started(join(disk, 'data')), 'select value from kept')).toBe(8);
  });
});

/** Root in a container often may not. */
function canMount(): boolean {
  if (!isRoot()) return false;
  const probe = mkdtempSync(join(tmpdir(), 'layerwatch-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
