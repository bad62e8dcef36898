import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#domain';
import { scoringEnvironment, type ScoringSettings } from './scoring-process.config';

/** What `/v1/progress` answers, as far as it matters here. */
export interface ScoringProgress {
  readonly state: string;
  readonly position: number;
  readonly head: number;
}

/** Both compiled, from dist/apps/lab/src/bench. A process is started, nothing of it is imported. */
const SCORING = join(__dirname, '..', '..', '..', 'scoring', 'src', 'main.js');
/** It answers nothing while it loads a snapshot: longer than any may take. */
const ANSWER_MAX_MS = 600_000;
/** Longer than it may take by itself: then it ends itself, and with another code. */
const STOP_MAX_MS = 60_000;
const TAIL_CHARACTERS = 16_384;
const TAIL_LINES = 12;

/** The scoring service, built, as a process of its own. */
export class ScoringProcess {
  private readonly child: ChildProcess;
  private readonly closed: Promise<unknown>;
  private tail = '';
  private ending: string | null = null;

  private constructor(
    settings: ScoringSettings,
    private readonly port: number,
    private readonly stop: AbortSignal,
  ) {
    // By the channel it notices the end of this process, even by kill -9, and ends too.
    this.child = fork(SCORING, [], {
      env: scoringEnvironment(settings, port),
      execArgv: [],
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
   * Gives a scoring to some work. Whatever comes of that, the process is gone afterwards.
   *
   * @param stop ends it at once
   * @throws AppError UNAVAILABLE with its last words, where it ended by itself or stopped otherwise than cleanly
   */
  static async with<T>(
    settings: ScoringSettings,
    stop: AbortSignal,
    work: (scoring: ScoringProcess) => Promise<T>,
  ): Promise<T> {
    const port = await freePort();
    stop.throwIfAborted();
    const scoring = new ScoringProcess(settings, port, stop);
    const kill = (): void => void scoring.child.kill('SIGKILL');
    stop.addEventListener('abort', kill, { once: true });
    try {
      const result = await work(scoring);
      await scoring.stopCleanly();
      return result;
    } finally {
      stop.removeEventListener('abort', kill);
      kill();
      await scoring.closed.catch(() => undefined);
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @returns null while it does not answer */
  async progress(): Promise<ScoringProgress | null> {
    const response = await this.ask('/v1/progress');
    return response === null ? null : (JSON.parse(response) as ScoringProgress);
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
    return new AppError('UNAVAILABLE', `scoring ${how}; its last words:\n${lines}`);
  }

  private async stopCleanly(): Promise<void> {
    this.child.kill('SIGTERM');
    const limit = new AbortController();
    const ended = await Promise.race([
      this.closed.then(() => true),
      sleep(STOP_MAX_MS, false, { signal: limit.signal }),
    ]);
    limit.abort();
    if (!ended) throw this.failed('does not end');
    if (this.child.exitCode !== 0) throw this.failed(this.ending ?? 'ended');
  }

  private async ask(path: string): Promise<string | null> {
    try {
      // No signal of the whole run: its end kills the process, and that ends the question.
      const signal = AbortSignal.timeout(ANSWER_MAX_MS);
      const response = await fetch(`http://127.0.0.1:${this.port}${path}`, { signal });
      const text = await response.text();
      return response.ok ? text : null;
    } catch {
      return null;
    }
  }
}

/** A port nobody listens on, a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
