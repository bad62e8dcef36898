import { type ChildProcess, fork } from 'node:child_process';
import { SERVICE_NODE_FLAGS } from '#contracts';
import { type LogFile } from './log-file';

/** One of our own programs, as it is to be started. */
export interface ProgramPlan {
  /** As people call it: 'scoring'. */
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Takes whatever it prints. */
  readonly log: LogFile;
  /** Nobody waits for it, and everything else goes on without it. */
  readonly background: boolean;
}

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The line in which it said why, as far as it did. */
  readonly reason: string | null;
}

const STDERR_TAIL_CHARACTERS = 16_384;
const REASON_CHARACTERS_MAX = 300;

/**
 * A running program of ours. It has a channel to this process, by which it notices this one's end, even by kill -9, and
 * ends too.
 */
export class ForkedProgram {
  readonly ended: Promise<Ending>;
  private readonly child: ChildProcess;
  private hasEnded = false;

  constructor(plan: ProgramPlan, onMessage: (message: unknown) => void = () => undefined) {
    let tail = '';
    this.child = fork(plan.script, plan.args, {
      env: plan.environment,
      execArgv: [...SERVICE_NODE_FLAGS],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C reaches every process of the terminal's group, and the order of a clean stop is ours
      // to keep. On Windows it would open a window instead.
      detached: process.platform !== 'win32',
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      plan.log.write(chunk);
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      plan.log.write(chunk);
      tail = (tail + chunk.toString('utf8')).slice(-STDERR_TAIL_CHARACTERS);
    });
    this.child.on('message', onMessage);
    this.ended = new Promise((resolve) => {
      const end = (ending: Ending): void => {
        this.hasEnded = true;
        resolve(ending);
      };
      this.child.once('error', (error) => {
        // A failed message to it is no end of it; a failed start is.
        if (this.child.pid === undefined) end({ code: null, signal: null, reason: error.message });
      });
      // Not 'exit': what it said last may still be on its way.
      this.child.once('close', (code, signal) => {
        end({ code, signal, reason: reasonIn(tail) });
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Asks it to finish what is in hand and end; ends it by force where it takes longer than that. */
  async stop(graceMs: number): Promise<Ending> {
    if (!this.hasEnded) this.child.kill('SIGTERM');
    const limit = setTimeout(() => {
      this.kill();
    }, graceMs);
    const ending = await this.ended;
    clearTimeout(limit);
    return ending;
  }

  kill(): void {
    if (!this.hasEnded) this.child.kill('SIGKILL');
  }
}

const CANNOT_START = 'cannot start: ';

/** Our own last words, else the first line of an error that nobody caught. */
export function reasonIn(stderr: string): string | null {
  const lines = stderr.split('\n').map((line) => line.trimEnd());
  const own = lines.findLast((line) => line.startsWith(CANNOT_START))?.slice(CANNOT_START.length);
  const line = own ?? lines.find((text) => /^\w*Error(?: \[\w+\])?: ./.test(text)) ?? null;
  return line === null ? null : line.slice(0, REASON_CHARACTERS_MAX);
}

export function describeEnding({ code, signal }: Ending): string {
  if (signal !== null) return `signal ${signal}`;
  return code === null ? 'it could not be started' : `exit code ${code}`;
}
