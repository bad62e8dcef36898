import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { launchInProcess, type LauncherProcess } from './launcher-process';
import { identityOf } from './process-identity';

let folder: string;
const launchers: LauncherProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layerwatch-rivals-'));
  chmodSync(folder, 0o711);
});

afterEach(async () => {
  for (const launcher of launchers.splice(0)) await launcher.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function launch(): Promise<LauncherProcess> {
  const launcher = await launchInProcess({ dataFolder: folder });
  launchers.push(launcher);
  return launcher;
}

function serving({ answer }: LauncherProcess): { databaseUrl: string; pid: number } {
  if (!('databaseUrl' in answer)) throw new Error(`it did not start: ${answer.message}`);
  return answer;
}

async function kill(launcher: LauncherProcess): Promise<void> {
  const ended = once(launcher.process, 'exit');
  launcher.process.kill('SIGKILL');
  await ended;
}

const lives = async (pid: number): Promise<boolean> => (await identityOf(pid)) !== null;

async function scalar(databaseUrl: string, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

describe('two launchers on one data folder', () => {
  it('at the same moment, on a new folder and on one in use before: exactly one wins, the other says who', async () => {
    for (let round = 1; round <= 2; round += 1) {
      const rivals = await Promise.all([launch(), launch(), launch()]);
      const winners = rivals.filter(({ answer }) => 'databaseUrl' in answer);
      expect(winners).toHaveLength(1);
      const pid = String(winners[0]?.process.pid);
      for (const { answer } of rivals.filter((rival) => rival !== winners[0])) {
        expect(answer).toEqual({
          name: 'AppError',
          code: 'UNAVAILABLE',
          message: `another Layerwatch (pid ${pid}) is running on this data folder; stop it or set LAYERWATCH_DATA to another`,
        });
      }
      for (const rival of rivals) await rival.stop();
    }
  });

  it('one after the other was killed: its server goes on, is stopped cleanly, and what it committed is there', async () => {
    const first = await launch();
    const orphan = serving(first);
    await scalar(orphan.databaseUrl, 'create table kept as select 5 as value');
    await kill(first);
    expect(await lives(orphan.pid)).toBe(true);
    const second = serving(await launch());
    expect(await lives(orphan.pid)).toBe(false);
    expect(second.pid).not.toBe(orphan.pid);
    expect(await scalar(second.databaseUrl, 'select value from kept')).toBe(5);
    const log = readFileSync(join(folder, 'postgres', 'server.log'), 'utf8');
    expect(log).not.toContain('was not properly shut down');
  });

  it('one after all of the other was killed at once', async () => {
    const first = await launch();
    const server = serving(first);
    await scalar(server.databaseUrl, 'create table kept as select 6 as value');
    process.kill(server.pid, 'SIGKILL');
    await kill(first);
    const second = serving(await launch());
    expect(await scalar(second.databaseUrl, 'select value from kept')).toBe(6);
  });

  it('one after the other was killed while it made the database', async () => {
    for (const afterMs of [150, 400, 700]) {
      const starting = launchInProcess({ dataFolder: folder });
      starting.catch(() => undefined);
      await sleep(afterMs);
      const pid = holderPid();
      if (pid !== null && (await lives(pid))) process.kill(pid, 'SIGKILL');
      await starting.catch(() => undefined);
    }
    const server = serving(await launch());
    expect(await scalar(server.databaseUrl, 'select 1 as one')).toBe(1);
  });

  it('the file of a dead server whose pid is another program’s by now does not block', async () => {
    const first = await launch();
    serving(first);
    await first.stop();
    // As the server's own user: PostgreSQL takes another user's process for no obstacle, its own for a server.
    const { uid, gid } = statSync(join(folder, 'postgres', 'cluster'));
    const other = spawn('/bin/sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' });
    try {
      const data = join(folder, 'postgres', 'cluster', 'data');
      writeFileSync(
        join(data, 'postmaster.pid'),
        `${String(other.pid)}\n${data}\n1700000000\n5432\n\n127.0.0.1\n\nready   \n`,
      );
      serving(await launch());
      expect(await lives(other.pid!)).toBe(true);
    } finally {
      other.kill('SIGKILL');
    }
  });

  const linuxOnly = process.platform === 'linux' ? it : it.skip;
  linuxOnly(
    'a Ctrl-C to the launcher’s whole process group leaves the server running',
    async () => {
      const launcher = await launch();
      const { pid } = serving(launcher);
      const groupOf = (process_: number): string =>
        readFileSync(`/proc/${String(process_)}/stat`, 'utf8')
          .split(') ')[1]
          ?.split(' ')[2] ?? '';
      expect(groupOf(pid)).toBe(String(pid));
      expect(groupOf(pid)).not.toBe(groupOf(launcher.process.pid!));
    },
  );
});

/** Who holds the folder, as its newest lock says; null before there is one. */
function holderPid(): number | null {
  const locks = readdirSync(folder).filter((name) => /^lock\.\d+$/.test(name));
  const newest = locks.sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)))[0];
  if (newest === undefined) return null;
  return (JSON.parse(readFileSync(join(folder, newest), 'utf8')) as { pid: number }).pid;
}
