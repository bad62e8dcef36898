import { RecentNotes } from './recent-notes';

interface Told {
  readonly atMs: number;
  readonly what?: string;
}

function notes(limits: { keysMax?: number; perKeyMax?: number; memoryMs?: number } = {}) {
  let full = 0;
  const made = new RecentNotes<Told>(
    'test',
    { keysMax: 3, perKeyMax: 2, memoryMs: 100, ...limits },
    () => {
      full += 1;
    },
  );
  return { made, full: () => full };
}

describe('recent notes', () => {
  it('of one more key than there is room for let go of the one longest without news', () => {
    for (const keys of [2, 3, 4]) {
      const { made, full } = notes();
      for (let key = 0; key < keys; key += 1) made.note(`k${key}`, { atMs: key }, 0);
      expect(made.size).toBe(Math.min(keys, 3));
      expect(full()).toBe(keys > 3 ? 1 : 0);
      expect(made.lastBefore('k0', 10, 10) === null).toBe(keys > 3);
    }
    const { made } = notes();
    for (const key of ['a', 'b', 'c', 'a', 'd']) made.note(key, { atMs: 1 }, 0);
    expect(made.lastBefore('a', 1, 1)).not.toBeNull();
    expect(made.lastBefore('b', 1, 1)).toBeNull();
  });

  it('of one key let go of the oldest, in whatever order they came', () => {
    const { made, full } = notes();
    for (const atMs of [3, 1]) made.note('a', { atMs }, 0);
    expect(made.lastBefore('a', 1, 1)).toEqual({ atMs: 1 });
    made.note('a', { atMs: 2 }, 0);
    expect(made.lastBefore('a', 1, 1)).toBeNull();
    expect(made.lastBefore('a', 2, 2)).toEqual({ atMs: 2 });
    expect(full()).toBe(0);
  });

  it('give the last at or before a time that counts', () => {
    const { made } = notes({ perKeyMax: 4 });
    for (const [atMs, what] of [
      [1, 'x'],
      [2, 'y'],
      [2, 'z'],
    ] as const) {
      made.note('a', { atMs, what }, 0);
    }
    expect(made.lastBefore('a', 2, 2)?.what).toBe('z');
    expect(made.lastBefore('a', 2, 2, ({ what }) => what !== 'z')?.what).toBe('y');
    expect(made.lastBefore('a', 1, 2)?.what).toBe('x');
    expect(made.lastBefore('a', 0, 2)).toBeNull();
    expect(made.lastBefore('b', 2, 2)).toBeNull();
  });

  it('let go of what is too old by the clock, and only of that', () => {
    const { made, full } = notes();
    made.note('old', { atMs: 0 }, 0);
    made.note('young', { atMs: 1 }, 0);
    made.note('new', { atMs: 101 }, 101);
    expect(made.size).toBe(2);
    expect(full()).toBe(0);
    expect(made.lastBefore('young', 1, 101)).not.toBeNull();
    expect(made.lastBefore('young', 1, 102)).toBeNull();
  });

  it('begin before any clock was heard', () => {
    const { made } = notes();
    made.note('a', { atMs: 5 }, Number.NaN);
    made.note('b', { atMs: 6 }, Number.NaN);
    expect(made.size).toBe(2);
  });
});
