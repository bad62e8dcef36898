import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  discardEmbeddedPostgres,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '#embedded-postgres';
import { AppError } from '#domain';
import { freePorts } from '../system/service-process';

const run = promisify(execFile);

const FOLDER_PREFIX = 'layerwatch-chaos-';
/** Of the disk that is to be full now and then. It lies in memory. */
const DISK_MIB = 1_024;
const CHUNK_BYTES = 1 << 20;
const STARTS_MAX = 5;
const START_AGAIN_MS = 500;
const ENDED_MAX_MS = 30_000;

/** A PostgreSQL on one port that can be ended as by a power cut and started again, on a disk of its own where there may be one. */
export class ShakenPostgres {
  private running: EmbeddedPostgres | null = null;

  private constructor(
    readonly folder: string,
    private readonly port: number,
    /** Whether the disk can be filled: it is one of its own. */
    readonly hasOwnDisk: boolean,
  ) {}

  /** @throws AppError UNAVAILABLE where PostgreSQL cannot be started */
  static async start(): Promise<ShakenPostgres> {
    const folder = join(
      tmpdir(),
      `${FOLDER_PREFIX}${String(process.pid)}-${randomBytes(6).toString('hex')}`,
    );
    await mkdir(folder);
    const [port] = await freePorts(1);
    const postgres = new ShakenPostgres(folder, port!, await mountDisk(folder));
    await postgres.up();
    return postgres;
  }

  /** With its password. The same through every restart. */
  get databaseUrl(): string {
    return this.server.databaseUrl;
  }

  get pid(): number {
    return this.server.pid;
  }

  private get server(): EmbeddedPostgres {
    if (this.running === null) throw new AppError('UNAVAILABLE', 'PostgreSQL is not running');
    return this.running;
  }

  /** Ends it at once, without a checkpoint (its immediate shutdown), and starts it again. */
  async crash(): Promise<void> {
    const server = this.server;
    const ended = new Promise<void>((resolve) => {
      server.onExit(() => {
        resolve();
      });
    });
    process.kill(server.pid, 'SIGQUIT');
    await Promise.race([ended, sleep(ENDED_MAX_MS)]);
    await this.up();
  }

  /** Takes all that is left of the disk for a while. A server that did not survive that is started again. */
  async fillDisk(forMs: number): Promise<void> {
    const file = join(this.folder, 'filler');
    const filler = await open(file, 'w');
    try {
      await fillUp(filler);
      await sleep(forMs);
    } finally {
      await filler.close();
      await rm(file, { force: true });
    }
    if (!this.lives()) await this.up();
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = null;
    await discardEmbeddedPostgres(this.dataFolder).catch(() => false);
    if (this.hasOwnDisk) await run('umount', ['-l', this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }

  private get dataFolder(): string {
    return join(this.folder, 'data');
  }

  private lives(): boolean {
    try {
      process.kill(this.server.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  private async up(): Promise<void> {
    // The one that has ended holds the folder still.
    await this.running?.stop();
    this.running = null;
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.running = await startEmbeddedPostgres({
          dataFolder: this.dataFolder,
          throwAway: true,
          asInService: true,
          port: this.port,
        });
        return;
      } catch (error) {
        if (attempt === STARTS_MAX) throw error;
        await sleep(START_AGAIN_MS);
      }
    }
  }
}

async function fillUp(filler: Awaited<ReturnType<typeof open>>): Promise<void> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    for (;;) await filler.write(chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** A disk of its own for a folder, where the system lets us: Linux, as root. */
async function mountDisk(folder: string): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    await run('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${String(DISK_MIB)}m,mode=0755`,
      'tmpfs',
      folder,
    ]);
    return true;
  } catch {
    return false;
  }
}
