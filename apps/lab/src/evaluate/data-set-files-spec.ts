import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const TRANSFERS =
  'transferId,occurredAt,type,debtorWalletId,creditorWalletId,amount,currency';
export const LABELS = 'transferId,patternId,patternType';
export const INDICATORS = 'walletId,operationId,knownFrom,patternId';

/** The seven cells of a row, one minute after another. */
export const row = (id: string, minute: number, from: string, to: string, amount = '100'): string =>
  `${id},${new Date(Date.UTC(2026, 0, 5) + minute * 60_000).toISOString()},P2P,${from},${to},${amount},PKR`;

/** Data sets in folders of their own, gone when the test is. */
export class DataSetFiles {
  private readonly folders: string[] = [];

  /** @param files lines by file name; those that end in .gz are compressed */
  async write(files: Readonly<Record<string, readonly string[]>>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'layerwatch lab-'));
    this.folders.push(folder);
    for (const [name, lines] of Object.entries(files)) {
      const text = `${lines.join('\n')}\n`;
      await writeFile(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
    }
    return folder;
  }

  async remove(): Promise<void> {
    for (const folder of this.folders.splice(0)) await rm(folder, { recursive: true });
  }
}
