import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { invariant } from '#domain';
import { StateMismatch, type StateSource } from '#flow';
import {
  chainChecksum,
  checkPreamble,
  checksumOn,
  decodeHeader,
  decodePrefix,
  encodeEnd,
  FRAME_KINDS,
  type FramePrefix,
  SNAPSHOT_CHECKSUM_BYTES,
  SNAPSHOT_CHUNK_BYTES,
  SNAPSHOT_PARTS_MAX,
  SNAPSHOT_PREAMBLE_BYTES,
  SNAPSHOT_PREFIX_BYTES,
  type SnapshotHeader,
  SnapshotRefused,
} from './snapshot-format';

/** Where a part lies whose checksum was right. */
interface PartPlace {
  readonly kind: FramePrefix['kind'];
  readonly name: string;
  readonly at: number;
  readonly bytes: number;
}

interface Frame extends PartPlace {
  readonly checksum: number;
  /** Where the next one begins. */
  readonly next: number;
}

const PART_NAME = /^[A-Za-z][\w.:/-]*$/;

/** One call of the system reads at most 2 GiB. */
const READ_BYTES_MAX = 64 * SNAPSHOT_CHUNK_BYTES;

/**
 * A snapshot that is being read. First as a whole, to see that nothing in it is damaged, while the process goes on with
 * everything else; then part by part into the state, in one go. The second reading finds in memory what the first has read.
 */
export class SnapshotFile {
  private parts: PartPlace[] = [];
  private bytesChecked = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly bytes: number,
    readonly header: SnapshotHeader,
    private readonly firstPart: Frame,
  ) {}

  /** Opens a file as far as its header. @throws SnapshotRefused */
  static async open(path: string): Promise<SnapshotFile> {
    const file = await refusing(() => open(path, 'r'));
    try {
      const { size } = await refusing(() => file.stat());
      const preamble = await readExactly(file, 0, SNAPSHOT_PREAMBLE_BYTES, size);
      checkPreamble(preamble);
      const frame = await readFrame(file, SNAPSHOT_PREAMBLE_BYTES, size, 'its header');
      if (frame.kind !== FRAME_KINDS.header) throw corrupt('it has no header');
      const content = await readExactly(file, frame.at, frame.bytes, size);
      return new SnapshotFile(file, size, decodeHeader(content), frame);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Reads all of it and holds every checksum against what is there. @throws SnapshotRefused naming the damaged part */
  async check(): Promise<void> {
    const { file, bytes } = this;
    const parts: PartPlace[] = [];
    let chain = chainChecksum(0, this.firstPart.checksum);
    let at = this.firstPart.next;
    // Ends with the end mark, or the first frame that is not whole: every frame is longer than nothing.
    for (;;) {
      const label = parts.length === 0 ? 'its first part' : `what follows ${parts.at(-1)!.name}`;
      const frame = await readFrame(file, at, bytes, label);
      at = frame.next;
      if (frame.kind === FRAME_KINDS.end) {
        const said = await readExactly(file, frame.at, frame.bytes, bytes);
        if (!said.equals(encodeEnd(parts.length, chain)) || at !== bytes) {
          throw corrupt('its end is that of another file');
        }
        break;
      }
      if (frame.kind === FRAME_KINDS.header) throw corrupt('it has two headers');
      if (parts.length >= SNAPSHOT_PARTS_MAX) throw corrupt('it has too many parts');
      chain = chainChecksum(chain, frame.checksum);
      parts.push(frame);
    }
    this.parts = parts;
    this.bytesChecked = at;
  }

  /**
   * Fills a state from the parts, and sees that it took them all.
   *
   * @param load throws StateMismatch where a part is not the one it asks for
   * @throws SnapshotRefused; the state is then to be thrown away
   */
  load(load: (source: StateSource) => void): void {
    invariant(this.bytesChecked === this.bytes, 'a snapshot is checked before it is loaded');
    const source = new PartReader(this.file.fd, this.parts);
    try {
      load(source);
      source.end();
    } catch (cause) {
      const why = cause instanceof StateMismatch ? cause.message : 'its parts make no state';
      throw new SnapshotRefused('corrupt', why, { cause });
    }
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

const corrupt = (message: string): SnapshotRefused => new SnapshotRefused('corrupt', message);

/** The file system's refusal, as one of ours. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new SnapshotRefused('unreadable', `the file system says ${code ?? 'no'}`, { cause });
  }
}

/** @throws SnapshotRefused where the file ends before */
async function readExactly(
  file: FileHandle,
  at: number,
  bytes: number,
  size: number,
  into?: Buffer,
): Promise<Buffer> {
  if (at + bytes > size) throw corrupt('it ends before its end');
  const buffer = into?.subarray(0, bytes) ?? Buffer.allocUnsafe(bytes);
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await refusing(() => file.read(buffer, done, bytes - done, at + done));
    if (bytesRead === 0) throw corrupt('it ends before its end');
    done += bytesRead;
  }
  return buffer;
}

/** Reads a frame through a bounded buffer. @param label how to call it where it is damaged before its name is known */
async function readFrame(
  file: FileHandle,
  start: number,
  size: number,
  label: string,
): Promise<Frame> {
  const prefix = await readExactly(file, start, SNAPSHOT_PREFIX_BYTES, size);
  const { kind, nameBytes, contentBytes } = decodePrefix(
    prefix,
    size - start - SNAPSHOT_PREFIX_BYTES,
  );
  const nameAt = start + SNAPSHOT_PREFIX_BYTES;
  const at = nameAt + nameBytes;
  const nameAsRead = await readExactly(file, nameAt, nameBytes, size);
  let checksum = checksumOn(nameAsRead, checksumOn(prefix));
  const buffer = Buffer.allocUnsafe(Math.min(contentBytes, SNAPSHOT_CHUNK_BYTES));
  for (let done = 0; done < contentBytes;) {
    const bytes = Math.min(contentBytes - done, SNAPSHOT_CHUNK_BYTES);
    checksum = checksumOn(await readExactly(file, at + done, bytes, size, buffer), checksum);
    done += bytes;
  }
  const told = await readExactly(file, at + contentBytes, SNAPSHOT_CHECKSUM_BYTES, size);
  const name = nameAsRead.toString();
  if (told.readUInt32LE() !== checksum) {
    // The damage may be in the name: it is repeated only where it looks like one.
    throw corrupt(`${PART_NAME.test(name) ? `part ${name}` : label} is damaged`);
  }
  const next = at + contentBytes + SNAPSHOT_CHECKSUM_BYTES;
  return { kind, name, at, bytes: contentBytes, checksum, next };
}

/** Hands out the parts one by one. */
class PartReader implements StateSource {
  private taken = 0;

  constructor(
    private readonly fd: number,
    private readonly parts: readonly PartPlace[],
  ) {}

  bytes(name: string): Uint8Array {
    return this.read(this.next(name, FRAME_KINDS.bytes));
  }

  value(name: string): unknown {
    return JSON.parse(this.read(this.next(name, FRAME_KINDS.value)).toString());
  }

  /** @throws StateMismatch where parts are left over */
  end(): void {
    const left = this.parts[this.taken];
    if (left !== undefined) throw new StateMismatch(`nobody asked for part ${left.name}`);
  }

  private next(name: string, kind: PartPlace['kind']): PartPlace {
    const part = this.parts[this.taken];
    if (part?.name !== name || part.kind !== kind) {
      throw new StateMismatch(`it has no part ${name} after ${this.taken} others`);
    }
    this.taken += 1;
    return part;
  }

  private read({ at, bytes }: PartPlace): Buffer {
    // Not from the pool: its buffers are shared, and begin anywhere.
    const buffer = Buffer.allocUnsafeSlow(bytes);
    for (let done = 0; done < bytes;) {
      const wanted = Math.min(bytes - done, READ_BYTES_MAX);
      const read = readSync(this.fd, buffer, done, wanted, at + done);
      if (read === 0) throw new StateMismatch('the file has become shorter');
      done += read;
    }
    return buffer;
  }
}
