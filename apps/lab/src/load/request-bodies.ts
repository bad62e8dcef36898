import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { type TransferEntry } from '#contracts';
import { type Progress } from '../bench/bench-row';
import { transferRow } from './transfer-row';

/** Request bodies in a file, made before anything is measured: a load client that makes its load would be a load itself. */
export interface RequestBodies {
  readonly file: string;
  readonly rowsPerBody: number;
  /** Where each body ends, in bytes. */
  readonly ends: readonly number[];
  readonly transfers: number;
}

/**
 * @param next gives the next transfers of a feed, at most so many; none at its end
 * @param file to write, anew
 */
export async function writeBodies(
  next: (transfersMax: number) => readonly TransferEntry[],
  transfers: number,
  rowsPerBody: number,
  file: string,
  progress: Progress,
): Promise<RequestBodies> {
  const handle = await open(file, 'w');
  const ends: number[] = [];
  let end = 0;
  let made = 0;
  try {
    while (made < transfers) {
      const entries = next(Math.min(rowsPerBody, transfers - made));
      if (entries.length === 0) break;
      const rows = entries.map(({ transfer }) => transferRow(transfer));
      const { bytesWritten } = await handle.write(JSON.stringify({ transfers: rows }));
      ends.push((end += bytesWritten));
      made += entries.length;
      progress(made, transfers);
      await setImmediate();
    }
  } finally {
    await handle.close();
  }
  return { file, rowsPerBody, ends, transfers: made };
}

/** Reads one body after the other. */
export class BodyFile {
  private constructor(
    private readonly handle: FileHandle,
    private readonly bodies: RequestBodies,
  ) {}

  static async open(bodies: RequestBodies): Promise<BodyFile> {
    return new BodyFile(await open(bodies.file, 'r'), bodies);
  }

  async read(index: number): Promise<string> {
    const { ends } = this.bodies;
    const from = index === 0 ? 0 : ends[index - 1]!;
    const buffer = Buffer.allocUnsafe(ends[index]! - from);
    await this.handle.read(buffer, 0, buffer.length, from);
    return buffer.toString('utf8');
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
