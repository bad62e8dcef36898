import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AppError } from '#domain';
import { reasonIn } from './forked-program';
import { LogFile } from './log-file';
import { Supervisor } from './supervisor';

const WAIT_MAX_MS = 10_000;

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + WAIT_MAX_MS;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error('it did not happen');
    await sleep(10);
  }
}

describe('the supervisor', () => {
  let folder: string;
  let supervisor: Supervisor | null = null;
  const notices: string[] = [];
  const failures: AppError[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'layerwatch supervisor '));
    notices.length = 0;
    failures.length = 0;
  });
  afterEach(async () => {
    supervisor?.kill();
    await supervisor?.stop();
    rmSync(folder, { recursive: true });
  });

  const startsFile = (): string => join(folder, 'starts');
  const starts = (): number => {
    try {
      return readFileSync(startsFile(), 'utf8').length;
    } catch {
      return 0;
    }
  };

  /** Supervises a program that notes each start, and then does what the text says. */
  function supervise(program: string, background = false): Supervisor {
    const script = join(folder, 'program.js');
    const note = `require('node:fs').appendFileSync(process.argv[2], '.');`;
    writeFileSync(script, `${note}\n${program}`);
    const log = new LogFile(join(folder, 'program.log'));
    const environment = { PATH: process.env.PATH };
    const plan = { name: 'scoring', script, args: [startsFile()], environment, log, background };
    const made = new Supervisor(
      [plan],
      { notice: (line) => notices.push(line), givenUp: (error) => failures.push(error) },
      { restartsMax: 3, windowMs: 60_000, pauseFirstMs: 20, pauseMaxMs: 40 },
    );
    supervisor = made;
    made.start();
    return made;
  }

  const STAYS = `process.on('disconnect', () => process.exit(0)); setInterval(() => {}, 1000);`;

  it('starts a killed service again, and says so once', async () => {
    const made = supervise(
      `${STAYS} require('node:fs').writeFileSync(process.argv[2] + '.pid', String(process.pid));`,
    );
    // 0 until the program has written it.
    const pid = (): number =>
      Number(existsSync(`${startsFile()}.pid`) && readFileSync(`${startsFile()}.pid`, 'utf8'));
    await until(() => starts() === 1);
    made.markStarted();
    await until(() => pid() > 0);
    process.kill(pid(), 'SIGKILL');
    await until(() => starts() === 2);
    expect(notices).toEqual(['scoring ended (signal SIGKILL); started again']);
    await made.stop();
    expect(starts()).toBe(2);
    expect(notices).toHaveLength(1);
    expect(failures).toEqual([]);
  });

  it('takes an end before the first readiness for the end of the start, with its reason', async () => {
    supervise(`console.error('cannot start: no such thing'); process.exit(78);`);
    await until(() => failures.length === 1);
    expect(starts()).toBe(1);
    expect(failures[0]).toMatchObject({ code: 'INVALID_INPUT' });
    expect(failures[0]!.message).toContain('scoring did not start: no such thing (its log: ');
    expect(readFileSync(join(folder, 'program.log'), 'utf8')).toContain('cannot start');
  });

  it('gives up on a service that ends again and again', async () => {
    const made = supervise('process.exit(3);');
    made.markStarted();
    await until(() => failures.length === 1);
    expect(starts()).toBe(4);
    expect(failures[0]!.message).toContain('ended 4 times within 60 s, last with exit code 3');
    expect(failures[0]!.message).toContain('program.log');
  });

  it('starts what works in the background once all others are ready, and does without it', async () => {
    const made = supervise('process.exit(3);', true);
    await sleep(300);
    expect(starts()).toBe(0);
    made.markStarted();
    await until(() => notices.some((line) => line.includes('ended 4 times within 60 s')));
    expect(starts()).toBe(4);
    expect(failures).toEqual([]);
  });

  it('ends by force what does not end when told to', async () => {
    const made = supervise(`process.on('SIGTERM', () => {}); ${STAYS}`);
    made.markStarted();
    await until(() => starts() === 1);
    made.kill();
    await made.stop();
    expect(failures).toEqual([]);
    expect(notices).toEqual([]);
  });
});

describe('the reason of an end', () => {
  it('is what the program said itself, else its uncaught error', () => {
    expect(reasonIn('warning\ncannot start: port 1 is taken\nstack\n')).toBe('port 1 is taken');
    expect(
      reasonIn("x.js:1\nthrow\n\nError: Cannot find module 'y'\n    at z\n\nNode.js v20"),
    ).toBe("Error: Cannot find module 'y'");
    expect(reasonIn('TypeError [ERR_X]: no')).toBe('TypeError [ERR_X]: no');
    expect(reasonIn('nothing of note')).toBeNull();
  });
});
