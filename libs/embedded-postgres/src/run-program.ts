import { spawn } from 'node:child_process';
import { childEnvironment } from './child-environment.config';

/** The user a program runs as; null: the one that runs this process. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export interface Finished {
  /** null where it was ended by a signal, by its time limit, or never ran. */
  readonly exitCode: number | null;
  /** Why it could not be run at all; null where it ran. */
  readonly spawnError: NodeJS.ErrnoException | null;
  readonly timedOut: boolean;
  /** What it said, both streams; of very much, the last. */
  readonly output: string;
}

/** A failing initdb says why first, and may say much after. */
const OUTPUT_CHARACTERS_MAX = 1_000_000;

/**
 * The options that give a program another user. libuv also drops the supplementary groups of root.
 * Ids are unsigned in files and signed in spawn: macOS' nobody is 4294967294 in one and -2 in the other.
 */
export function identityOptions(runAs: RunAs | null): { uid?: number; gid?: number } {
  return runAs === null ? {} : { uid: runAs.uid | 0, gid: runAs.gid | 0 };
}

export interface ProgramOptions {
  readonly runAs: RunAs | null;
  /** Must be searchable by this process; the program inherits it. */
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Given on standard input. */
  readonly input?: string;
}

/** Runs a program to its end, or kills it at the time limit. Never throws: what went wrong is in the answer. */
export function runProgram(
  program: string,
  args: readonly string[],
  { runAs, cwd, timeoutMs, input = '' }: ProgramOptions,
): Promise<Finished> {
  return new Promise((resolve) => {
    let output = '';
    let timedOut = false;
    const keep = (text: string): void => {
      output = (output + text).slice(-OUTPUT_CHARACTERS_MAX);
    };
    let child;
    try {
      child = spawn(program, args, {
        ...identityOptions(runAs),
        cwd,
        env: childEnvironment(),
        // A group of its own: a Ctrl-C in the terminal is ours to handle, and must not cut initdb short.
        detached: true,
        windowsHide: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    } catch (error) {
      // Some refusals (a path with a NUL, no right to change the user) are thrown instead of emitted.
      resolve({ exitCode: null, spawnError: error as NodeJS.ErrnoException, timedOut, output });
      return;
    }
    const running = child;
    const limit = setTimeout(() => {
      timedOut = true;
      running.kill('SIGKILL');
    }, timeoutMs);
    running.stdout.setEncoding('utf8').on('data', keep);
    running.stderr.setEncoding('utf8').on('data', keep);
    // A program that ends without reading its input is no failure of ours.
    running.stdin.on('error', () => undefined);
    running.stdin.end(input);
    running.once('error', (error) => {
      clearTimeout(limit);
      resolve({ exitCode: null, spawnError: error, timedOut, output });
    });
    running.once('close', (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, spawnError: null, timedOut, output });
    });
  });
}
