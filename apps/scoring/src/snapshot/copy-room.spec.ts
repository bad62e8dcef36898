import { CopyRoom } from './copy-room';

const MIB = 1024 * 1024;

describe('the room for the copies of a snapshot', () => {
  it('is as large as is allowed, and the same from one time to the next', () => {
    const room = new CopyRoom(8 * MIB);
    expect(room.memory).toHaveLength(8 * MIB);
    expect(room.memory).toBe(room.memory);
  });

  it('grows to its end and not beyond, and leaves what is in it as it is', () => {
    const room = new CopyRoom(5 * MIB + 3);
    const { memory } = room;
    memory.fill(7);
    // There is more memory in use than it has place for.
    const state = Buffer.alloc(8 * MIB, 1);
    for (let step = 0; step < 60; step += 1) room.grow();
    expect(memory.every((byte) => byte === 7)).toBe(true);
    expect(memory).toHaveLength(5 * MIB + 3);
    expect(state).toHaveLength(8 * MIB);
  });

  it('takes next to no memory before it grows, and some as it does', () => {
    const room = new CopyRoom(256 * MIB);
    const rss = (): number => process.memoryUsage().rss / MIB;
    const state = Buffer.alloc(96 * MIB, 1);
    const before = rss();
    expect(room.memory).toHaveLength(256 * MIB);
    expect(rss() - before).toBeLessThan(48);
    for (let step = 0; step < 60; step += 1) room.grow();
    expect(rss() - before).toBeGreaterThan(60);
    expect(state).toHaveLength(96 * MIB);
  });

  it('of no size is never touched', () => {
    const room = new CopyRoom(0);
    room.grow();
    expect(room.memory).toHaveLength(0);
  });
});
