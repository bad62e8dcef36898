import { Readable } from 'node:stream';
import { invariant } from '#domain';
import { type IdentityVault, pieceLabel } from '#identity';
import { UnpackedBody } from '../unpacked-body';
import { FileLost, type FileInHand, type FileWorkRepository } from './file-work.repository';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** A database that gives no piece for so long is taken for one that does not answer. */
const PIECE_WAIT_MAX_MS = 120_000;

/** What a file holds, read piece by piece as it is asked for, and unpacked where it is gzip. */
export class FileContent {
  private readonly packed: Readable;
  private unpacked: UnpackedBody | null = null;
  private read = 0;
  private failed: unknown = null;

  constructor(
    private readonly file: Pick<FileInHand, 'id' | 'length'>,
    private readonly repository: Pick<FileWorkRepository, 'piece'>,
    private readonly vault: IdentityVault,
  ) {
    this.packed = Readable.from(this.pieces(), { objectMode: false });
  }

  /** Bytes of the file, as it was sent, that were read so far. */
  get readBytes(): number {
    return this.read;
  }

  /** What a piece could not be read for, whatever the reader of lines made of it; null where nothing went wrong. */
  get failure(): unknown {
    return this.failed;
  }

  /** The content as lines are cut of it. Once. */
  async open(): Promise<Readable> {
    const first = await this.piece(0);
    // No text in UTF-8 begins so.
    if (!first.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return this.packed;
    this.unpacked = new UnpackedBody(this.packed, PIECE_WAIT_MAX_MS);
    return this.unpacked.stream;
  }

  /** Nothing is read any more once this returns. */
  async close(): Promise<void> {
    await this.unpacked?.end();
    this.packed.destroy();
  }

  private async *pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < this.file.length;) {
      const bytes = await this.piece(at).catch((error: unknown) => {
        this.failed = error;
        throw error;
      });
      at += bytes.length;
      this.read = at;
      yield bytes;
    }
  }

  private async piece(at: number): Promise<Buffer> {
    const { id } = this.file;
    const found = await this.repository.piece(id, at);
    // Pieces go when a file is given up, or finished by somebody else.
    if (found === null) throw new FileLost();
    const bytes = this.vault.openBytes(pieceLabel(id, at), found.sealed);
    invariant(bytes.length === found.length, 'a piece is as long as it was sent');
    return bytes;
  }
}
