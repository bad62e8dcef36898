import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = join(__dirname, '../../../dist/apps/standalone/src/main.js');
const WAIT_MAX_MS = 120_000;

export interface Addresses {
  readonly ingestion: string;
  readonly scoring: string;
  readonly caseReferral: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** `npm start` as its users have it, but on free ports; the built program, so that nothing is compiled meanwhile. */
export class StandaloneRun {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(dataFolder: string, args: readonly string[], settings: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      // Not the checkout: it must find itself from anywhere.
      cwd: tmpdir(),
      env: {
        ...process.env,
        // Neither the tests' own database nor an operator's.
        DATABASE_URL: '',
        LAYERWATCH_DATA: dataFolder,
        INGESTION_PORT: '0',
        SCORING_PORT: '0',
        CASE_REFERRAL_PORT: '0',
        BACKTEST_PORT: '0',
        ISSUER_PORT: '0',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Waits for a text in what it prints. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    const giveUpAtMs = performance.now() + WAIT_MAX_MS;
    for (;;) {
      const found = pattern.exec(this.stdout);
      if (found) return found;
      const hasEnded = this.child.exitCode !== null || this.child.signalCode !== null;
      if (hasEnded || performance.now() > giveUpAtMs) {
        throw new Error(`no ${String(pattern)} in:\n${this.stdout}\n${this.stderr}`);
      }
      await sleep(20);
    }
  }

  async ready(): Promise<Addresses> {
    const [, addresses] = await this.shows(/^READY (\{.*\})$/m);
    return JSON.parse(addresses!) as Addresses;
  }

  /** For the end of a test, however it went. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.signal('SIGTERM');
    await this.ended;
  }
}
