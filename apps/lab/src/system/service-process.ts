import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVICE_NODE_FLAGS } from '#contracts';
import { AppError } from '#domain';
import { serviceEnvironment, type ServiceName } from './service-environment.config';

/** All compiled, from dist/apps/lab/src/system. A process is started, nothing of it is imported. */
const APPS = join(__dirname, '..', '..', '..');
/** Scoring answers nothing while it loads a snapshot: longer than any may take. */
const ANSWER_MAX_MS = 600_000;
const READY_MAX_MS = 60_000;
const READY_POLL_MS = 25;
/** Longer than it may take by itself: then it ends itself, and with another code. */
const STOP_MAX_MS = 60_000;
const TAIL_CHARACTERS = 16_384;
const TAIL_LINES = 12;

/** A service, built, as a process of its own. */
export class ServiceProcess {
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private tail = '';
  private ending: string | null = null;

  /**
   * @param settings of its environment, beside its port
   * @param nodeFlags beside those that every service has
   */
  constructor(
    readonly name: ServiceName,
    private readonly port: number,
    settings: Readonly<Record<string, string>>,
    private readonly stop: AbortSignal,
    nodeFlags: readonly string[] = [],
  ) {
    // By the channel it notices the end of this process, even by kill -9, and ends too.
    this.child = fork(join(APPS, name, 'src', 'main.js'), [], {
      env: serviceEnvironment(name, port, settings),
      execArgv: [...SERVICE_NODE_FLAGS, ...nodeFlags],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const keep = (chunk: Buffer): void => {
      this.tail = (this.tail + chunk.toString()).slice(-TAIL_CHARACTERS);
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
    this.child.once('error', ({ message }) => (this.ending ??= `did not start: ${message}`));
    // Not 'exit': what it said last may still be on its way.
    this.closed = once(this.child, 'close').then(([code, signal]) => {
      this.ending ??= `ended with ${String(code ?? signal)}`;
    });
    this.closed.catch(() => undefined);
  }

  /**
   * Gives a service to some work. Whatever comes of that, the process is gone afterwards.
   *
   * @param stop ends it at once
   * @throws AppError UNAVAILABLE with its last words, where it ended by itself or stopped otherwise than cleanly
   */
  static async with<T>(
    name: ServiceName,
    settings: Readonly<Record<string, string>>,
    stop: AbortSignal,
    work: (service: ServiceProcess) => Promise<T>,
  ): Promise<T> {
    const [port] = await freePorts(1);
    stop.throwIfAborted();
    const service = new ServiceProcess(name, port!, settings, stop);
    const kill = (): void => {
      service.signal('SIGKILL');
    };
    stop.addEventListener('abort', kill, { once: true });
    try {
      const result = await work(service);
      await service.stopCleanly();
      return result;
    } finally {
      stop.removeEventListener('abort', kill);
      await service.kill();
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How it ended; null while it lives. */
  get ended(): string | null {
    return this.ending;
  }

  /** Waits until it says that it is ready. */
  async ready(): Promise<void> {
    const waiting = { pollMs: READY_POLL_MS, quietMaxMs: READY_MAX_MS };
    await this.until('it to be ready', waiting, async () =>
      (await this.ask('/health/ready')) === null ? 0 : true,
    );
  }

  /** @returns null while it does not answer, or with an error */
  async ask(path: string): Promise<string | null> {
    try {
      // No signal of the whole run: its end kills the process, and that ends the question.
      const signal = AbortSignal.timeout(ANSWER_MAX_MS);
      const response = await fetch(`${this.url}${path}`, { signal });
      const text = await response.text();
      return response.ok ? text : null;
    } catch {
      return null;
    }
  }

  /** @param label a part of the series’ labels, such as `outcome="written"` @returns 0 where nothing was counted */
  async metric(name: string, label = ''): Promise<number> {
    const lines = (await this.ask('/metrics'))?.split('\n') ?? [];
    const line = lines.find((text) => /^\w+/.exec(text)?.[0] === name && text.includes(label));
    return Number(line?.split(' ').at(-1) ?? 0);
  }

  /**
   * Asks again and again until something is so.
   *
   * @param quietMaxMs gives up where `done` has told of nothing new for so long
   * @param done true where it is so; else how far it is
   * @throws AppError UNAVAILABLE with its last words
   */
  async until(
    what: string,
    { pollMs, quietMaxMs }: { readonly pollMs: number; readonly quietMaxMs: number },
    done: () => Promise<true | number>,
  ): Promise<void> {
    let reached = Number.NaN;
    let movedAtMs = performance.now();
    for (;;) {
      this.stop.throwIfAborted();
      if (this.ending !== null) throw this.failed(this.ending);
      const told = await done();
      if (told === true) return;
      if (!Object.is(told, reached)) {
        reached = told;
        movedAtMs = performance.now();
      }
      if (performance.now() - movedAtMs > quietMaxMs) throw this.failed(`waits in vain: ${what}`);
      await sleep(pollMs);
    }
  }

  /** What it said last goes with it: the logs of a measured process are nowhere else. */
  failed(how: string): AppError {
    const lines = this.tail.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
    return new AppError('UNAVAILABLE', `${this.name} ${how}; its last words:\n${lines}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it as a crash would, and waits for that. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.closed.catch(() => undefined);
  }

  async stopCleanly(): Promise<void> {
    this.signal('SIGTERM');
    const limit = new AbortController();
    const ended = await Promise.race([
      this.closed.then(() => true),
      sleep(STOP_MAX_MS, false, { signal: limit.signal }),
    ]);
    limit.abort();
    if (!ended) throw this.failed('does not end');
    if (this.child.exitCode !== 0) throw this.failed(this.ending ?? 'ended');
  }
}

/** Ports nobody listens on, all asked for before any is given back, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve);
      });
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
