import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { type TransferEntry } from '#contracts';
import { invariant } from '#domain';
import { type Progress } from '../bench/bench-row';
import { providerOf, transferNumber, transferRow } from './transfer-row';

/**
 * What one provider sends, in its order: request bodies in a file, made before anything is measured. A load client that makes
 * its load would be a load itself.
 */
export interface RequestBodies {
  readonly provider: string;
  readonly file: string;
  /** Of each body: where it ends, in bytes; its rows; the number of its last transfer. */
  readonly ends: number[];
  readonly rows: number[];
  readonly lasts: number[];
}

class BodyWriter {
  readonly bodies: RequestBodies;
  private rows: object[] = [];
  private last = 0;
  private bytes = 0;

  constructor(
    provider: string,
    private readonly providers: readonly string[],
    file: string,
    private readonly handle: FileHandle,
  ) {
    this.bodies = { provider, file, ends: [], rows: [], lasts: [] };
  }

  get size(): number {
    return this.rows.length;
  }

  add({ transfer }: TransferEntry): void {
    this.rows.push(transferRow(transfer, this.providers));
    this.last = transferNumber(transfer.transferId);
  }

  async end(): Promise<void> {
    if (this.rows.length === 0) return;
    const { bytesWritten } = await this.handle.write(JSON.stringify({ transfers: this.rows }));
    this.bodies.ends.push((this.bytes += bytesWritten));
    this.bodies.rows.push(this.rows.length);
    this.bodies.lasts.push(this.last);
    this.rows = [];
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

const ENTRIES_AT_ONCE = 1_000;

/**
 * Shares a feed out among providers, each payment to the one that keeps the payer's wallet.
 *
 * @param next gives the next transfers of a feed, at most so many; none at its end
 * @param prefix of the files to write: a folder and the beginning of a name; the providers' follow
 */
export async function writeBodies(
  next: (transfersMax: number) => readonly TransferEntry[],
  transfers: number,
  rowsPerBody: number,
  providers: readonly string[],
  prefix: string,
  progress: Progress,
): Promise<RequestBodies[]> {
  const writers = new Map<string, BodyWriter>();
  for (const provider of providers) {
    const file = `${prefix}-${provider}.bodies`;
    writers.set(provider, new BodyWriter(provider, providers, file, await open(file, 'w')));
  }
  try {
    for (let made = 0; made < transfers;) {
      const entries = next(Math.min(ENTRIES_AT_ONCE, transfers - made));
      if (entries.length === 0) break;
      made += entries.length;
      for (const entry of entries) {
        const writer = writers.get(providerOf(entry.transfer.debtor.walletId, providers));
        invariant(writer !== undefined, 'every wallet has a provider');
        writer.add(entry);
        if (writer.size === rowsPerBody) await writer.end();
      }
      progress(made, transfers);
      await setImmediate();
    }
    for (const writer of writers.values()) await writer.end();
  } finally {
    for (const writer of writers.values()) await writer.close();
  }
  return [...writers.values()].map(({ bodies }) => bodies);
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

  async read(index: number): Promise<Uint8Array<ArrayBuffer>> {
    const { ends } = this.bodies;
    const from = index === 0 ? 0 : ends[index - 1]!;
    const buffer = Buffer.allocUnsafe(ends[index]! - from);
    await this.handle.read(buffer, 0, buffer.length, from);
    return buffer;
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}
