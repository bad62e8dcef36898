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

/** A part whose checksum was right. */
interface Part {
  readonly kind: FramePrefix['kind'];
  readonly name: string;
  /** In memory of its own: the state lays its columns over it. */
  readonly content: Buffer;
}

interface Frame extends Part {
  readonly checksum: number;
  /** Where the next one begins. */
  readonly next: number;
}

const PART_NAME = /^[A-Za-z][\w.:/-]*$/;

/**
 * A snapshot that is being read. First as a whole, to see that nothing in it is damaged, while the process goes on with
 * everything else; then part by part into the state, in one go. It is read once: the memory that was checked is the memory
 * that the state goes on in, and a gigabyte is not copied again while nothing else runs.
 */
export class SnapshotFile {
  private parts: Part[] = [];
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
      return new SnapshotFile(file, size, decodeHeader(frame.content), frame);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Reads all of it and holds every checksum against what is there. @throws SnapshotRefused naming the damaged part */
  async check(): Promise<void> {
    const { file, bytes } = this;
    const parts: Part[] = [];
    let chain = chainChecksum(0, this.firstPart.checksum);
    let at = this.firstPart.next;
    // Ends with the end mark, or the first frame that is not whole: every frame is longer than nothing.
    for (;;) {
      const label = parts.length === 0 ? 'its first part' : `what follows ${parts.at(-1)!.name}`;
      const frame = await readFrame(file, at, bytes, label);
      at = frame.next;
      if (frame.kind === FRAME_KINDS.end) {
        if (!frame.content.equals(encodeEnd(parts.length, chain)) || at !== bytes) {
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
   * Fills a state from the parts, and sees that it took them all. They are the state's from then on: it is done once.
   *
   * @param load throws StateMismatch where a part is not the one it asks for
   * @throws SnapshotRefused; the state is then to be thrown away
   */
  load(load: (source: StateSource) => void): void {
    invariant(this.bytesChecked === this.bytes, 'a snapshot is checked before it is loaded');
    const source = new PartReader(this.parts);
    this.parts = [];
    this.bytesChecked = 0;
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
  buffer = Buffer.allocUnsafe(bytes),
): Promise<Buffer> {
  if (at + bytes > size) throw corrupt('it ends before its end');
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await refusing(() => file.read(buffer, done, bytes - done, at + done));
    if (bytesRead === 0) throw corrupt('it ends before its end');
    done += bytesRead;
  }
  return buffer;
}

/** Reads a frame, at most as large as what is left of the file. @param label how to call it where it is damaged before its name is known */
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
  // Not from the pool: its buffers are shared, and begin anywhere.
  const content = Buffer.allocUnsafeSlow(contentBytes);
  for (let done = 0; done < contentBytes;) {
    const bytes = Math.min(contentBytes - done, SNAPSHOT_CHUNK_BYTES);
    const chunk = content.subarray(done, done + bytes);
    checksum = checksumOn(await readExactly(file, at + done, bytes, size, chunk), checksum);
    done += bytes;
  }
  const told = await readExactly(file, at + contentBytes, SNAPSHOT_CHECKSUM_BYTES, size);
  const name = nameAsRead.toString();
  if (told.readUInt32LE() !== checksum) {
    // The damage may be in the name: it is repeated only where it looks like one.
    throw corrupt(`${PART_NAME.test(name) ? `part ${name}` : label} is damaged`);
  }
  const next = at + contentBytes + SNAPSHOT_CHECKSUM_BYTES;
  return { kind, name, content, checksum, next };
}

/** Hands out the parts one by one, and keeps none: what was parsed is garbage at once. */
class PartReader implements StateSource {
  private taken = 0;

  constructor(private readonly parts: (Part | null)[]) {}

  bytes(name: string): Uint8Array {
    return this.next(name, FRAME_KINDS.bytes);
  }

  value(name: string): unknown {
    return JSON.parse(this.next(name, FRAME_KINDS.value).toString());
  }

  /** @throws StateMismatch where parts are left over */
  end(): void {
    const left = this.parts[this.taken];
    if (left) throw new StateMismatch(`nobody asked for part ${left.name}`);
  }

  private next(name: string, kind: Part['kind']): Buffer {
    const part = this.parts[this.taken];
    if (part?.name !== name || part.kind !== kind) {
      throw new StateMismatch(`it has no part ${name} after ${this.taken} others`);
    }
    this.parts[this.taken] = null;
    this.taken += 1;
    return part.content;
  }
}
