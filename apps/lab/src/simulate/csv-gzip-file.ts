import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';

/** One line of CSV (RFC 4180). */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;

/**
 * A CSV file being written, compressed. It appears under its name when it is whole. The bytes depend on the lines and on
 * Node's zlib alone: the gzip header carries no time and no name.
 */
export class CsvGzipFile {
  private readonly hash: Hash = createHash('sha256');
  private readonly gzip: Gzip = createGzip({ level: 6 });
  private readonly written: Promise<void>;
  private readonly partial: string;

  constructor(
    private readonly path: string,
    header: readonly string[],
  ) {
    this.partial = `${path}.partial`;
    const hashing = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.hash.update(chunk);
        done(null, chunk);
      },
    });
    this.written = pipeline(this.gzip, hashing, createWriteStream(this.partial));
    // A failure is told by whoever waits next; until then it must not end the process.
    this.written.catch(() => undefined);
    this.gzip.write(csvLine(header));
  }

  async write(lines: string): Promise<void> {
    if (lines !== '' && !this.gzip.write(lines)) {
      await Promise.race([once(this.gzip, 'drain'), this.written]);
    }
  }

  /** @returns the SHA-256 of the file, hexadecimal */
  async close(): Promise<string> {
    this.gzip.end();
    await this.written;
    await rename(this.partial, this.path);
    return this.hash.digest('hex');
  }
}
