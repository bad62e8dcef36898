import { crc32 } from 'node:zlib';
import { type EventTimeMs } from '#domain';
import { type LogPosition } from '#contracts';

/**
 * A snapshot file, little-endian:
 *
 *     magic (8)  format version (4)  frame: header (JSON)  frame: a part …  frame: end
 *
 * and a frame
 *
 *     kind (1)  0 (1)  length of the name (2)  length of the content (8)  name  content  CRC-32 of all of the frame before it (4)
 *
 * The end says how many parts there are and chains all their checksums, so that a file that was cut between two frames, or
 * put together from two, is told from a whole one.
 */
export const SNAPSHOT_MAGIC = Buffer.from('LWSNAP\r\n', 'latin1');
export const SNAPSHOT_FORMAT_VERSION = 1;

export const FRAME_KINDS = { header: 1, bytes: 2, value: 3, end: 4 } as const;
export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS];

export const SNAPSHOT_PREAMBLE_BYTES = SNAPSHOT_MAGIC.length + 4;
export const SNAPSHOT_PREFIX_BYTES = 12;
export const SNAPSHOT_CHECKSUM_BYTES = 4;
export const SNAPSHOT_END_BYTES = 8;

export const SNAPSHOT_HEADER_BYTES_MAX = 64 * 1024;
export const SNAPSHOT_NAME_BYTES_MAX = 200;
/** JSON is parsed in one go, while nothing else runs; what is larger belongs into columns. */
export const SNAPSHOT_VALUE_BYTES_MAX = 256 * 1024 * 1024;
/** One column. Node's own limit of a buffer is higher. */
export const SNAPSHOT_PART_BYTES_MAX = 4 * 1024 * 1024 * 1024 - 1;
/** Of large stores there is a part for every page. */
export const SNAPSHOT_PARTS_MAX = 250_000;
/** Written, read and checked at a time: some milliseconds of work between two looks at what else there is to do. */
export const SNAPSHOT_CHUNK_BYTES = 4 * 1024 * 1024;

/** What a snapshot says of itself: whose state it is, and at which point of which log. */
export interface SnapshotHeader {
  /** The database was told of it before it was written. */
  readonly id: string;
  readonly stateVersion: number;
  /** Of the pack that the log begins with. Which one was in force at the snapshot is in the state. */
  readonly packHash: string;
  readonly limitsHash: string;
  readonly logId: string;
  /** The state is that after this entry of the log, which was committed. */
  readonly position: LogPosition;
  /** Entries of the log that led to it. */
  readonly entries: number;
  /** The time of the last transfer among them; null before the first. */
  readonly eventTimeMs: EventTimeMs | null;
}

/** Why a snapshot is not used. What follows is always the same: the next older one, then the log. */
export const SNAPSHOT_REFUSALS = [
  /** It is damaged, or was cut. */
  'corrupt',
  /** It cannot be read: the file system says no. */
  'unreadable',
  /** It was written by a Layerwatch that keeps its state in another way. */
  'other-version',
  'other-log',
  'other-limits',
  /** Its alerts would be those of the other pack. */
  'other-pack',
  /** It is of a point that this database has not reached: a backup was restored. */
  'ahead',
  /** The database was not told of it: a backup was restored, and has since gone another way. */
  'unknown',
] as const;
export type SnapshotRefusal = (typeof SNAPSHOT_REFUSALS)[number];

/** A snapshot cannot be used. The message says which part of it, never what is in it. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';

  constructor(
    readonly reason: SnapshotRefusal,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export function encodePreamble(): Buffer {
  const preamble = Buffer.alloc(SNAPSHOT_PREAMBLE_BYTES);
  SNAPSHOT_MAGIC.copy(preamble);
  preamble.writeUInt32LE(SNAPSHOT_FORMAT_VERSION, SNAPSHOT_MAGIC.length);
  return preamble;
}

/** @throws SnapshotRefused where this is no snapshot, or one of a later format */
export function checkPreamble(preamble: Buffer): void {
  if (!preamble.subarray(0, SNAPSHOT_MAGIC.length).equals(SNAPSHOT_MAGIC)) {
    throw new SnapshotRefused('corrupt', 'it does not begin as a snapshot does');
  }
  const version = preamble.readUInt32LE(SNAPSHOT_MAGIC.length);
  if (version !== SNAPSHOT_FORMAT_VERSION) {
    throw new SnapshotRefused('other-version', `its format is ${version}`);
  }
}

export interface FramePrefix {
  readonly kind: FrameKind;
  readonly nameBytes: number;
  readonly contentBytes: number;
}

/** Kind, lengths and name: what stands before a frame's content. */
export function encodePrefix(kind: FrameKind, name: string, contentBytes: number): Buffer {
  const nameBytes = Buffer.byteLength(name);
  const prefix = Buffer.alloc(SNAPSHOT_PREFIX_BYTES + nameBytes);
  prefix.writeUInt8(kind, 0);
  prefix.writeUInt16LE(nameBytes, 2);
  prefix.writeBigUInt64LE(BigInt(contentBytes), 4);
  prefix.write(name, SNAPSHOT_PREFIX_BYTES);
  return prefix;
}

const CONTENT_BYTES_MAX: Readonly<Record<FrameKind, number>> = {
  [FRAME_KINDS.header]: SNAPSHOT_HEADER_BYTES_MAX,
  [FRAME_KINDS.bytes]: SNAPSHOT_PART_BYTES_MAX,
  [FRAME_KINDS.value]: SNAPSHOT_VALUE_BYTES_MAX,
  [FRAME_KINDS.end]: SNAPSHOT_END_BYTES,
};

const isFrameKind = (kind: number): kind is FrameKind => kind in CONTENT_BYTES_MAX;

/**
 * @param bytesLeft of the file after the prefix: no length that a damaged file claims is believed beyond it
 * @throws SnapshotRefused where it is no frame, or one larger than allowed
 */
export function decodePrefix(prefix: Buffer, bytesLeft: number): FramePrefix {
  const kind = prefix.readUInt8(0);
  const nameBytes = prefix.readUInt16LE(2);
  const contentBytes = Number(prefix.readBigUInt64LE(4));
  if (
    !isFrameKind(kind) ||
    prefix.readUInt8(1) !== 0 ||
    nameBytes > SNAPSHOT_NAME_BYTES_MAX ||
    contentBytes > CONTENT_BYTES_MAX[kind] ||
    nameBytes + contentBytes + SNAPSHOT_CHECKSUM_BYTES > bytesLeft
  ) {
    throw new SnapshotRefused('corrupt', 'it holds what no part of a snapshot looks like');
  }
  return { kind, nameBytes, contentBytes };
}

export function encodeChecksum(checksum: number): Buffer {
  const bytes = Buffer.alloc(SNAPSHOT_CHECKSUM_BYTES);
  bytes.writeUInt32LE(checksum);
  return bytes;
}

/** CRC-32 carried on over more bytes. Node's own, given no bytes that have no memory either, begins again at 0. */
export const checksumOn = (bytes: Uint8Array, checksum = 0): number =>
  bytes.length === 0 ? checksum : crc32(bytes, checksum);

/** The checksum over the frames so far, with one more. */
export const chainChecksum = (chain: number, checksum: number): number =>
  checksumOn(encodeChecksum(checksum), chain);

export function encodeEnd(parts: number, chain: number): Buffer {
  const end = Buffer.alloc(SNAPSHOT_END_BYTES);
  end.writeUInt32LE(parts, 0);
  end.writeUInt32LE(chain, 4);
  return end;
}

/** @throws SnapshotRefused where the header is not one, whole */
export function decodeHeader(content: Buffer): SnapshotHeader {
  let header: Partial<Record<keyof SnapshotHeader, unknown>> | null;
  try {
    header = JSON.parse(content.toString()) as typeof header;
  } catch (cause) {
    throw new SnapshotRefused('corrupt', 'its header is no JSON', { cause });
  }
  const { id, stateVersion, packHash, limitsHash, logId, position, entries, eventTimeMs } =
    header ?? {};
  const texts = [id, packHash, limitsHash, logId].every((text) => typeof text === 'string');
  const counts = [stateVersion, position, entries].every(
    (count) => Number.isSafeInteger(count) && (count as number) >= 0,
  );
  if (!texts || !counts || !(eventTimeMs === null || Number.isSafeInteger(eventTimeMs))) {
    throw new SnapshotRefused('corrupt', 'its header is not complete');
  }
  return header as SnapshotHeader;
}
