import { type FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { invariant } from '#domain';
import { type StatePart } from '#flow';
import {
  chainChecksum,
  checksumOn,
  encodeChecksum,
  encodeEnd,
  encodePreamble,
  encodePrefix,
  FRAME_KINDS,
  type FrameKind,
  SNAPSHOT_CHUNK_BYTES,
  SNAPSHOT_HEADER_BYTES_MAX,
  SNAPSHOT_NAME_BYTES_MAX,
  SNAPSHOT_PART_BYTES_MAX,
  SNAPSHOT_PARTS_MAX,
  SNAPSHOT_VALUE_BYTES_MAX,
  type SnapshotHeader,
} from './snapshot-format';

/** Cheaper to copy than to write by itself. */
const SMALL_BYTES = 64 * 1024;
/** Copied from one turn of the event loop to the next: some ten milliseconds, where the memory was never touched before. */
const BYTES_PER_TURN = 16 * 1024 * 1024;

interface Frame {
  readonly kind: FrameKind;
  readonly name: string;
  /** Of live memory, where it is `bytes` and was not copied. */
  readonly content: Uint8Array;
}

/** Writes one file from its beginning, a chunk at a time. */
class FrameWriter {
  bytes = 0;
  chain = 0;

  constructor(private readonly file: FileHandle) {}

  async write(content: Uint8Array): Promise<void> {
    // The system may take less than it was given.
    for (let done = 0; done < content.length;) {
      const { bytesWritten } = await this.file.write(
        content,
        done,
        content.length - done,
        this.bytes + done,
      );
      done += bytesWritten;
    }
    this.bytes += content.length;
  }

  async frame({ kind, name, content }: Frame): Promise<void> {
    invariant(Buffer.byteLength(name) <= SNAPSHOT_NAME_BYTES_MAX, 'a part has a short name');
    const prefix = encodePrefix(kind, name, content.length);
    let checksum = checksumOn(prefix);
    if (content.length <= SMALL_BYTES) {
      checksum = checksumOn(content, checksum);
      this.chain = chainChecksum(this.chain, checksum);
      return this.write(Buffer.concat([prefix, content, encodeChecksum(checksum)]));
    }
    await this.write(prefix);
    for (let at = 0; at < content.length; at += SNAPSHOT_CHUNK_BYTES) {
      const chunk = content.subarray(at, at + SNAPSHOT_CHUNK_BYTES);
      // Both only read it, on threads of their own.
      const writing = this.write(chunk);
      checksum = checksumOn(chunk, checksum);
      await writing;
    }
    await this.write(encodeChecksum(checksum));
    this.chain = chainChecksum(this.chain, checksum);
  }
}

function framesOf(parts: Iterable<StatePart>): Frame[] {
  const frames: Frame[] = [];
  for (const part of parts) {
    const { name } = part;
    invariant(frames.length < SNAPSHOT_PARTS_MAX, 'a state has few parts');
    if ('bytes' in part) {
      const { buffer, byteOffset, byteLength } = part.bytes;
      invariant(byteLength <= SNAPSHOT_PART_BYTES_MAX, `part ${name} fits a snapshot`);
      const content = new Uint8Array(buffer, byteOffset, byteLength);
      frames.push({ kind: FRAME_KINDS.bytes, name, content });
    } else {
      const content = Buffer.from(JSON.stringify(part.value));
      invariant(content.length <= SNAPSHOT_VALUE_BYTES_MAX, `part ${name} fits a snapshot`);
      frames.push({ kind: FRAME_KINDS.value, name, content });
    }
  }
  return frames;
}

/** How much of it the state goes on changing. A value was turned into text of its own. */
const liveBytes = ({ kind, content }: Frame): number =>
  kind === FRAME_KINDS.bytes ? content.length : 0;

/** A state on its way to a file: what had to stand still is done with, the rest is written while the state moves on. */
export class SnapshotInTheMaking {
  private constructor(
    private readonly writer: FrameWriter,
    private readonly copied: readonly Frame[],
    private readonly parts: number,
  ) {}

  /**
   * Takes a state, which must stand still until this has ended; the process goes on with everything else meanwhile. Memory is
   * copied much faster than written, so as much as there is room for is copied, from the last part on, and what is before that is
   * written at once.
   *
   * @param file empty
   * @param room takes the copies, and is left alone until {@link finish} has ended
   * @throws the file system's error, or a broken invariant where the state is larger than a snapshot may be
   */
  static async begin(
    file: FileHandle,
    header: SnapshotHeader,
    parts: Iterable<StatePart>,
    room: Uint8Array,
  ): Promise<SnapshotInTheMaking> {
    const frames = framesOf(parts);
    let firstCopied = frames.length;
    let left = room.length;
    while (firstCopied > 0 && liveBytes(frames[firstCopied - 1]!) <= left) {
      firstCopied -= 1;
      left -= liveBytes(frames[firstCopied]!);
    }
    const writer = new FrameWriter(file);
    await writer.write(encodePreamble());
    const head = Buffer.from(JSON.stringify(header));
    invariant(head.length <= SNAPSHOT_HEADER_BYTES_MAX, 'a header is short');
    await writer.frame({ kind: FRAME_KINDS.header, name: '', content: head });
    for (const frame of frames.slice(0, firstCopied)) await writer.frame(frame);
    const copied = await copyInto(room, frames.slice(firstCopied));
    return new SnapshotInTheMaking(writer, copied, frames.length);
  }

  /** @returns how many bytes were written; nothing is safe on the disk yet @throws the file system's error */
  async finish(): Promise<number> {
    const { writer, copied, parts } = this;
    for (const frame of copied) await writer.frame(frame);
    const content = encodeEnd(parts, writer.chain);
    await writer.frame({ kind: FRAME_KINDS.end, name: '', content });
    return writer.bytes;
  }
}

async function copyInto(room: Uint8Array, frames: readonly Frame[]): Promise<Frame[]> {
  const copied: Frame[] = [];
  let at = 0;
  let untilTurn = BYTES_PER_TURN;
  for (const frame of frames) {
    const live = frame.content.subarray(0, liveBytes(frame));
    for (let done = 0; done < live.length; done += BYTES_PER_TURN) {
      const piece = live.subarray(done, done + BYTES_PER_TURN);
      room.set(piece, at + done);
      untilTurn -= piece.length;
      if (untilTurn > 0) continue;
      untilTurn = BYTES_PER_TURN;
      await setImmediate();
    }
    const content =
      frame.kind === FRAME_KINDS.bytes ? room.subarray(at, at + live.length) : frame.content;
    copied.push({ ...frame, content });
    at += live.length;
  }
  return copied;
}
