import { closeSync, fstatSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';

/** With the old one beside it, a log takes at most twice this. */
const LOG_BYTES_MAX = 8 * 1024 * 1024;

/**
 * A log of bounded size: when it is full, and at each start, it becomes `….old` in place of the one before.
 *
 * A log that cannot be written is no reason to stop watching feeds: what cannot be kept is dropped.
 */
export class LogFile {
  private descriptor: number | null = null;
  private bytes = 0;

  constructor(
    readonly path: string,
    private readonly bytesMax = LOG_BYTES_MAX,
  ) {
    this.rotate();
  }

  write(chunk: Buffer): void {
    try {
      if (this.bytes > 0 && this.bytes + chunk.length > this.bytesMax) this.rotate();
      if (this.descriptor === null) return;
      this.bytes += writeSync(this.descriptor, chunk);
    } catch {
      // A full disk: the next chunk tries again.
    }
  }

  close(): void {
    if (this.descriptor === null) return;
    const descriptor = this.descriptor;
    this.descriptor = null;
    closeSync(descriptor);
  }

  private rotate(): void {
    this.close();
    try {
      // An empty log tells nothing; the one before may tell of the crash that made someone start again.
      if (statSync(this.path).size > 0) renameSync(this.path, `${this.path}.old`);
    } catch (error) {
      // The first start has nothing to keep. Anything else, and the file would grow past its limit.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') rmSync(this.path, { force: true });
    }
    this.open();
  }

  private open(): void {
    try {
      this.descriptor = openSync(this.path, 'a', 0o600);
      this.bytes = fstatSync(this.descriptor).size;
    } catch {
      this.descriptor = null;
      this.bytes = 0;
    }
  }
}
