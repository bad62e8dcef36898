import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type StatePart, type StateSource } from '#flow';
import { SnapshotFile } from './snapshot-file';
import {
  encodeChecksum,
  encodePreamble,
  encodePrefix,
  FRAME_KINDS,
  type FrameKind,
  SNAPSHOT_CHUNK_BYTES,
  SNAPSHOT_PREAMBLE_BYTES,
  type SnapshotHeader,
  SnapshotRefused,
} from './snapshot-format';
import { SnapshotInTheMaking } from './write-snapshot';

const HEADER: SnapshotHeader = {
  id: '0b9ff4d8-5c9c-4f3b-8c55-2b7e3f3a9f11',
  stateVersion: 1,
  packHash: 'pack',
  limitsHash: 'limits',
  logId: 'log',
  position: 4_200,
  entries: 4_100,
  eventTimeMs: Date.UTC(2026, 0, 5),
};

const PARTS: readonly StatePart[] = [
  { name: 'amounts', bytes: Float64Array.of(1, 2.5, 2 ** 53 - 1) },
  { name: 'empty', bytes: new Int32Array(0) },
  { name: 'book', value: { alerts: ['ä', null], n: 1 } },
  // A view of a part of a larger memory.
  { name: 'flags', bytes: new Uint8Array(64).fill(7).subarray(3, 20) },
];

const folder = mkdtempSync(join(tmpdir(), 'layerwatch snapshot '));
const path = join(folder, 'a.snapshot');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** @param meanwhile what becomes of the state before the copies are written */
async function write(
  parts: Iterable<StatePart> = PARTS,
  room = new Uint8Array(0),
  meanwhile: () => void = () => undefined,
): Promise<Buffer> {
  const file = await open(path, 'w');
  try {
    const making = await SnapshotInTheMaking.begin(file, HEADER, parts, room);
    meanwhile();
    const bytes = await making.finish();
    const content = readFileSync(path);
    expect(content).toHaveLength(bytes);
    return content;
  } finally {
    await file.close();
  }
}

/** Everything that was in the file, or why it is refused. */
async function read(
  load: (source: StateSource) => unknown[] = takeAll,
): Promise<{ header: SnapshotHeader; parts: unknown[] }> {
  const snapshot = await SnapshotFile.open(path);
  try {
    await snapshot.check();
    let parts: unknown[] = [];
    snapshot.load((source) => {
      parts = load(source);
    });
    return { header: snapshot.header, parts };
  } finally {
    await snapshot.close();
  }
}

const takeAll = (source: StateSource): unknown[] => [
  new Float64Array(source.bytes('amounts').slice().buffer),
  source.bytes('empty').length,
  source.value('book'),
  [...source.bytes('flags')],
];

async function refusal(load?: (source: StateSource) => unknown[]): Promise<SnapshotRefused> {
  const outcome: unknown = await read(load).catch((error: unknown) => error);
  if (outcome instanceof SnapshotRefused) return outcome;
  throw new Error('it was not refused', { cause: outcome });
}

const frame = (kind: FrameKind, name: string, content: Buffer, says = content.length): Buffer => {
  const whole = Buffer.concat([encodePrefix(kind, name, says), content]);
  return Buffer.concat([whole, encodeChecksum(crc32(whole))]);
};

describe('a snapshot file', () => {
  it('gives back what was written', async () => {
    await write();
    const { header, parts } = await read();
    expect(header).toEqual(HEADER);
    expect(parts).toEqual([
      Float64Array.of(1, 2.5, 2 ** 53 - 1),
      0,
      { alerts: ['ä', null], n: 1 },
      new Array(17).fill(7),
    ]);
  });

  it('gives back any state, whatever the sizes', async () => {
    const part = fc.oneof(
      fc.record({ name: fc.string({ maxLength: 40 }), bytes: fc.uint8Array({ maxLength: 300 }) }),
      fc.record({ name: fc.string({ maxLength: 40 }), value: fc.jsonValue() }),
    );
    const copied = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        await write(parts);
        const { parts: back } = await read((source) =>
          parts.map(({ name, ...rest }) =>
            'bytes' in rest ? new Uint8Array(source.bytes(name)) : source.value(name),
          ),
        );
        expect(back).toEqual(parts.map((p) => ('bytes' in p ? p.bytes : copied(p.value))));
      }),
      { numRuns: 60 },
    );
  });

  it('is whole across chunks', async () => {
    const bytes = new Uint32Array(SNAPSHOT_CHUNK_BYTES / 2 + 3).map((_, i) => i * 2_654_435_761);
    await write([{ name: 'large', bytes }]);
    const { parts } = await read((source) => [source.bytes('large')]);
    expect(Buffer.compare(parts[0] as Buffer, Buffer.from(bytes.buffer))).toBe(0);
  });

  it('is of the moment it was begun at, however much room there is for copies', async () => {
    const part = fc.tuple(fc.string({ maxLength: 9 }), fc.uint8Array({ maxLength: 300 }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), fc.nat(2_000), async (made, room) => {
        const parts = made.map(([name, bytes]) => ({ name, bytes: Uint8Array.from(bytes) }));
        const value = { of: parts.length };
        await write([...parts, { name: 'value', value }], new Uint8Array(room), () => {
          value.of = -1;
          for (const { bytes } of parts) bytes.fill(255);
        });
        const { parts: back } = await read((source) => [
          ...parts.map(({ name }) => new Uint8Array(source.bytes(name))),
          source.value('value'),
        ]);
        expect(back).toEqual([...made.map(([, bytes]) => bytes), { of: made.length }]);
      }),
      { numRuns: 100 },
    );
  });

  it('copies what is larger than one turn of the event loop takes', async () => {
    const large = new Uint32Array(9 * 1024 * 1024).map((_, i) => i * 2_654_435_761);
    const expected = Buffer.from(large.slice().buffer);
    const parts = [
      { name: 'large', bytes: large },
      { name: 'small', bytes: Uint8Array.of(1, 2, 3) },
    ];
    await write(parts, new Uint8Array(64 * 1024 * 1024), () => large.fill(0));
    const { parts: back } = await read((source) => [source.bytes('large'), source.bytes('small')]);
    expect(Buffer.compare(back[0] as Buffer, expected)).toBe(0);
    expect([...(back[1] as Buffer)]).toEqual([1, 2, 3]);
  });

  it('hands out memory that any typed array may be laid over', async () => {
    await write();
    await read((source) => {
      const amounts = source.bytes('amounts');
      expect(amounts.byteOffset).toBe(0);
      expect(amounts.buffer.byteLength).toBe(24);
      source.bytes('empty');
      source.value('book');
      return [source.bytes('flags')];
    });
  });

  it('is refused wherever a bit has flipped', async () => {
    const content = await write();
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), fc.nat(7), async (at, bit) => {
        const damaged = Buffer.from(content);
        damaged[at]! ^= 1 << bit;
        writeFileSync(path, damaged);
        const { reason } = await refusal();
        expect(['corrupt', 'other-version']).toContain(reason);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused wherever it was cut, and where something follows', async () => {
    const content = await write();
    for (let bytes = content.length - 1; bytes >= 0; bytes -= 1) {
      truncateSync(path, bytes);
      expect((await refusal()).reason).toBe('corrupt');
    }
    writeFileSync(path, Buffer.concat([content, Buffer.alloc(1)]));
    expect((await refusal()).reason).toBe('corrupt');
  });

  it('is refused where a stretch of it is another file’s, or lost', async () => {
    const content = await write();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(content.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.nat(80),
        async (at, insert, drop) => {
          const damaged = Buffer.concat([
            content.subarray(0, at),
            insert,
            content.subarray(at + drop),
          ]);
          fc.pre(!damaged.equals(content));
          writeFileSync(path, damaged);
          expect(['corrupt', 'other-version']).toContain((await refusal()).reason);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is refused where whole parts are missing, doubled or in another order', async () => {
    const header = (await write()).subarray(SNAPSHOT_PREAMBLE_BYTES);
    const headerBytes = 12 + header.readUInt32LE(4) + 4;
    const a = frame(FRAME_KINDS.bytes, 'a', Buffer.from('1'));
    const b = frame(FRAME_KINDS.bytes, 'b', Buffer.from('2'));
    const whole = await write([
      { name: 'a', bytes: Buffer.from('1') },
      { name: 'b', bytes: Buffer.from('2') },
    ]);
    const head = whole.subarray(0, SNAPSHOT_PREAMBLE_BYTES + headerBytes);
    const end = whole.subarray(head.length + a.length + b.length);
    const load = (source: StateSource): unknown[] => [source.bytes('a'), source.bytes('b')];
    writeFileSync(path, Buffer.concat([head, a, b, end]));
    expect((await read(load)).parts.map(String)).toEqual(['1', '2']);
    for (const parts of [[a], [b, a], [a, b, b], [a, a], []]) {
      writeFileSync(path, Buffer.concat([head, ...parts, end]));
      expect((await refusal(load)).message).toContain('end');
    }
  });

  it('names the part that is damaged', async () => {
    const content = await write();
    const at = content.indexOf('"alerts"');
    content[at]! ^= 1;
    writeFileSync(path, content);
    expect((await refusal()).message).toBe('part book is damaged');
  });

  it.each([
    ['a length beyond the file', frame(FRAME_KINDS.bytes, 'a', Buffer.from('x'), 2 ** 31)],
    ['a length beyond all memory', frame(FRAME_KINDS.bytes, 'a', Buffer.from('x'), 2 ** 53)],
    ['a value beyond its limit', frame(FRAME_KINDS.value, 'a', Buffer.from('x'), 2 ** 29)],
    ['a name beyond its limit', frame(FRAME_KINDS.bytes, 'a'.repeat(60_000), Buffer.from('x'))],
    ['an unknown kind', frame(9 as FrameKind, 'a', Buffer.from('x'))],
    ['a second header', frame(FRAME_KINDS.header, '', Buffer.from('{}'))],
  ])('with %s is refused, and takes no memory for it', async (_, hostile) => {
    const content = await write();
    const headerBytes = 12 + content.readUInt32LE(SNAPSHOT_PREAMBLE_BYTES + 4) + 4;
    const head = content.subarray(0, SNAPSHOT_PREAMBLE_BYTES + headerBytes);
    writeFileSync(path, Buffer.concat([head, hostile, Buffer.alloc(1_000)]));
    const before = process.memoryUsage().arrayBuffers;
    expect((await refusal()).reason).toBe('corrupt');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  });

  it.each([
    ['is empty', Buffer.alloc(0)],
    ['is something else', Buffer.alloc(4_096, 'something else ')],
    ['has a part for a header', frame(FRAME_KINDS.bytes, '', Buffer.from('{}'))],
    ['has no JSON for a header', frame(FRAME_KINDS.header, '', Buffer.from('{'))],
    ['has half a header', frame(FRAME_KINDS.header, '', Buffer.from('{"id":"x"}'))],
    ['has null for a header', frame(FRAME_KINDS.header, '', Buffer.from('null'))],
  ])('that %s is refused', async (_, content) => {
    const isWhole = content.length === 0 || content.length === 4_096;
    writeFileSync(path, isWhole ? content : Buffer.concat([encodePreamble(), content]));
    expect((await refusal()).reason).toBe('corrupt');
  });

  it('of a later format is refused as such', async () => {
    const content = await write();
    content.writeUInt32LE(2, SNAPSHOT_PREAMBLE_BYTES - 4);
    writeFileSync(path, content);
    expect(await refusal()).toMatchObject({ reason: 'other-version', message: 'its format is 2' });
  });

  it('that is not there, or not to be read, is refused', async () => {
    await expect(SnapshotFile.open(join(folder, 'none'))).rejects.toMatchObject({
      reason: 'unreadable',
    });
    await expect(SnapshotFile.open(folder)).rejects.toBeInstanceOf(SnapshotRefused);
  });

  it('is refused where the state asks for other parts', async () => {
    await write();
    const ask = (load: (source: StateSource) => unknown): Promise<SnapshotRefused> =>
      refusal((source) => [load(source)]);
    expect((await ask((source) => source.bytes('other'))).message).toContain('no part other');
    expect((await ask((source) => source.value('amounts'))).message).toContain('no part amounts');
    expect((await ask(() => null)).message).toBe('nobody asked for part amounts');
    const beyond = await ask((source) => [...takeAll(source), source.bytes('more')]);
    expect(beyond.message).toBe('it has no part more after 4 others');
    const bug = await ask(() => {
      throw new RangeError('out of bounds');
    });
    expect(bug).toMatchObject({ reason: 'corrupt', message: 'its parts make no state' });
  });

  it('is not made of a state that is more than it may hold', async () => {
    const name = 'n'.repeat(201);
    await expect(write([{ name, bytes: new Uint8Array(1) }])).rejects.toThrow('short name');
    const endless = (function* (): Generator<StatePart> {
      for (;;) yield { name: 'a', bytes: new Uint8Array(0) };
    })();
    await expect(write(endless)).rejects.toThrow('few parts');
  });
});
