import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type EmbeddedPostgresOptions } from './embedded-postgres';
import { identityOptions, type RunAs } from './run-program';

/** What a launcher in a process of its own answers: a running server, or the error it ended with. */
export type LauncherAnswer =
  | {
      readonly databaseUrl: string;
      readonly pid: number;
      readonly folder: string;
      readonly notice: string | null;
    }
  | { readonly name: string; readonly code: string; readonly message: string };

/** Runs the built launcher; a line on its standard input stops the server and ends it. */
const PROGRAM = `
  const { startEmbeddedPostgres } = require(process.argv[1]);
  startEmbeddedPostgres(JSON.parse(process.argv[2])).then(
    (server) => {
      const { databaseUrl, pid, folder, notice } = server;
      console.log(JSON.stringify({ databaseUrl, pid, folder, notice }));
      process.stdin.once('data', () => void server.stop().then(() => process.exit(0)));
    },
    ({ name, code, message }) => console.log(JSON.stringify({ name, code, message })),
  );
`;

/** The built launcher, as global setup has just brought it up to date. */
export const BUILT = join(__dirname, '..', '..', '..', 'dist/libs/embedded-postgres/src/index.js');

/** A launcher in a process of its own, for tests to kill. */
export interface LauncherProcess {
  readonly process: ChildProcess;
  readonly answer: LauncherAnswer;
  stop(): Promise<void>;
}

export async function launchInProcess(
  options: Omit<EmbeddedPostgresOptions, 'log'>,
  { runAs = null, built = BUILT, cwd }: { runAs?: RunAs | null; built?: string; cwd?: string } = {},
): Promise<LauncherProcess> {
  const child = spawn(process.execPath, ['-e', PROGRAM, built, JSON.stringify(options)], {
    ...identityOptions(runAs),
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // It may have ended by the time it is told to.
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout });
  const answer = await new Promise<LauncherAnswer>((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(JSON.parse(line) as LauncherAnswer);
    });
    child.once('error', reject);
    lines.once('close', () => {
      reject(new Error('the launcher ended without an answer'));
    });
  });
  return {
    process: child,
    answer,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin.end('stop\n');
      await ended;
    },
  };
}

/** Whether a user can run Node and read the built launcher; false in a checkout that is private to another. */
export function canRunBuilt(runAs: RunAs): boolean {
  try {
    execFileSync(process.execPath, ['-e', 'require(process.argv[1])', BUILT], {
      ...identityOptions(runAs),
      cwd: '/',
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
