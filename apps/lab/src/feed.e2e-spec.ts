import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ContractServer } from './feed/contract-server-spec';

const MAIN = join(__dirname, '../../../dist/apps/lab/src/main.js');
const HEADER = 'transferId,occurredAt,type,debtorWalletId,creditorWalletId,amount,currency';
const ROWS = 6_000;

interface Message {
  readonly type: string;
  readonly rows?: number;
  readonly accepted?: number;
  readonly duplicates?: number;
  readonly message?: string;
}

describe('lab feed, as a process', () => {
  let server: ContractServer;
  let folder: string;
  let feedFile: string;
  let environment: NodeJS.ProcessEnv;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    server = new ContractServer();
    const url = await server.listen();
    folder = await mkdtemp(join(tmpdir(), 'layerwatch feed-'));
    environment = {
      ...process.env,
      LAYERWATCH_DATA: folder,
      INGESTION_URL: url,
      CASE_REFERRAL_URL: url,
      PROVIDER_KEY: server.key,
      STAFF_KEY: server.key,
    };
    feedFile = join(folder, 'feed.csv');
    const lines = Array.from({ length: ROWS }, (_, n) => {
      const at = new Date(Date.UTC(2026, 0, 1) + n * 1_000).toISOString();
      return `t${n},${at},P2P,W${n},V${n % 9},5.00,PKR`;
    });
    await writeFile(feedFile, `${HEADER}\n${lines.join('\n')}\n`);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    await server.close();
    await rm(folder, { recursive: true });
  });

  /** As the standalone app does it. */
  function forked(...args: string[]) {
    const child = fork(MAIN, ['feed', ...args], { env: environment, silent: true });
    children.push(child);
    const messages: Message[] = [];
    let printed = '';
    child.on('message', (message) => messages.push(message as Message));
    child.stdout?.on('data', (text) => (printed += String(text)));
    child.stderr?.on('data', (text) => (printed += String(text)));
    const ended = once(child, 'close').then(([code]) => code as number | null);
    return { child, messages, ended, printed: () => printed };
  }

  async function run(args: string[], extra: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [MAIN, ...args], { env: { ...environment, ...extra } });
    children.push(child);
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (err += String(text)));
    const [code] = (await once(child, 'close')) as [number];
    return { code, out, err };
  }

  it('sends messages to the process that forked it, and prints nothing', async () => {
    const { messages, ended, printed } = forked('--file', feedFile);
    expect(await ended).toBe(0);
    expect(printed()).toBe('');
    expect(messages[messages.length - 1]).toMatchObject({
      type: 'done',
      accepted: ROWS,
      duplicates: 0,
      rejected: 0,
      problems: [],
    });
    const progress = messages.filter(({ type }) => type === 'progress');
    expect(progress[progress.length - 1]).toMatchObject({
      rows: ROWS,
      rowsTotal: ROWS,
      feedClock: '2026-01-01T01:39:59.000Z',
    });
  });

  it('loses nothing and doubles nothing when it is killed in the middle of a batch', async () => {
    let killed = (): void => undefined;
    server.onBatch = () => {
      if (server.batches.length === 3) killed();
    };
    const first = forked('--file', feedFile);
    killed = () => first.child.kill('SIGKILL');
    await first.ended;
    expect(server.stored.size).toBe(3_000);
    const second = forked('--file', feedFile);
    expect(await second.ended).toBe(0);
    expect([...server.stored.keys()]).toEqual(Array.from({ length: ROWS }, (_, n) => `t${n}`));
    const { accepted, duplicates } = second.messages[second.messages.length - 1]!;
    expect(accepted! + duplicates!).toBe(ROWS);
  });

  it('finishes the batch in flight on SIGTERM, ends with 0, and goes on from there', async () => {
    const first = forked('--file', feedFile);
    server.onBatch = async () => {
      if (server.batches.length !== 2) return;
      first.child.kill('SIGTERM');
      await sleep(200);
    };
    expect(await first.ended).toBe(0);
    expect(server.stored.size).toBe(2_000);
    expect(first.messages.some(({ type }) => type === 'done')).toBe(false);
    const second = forked('--file', feedFile);
    expect(await second.ended).toBe(0);
    expect(second.messages[second.messages.length - 1]).toMatchObject({
      accepted: ROWS,
      duplicates: 0,
    });
  });

  it('ends when the process that forked it is gone', async () => {
    const { child } = forked('--file', feedFile, '--rate', '100');
    await once(child, 'message');
    // Not its 'close', which Node leaves out once the parent has disconnected.
    const exited = once(child, 'exit');
    child.disconnect();
    expect(await exited).toEqual([0, null]);
    expect(server.stored.size).toBeLessThan(ROWS);
  });

  it('prints a line each tenth and the counts where nobody forked it', async () => {
    const { code, out, err } = await run(['feed', '--file', feedFile]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines[lines.length - 2]).toContain('100 %  6,000 of 6,000');
    expect(lines[lines.length - 1]).toMatch(
      /^accepted 6,000 · duplicates 0 · rejected 0 · [\d.]+ s/,
    );
    const again = await run(['feed', '--file', feedFile]);
    expect(again.out).toContain('an earlier run has sent 6,000 rows');
    expect(again.out).toContain('accepted 6,000 · duplicates 0');
    expect(server.batches.slice(-1)).toEqual([1]);
    await run(['feed', '--file', feedFile, '--again']);
    expect(server.batches.slice(-6)).toEqual(Array<number>(6).fill(1_000));
  });

  it.each([
    [['feed', '--fast'], 78, "Unknown option '--fast'"],
    [['feed', '--file', 'none.csv'], 78, '--file: there is no such file'],
    [['feed'], 78, '--file must name a feed'],
    [['feed', '--demo', '--seed', '-1'], 78, '--seed'],
    [['feed', '--demo', '--file', 'x'], 78, '--demo brings its own file'],
    [['feed', '--demo', '--rate', '1.5'], 78, '--rate must be a whole number'],
    [['simulate'], 78, '--out must name a folder'],
    [['simulate', '--out', 'x', '--wallets', '10'], 78, '--wallets must be a whole number'],
    [['whatever'], 78, 'name a command'],
  ])('refuses %j with %i and one line', async (args, code, message) => {
    const ended = await run(args);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(message);
    expect(ended.err.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 69 where nothing runs, and tells the parent why', async () => {
    environment = { ...environment, INGESTION_URL: '' };
    const { messages, ended } = forked('--file', feedFile);
    expect(await ended).toBe(69);
    expect(messages).toEqual([
      { type: 'failed', message: expect.stringContaining('npm start') as string },
    ]);
  });

  it('ends with 78 and never prints the value where the environment is wrong', async () => {
    const { code, err } = await run(['feed', '--file', feedFile], { PROVIDER_KEY: 'with space' });
    expect(code).toBe(78);
    expect(err).toContain('PROVIDER_KEY');
    expect(err).not.toContain('with space');
  });
});
