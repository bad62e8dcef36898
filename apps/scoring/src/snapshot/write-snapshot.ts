import { type FileHandle } from 'node:fs/promises';
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

  /** @param content of live memory: it is written in chunks as it lies there, and never copied as a whole */
  async frame(kind: FrameKind, name: string, content: Uint8Array): Promise<void> {
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
      // Both only read it, on threads of their own; scoring stands still until both are done.
      const writing = this.write(chunk);
      checksum = checksumOn(chunk, checksum);
      await writing;
    }
    await this.write(encodeChecksum(checksum));
    this.chain = chainChecksum(this.chain, checksum);
  }
}

/**
 * Writes a state. It must stand still until this has ended; the process goes on with everything else meanwhile.
 *
 * @param file empty
 * @returns how many bytes were written; nothing is safe on the disk yet
 * @throws the file system's error, or a broken invariant where the state is larger than a snapshot may be
 */
export async function writeSnapshot(
  file: FileHandle,
  header: SnapshotHeader,
  parts: Iterable<StatePart>,
): Promise<number> {
  const writer = new FrameWriter(file);
  await writer.write(encodePreamble());
  const head = Buffer.from(JSON.stringify(header));
  invariant(head.length <= SNAPSHOT_HEADER_BYTES_MAX, 'a header is short');
  await writer.frame(FRAME_KINDS.header, '', head);
  let count = 0;
  for (const part of parts) {
    count += 1;
    invariant(count <= SNAPSHOT_PARTS_MAX, 'a state has few parts');
    if ('bytes' in part) {
      const { buffer, byteOffset, byteLength } = part.bytes;
      invariant(byteLength <= SNAPSHOT_PART_BYTES_MAX, `part ${part.name} fits a snapshot`);
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      await writer.frame(FRAME_KINDS.bytes, part.name, bytes);
    } else {
      const json = Buffer.from(JSON.stringify(part.value));
      invariant(json.length <= SNAPSHOT_VALUE_BYTES_MAX, `part ${part.name} fits a snapshot`);
      await writer.frame(FRAME_KINDS.value, part.name, json);
    }
  }
  await writer.frame(FRAME_KINDS.end, '', encodeEnd(count, writer.chain));
  return writer.bytes;
}
