import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '#domain';
import { REORDER_LIMITS, ReorderBuffer, type ReorderLimits } from './reorder-buffer';
import { StateMismatch } from './state-parts';

interface Row {
  readonly provider: string;
  readonly atMs: number;
  readonly key: string;
  /** Tells rows apart that are the same in all the rest. */
  readonly serial: number;
}

const ORDER = {
  provider: (row: Row) => row.provider,
  atMs: (row: Row) => row.atMs,
  key: (row: Row) => row.key,
};
const START_MS = Date.UTC(2026, 0, 5);
const { reorderMs } = REORDER_LIMITS;

const rowAt = (ms: number, key = '', provider = 'p', serial = 0): Row => {
  return { provider, atMs: START_MS + ms, key, serial };
};

/** What has come out after each row, and at the end. */
function steps(rows: readonly Row[], limits?: Partial<ReorderLimits>): Row[][] {
  const buffer = new ReorderBuffer<Row>(ORDER, { ...REORDER_LIMITS, ...limits });
  const taken = rows.map((row) => {
    const out: Row[] = [];
    buffer.push(row, (released) => out.push(released));
    return out;
  });
  const rest: Row[] = [];
  buffer.flush((released) => rest.push(released));
  expect(buffer.size).toBe(0);
  return [...taken, rest];
}

const through = (rows: readonly Row[], limits?: Partial<ReorderLimits>): Row[] =>
  steps(rows, limits).flat();
const keys = (rows: readonly Row[]): string => rows.map((row) => row.key).join('');

/** Rows of a provider in order: time steps, mostly small, with ties. */
const stepMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 900 }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3 * HOUR_MS }) },
);
const sortedRows = (provider: string): fc.Arbitrary<Row[]> =>
  fc
    .array(fc.tuple(stepMs, fc.constantFrom('a', 'b', 'c', 'd')), { maxLength: 60 })
    .map((items) => {
      let ms = 0;
      const rows = items.map(([step, key], serial) => rowAt((ms += step), key, provider, serial));
      return rows.sort((one, other) => one.atMs - other.atMs || (one.key < other.key ? -1 : 1));
    });

/** Each of several lists in its order, but the lists in any interleaving. */
function interleave(lists: readonly Row[][], picks: readonly number[]): Row[] {
  const left = lists.map((list) => [...list]).filter((list) => list.length > 0);
  const mixed: Row[] = [];
  for (let i = 0; left.length > 0; i += 1) {
    const place = (picks[i % picks.length] ?? 0) % left.length;
    mixed.push(left[place]!.shift()!);
    if (left[place]!.length === 0) left.splice(place, 1);
  }
  return mixed;
}

const inOrder = fc
  .tuple(
    fc.tuple(sortedRows('p'), sortedRows('q'), sortedRows('r')),
    fc.array(fc.nat(7), { minLength: 1, maxLength: 40 }),
  )
  .map(([lists, picks]) => interleave(lists, picks));

/** The rows of one provider as a network may deliver them: each late by less than the buffer waits. */
const delayed = fc
  .tuple(
    sortedRows('p'),
    fc.array(fc.integer({ min: 0, max: reorderMs - 1 }), { minLength: 60, maxLength: 60 }),
  )
  .map(([rows, delays]) => {
    const arrivals = rows.map((row, i) => ({ row, ms: row.atMs + delays[i]! }));
    arrivals.sort((one, other) => one.ms - other.ms);
    return { rows, arrived: arrivals.map(({ row }) => row) };
  });

describe('the reorder buffer', () => {
  it('holds a row until its provider’s clock is far enough past it', () => {
    expect(steps([rowAt(0), rowAt(reorderMs - 1), rowAt(reorderMs)])).toEqual([
      [],
      [],
      [rowAt(0)],
      [rowAt(reorderMs - 1), rowAt(reorderMs)],
    ]);
  });

  it('puts a row before those that are younger', () => {
    const rows = [rowAt(0, 'a'), rowAt(1_500, 'c'), rowAt(700, 'b'), rowAt(3_000, 'd')];
    expect(keys(through(rows))).toBe('abcd');
  });

  it('passes a late row on at once', () => {
    const rows = [rowAt(0), rowAt(10_000), rowAt(3, 'late'), rowAt(10_001)];
    expect(steps(rows)[2]).toEqual([rowAt(3, 'late')]);
  });

  it('orders equal times by their key, and the same key as it came', () => {
    const rows = [rowAt(0, 'b', 'p', 1), rowAt(0, 'a', 'p', 2), rowAt(0, 'b', 'p', 3)];
    expect(through(rows).map(({ serial }) => serial)).toEqual([2, 1, 3]);
  });

  it('goes by each provider’s own clock', () => {
    // q is an hour ahead, and that makes nothing of p's late.
    const rows = [
      rowAt(0, 'a', 'p'),
      rowAt(HOUR_MS, 'x', 'q'),
      rowAt(2_000, 'c', 'p'),
      rowAt(HOUR_MS + 5_000, 'y', 'q'),
      rowAt(1_000, 'b', 'p'),
    ];
    expect(keys(through(rows))).toBe('axbyc');
  });

  it('lets one wild row neither release nor hold up the others', () => {
    const rows = [
      rowAt(0, 'a'),
      rowAt(70 * 365 * DAY_MS, 'z'),
      rowAt(HOUR_MS + 2_000, 'd'),
      rowAt(HOUR_MS + 1_000, 'c'),
      rowAt(HOUR_MS + 9_000, 'e'),
    ];
    expect(steps(rows).map(keys)).toEqual(['', 'a', '', '', 'cd', 'ez']);
  });

  it.each([
    [3, '', ''],
    [4, '', 'a'],
    [5, 'a', 'b'],
  ])('holds no more rows of a provider than it may: %i', (count, before, last) => {
    const names = 'abcde';
    const rows = Array.from({ length: count }, (_, i) => rowAt(i, names[i]));
    const out = steps(rows, { reorderRowsMax: 3 }).slice(0, -1).map(keys);
    expect(out.slice(0, -1).join('')).toBe(before);
    expect(out.at(-1)).toBe(last);
  });

  it('holds no more rows than it may over all providers', () => {
    const rows = Array.from({ length: 5 }, (_, i) => rowAt(i, 'abcde'[i], `p${i}`));
    expect(steps(rows, { reorderRowsTotalMax: 3 }).map(keys)).toEqual([
      '',
      '',
      '',
      'a',
      'b',
      'cde',
    ]);
  });

  it('changes nothing about providers in order, however they are mixed', () => {
    fc.assert(
      fc.property(inOrder, fc.integer({ min: 1, max: 50 }), (rows, reorderRowsMax) => {
        expect(through(rows)).toEqual(rows);
        expect(through(rows, { reorderRowsMax, reorderRowsTotalMax: 70 })).toEqual(rows);
      }),
    );
  });

  it('gives one and the same order whatever the delays were', () => {
    fc.assert(
      fc.property(delayed, ({ rows, arrived }) => {
        const sameKeys = ({ atMs, key }: Row): string => `${atMs} ${key}`;
        expect(through(arrived).map(sameKeys)).toEqual(rows.map(sameKeys));
      }),
    );
  });

  it('loses nothing and doubles nothing, whatever comes', () => {
    const anyRow = fc.record({
      provider: fc.constantFrom('p', 'q', 'r'),
      atMs: fc.oneof(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 0, max: 80 * DAY_MS })),
      key: fc.constantFrom('a', 'b'),
      serial: fc.nat(),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(anyRow, { selector: (row) => row.serial, maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (rows, reorderRowsMax) => {
          const out = through(rows, { reorderRowsMax });
          expect(new Set(out)).toEqual(new Set(rows));
          expect(out).toHaveLength(rows.length);
        },
      ),
    );
  });

  it('goes on from a snapshot as if there had been none', () => {
    const copied = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(inOrder, delayed, fc.nat(), fc.nat(), (mixed, { arrived }, seed, cut) => {
        const rows = interleave([mixed, arrived], [seed % 5, 1, 2]);
        const at = rows.length === 0 ? 0 : cut % rows.length;
        const out: Row[] = [];
        const release = (row: Row): void => void out.push(row);
        const before = new ReorderBuffer<Row>(ORDER);
        for (const row of rows.slice(0, at)) before.push(row, release);
        const after = new ReorderBuffer<Row>(ORDER);
        after.load(copied(before.save()), (value) => value as Row);
        expect(after.size).toBe(before.size);
        for (const row of rows.slice(at)) after.push(row, release);
        after.flush(release);
        expect(out).toEqual(through(rows));
      }),
    );
  });

  it.each([
    null,
    {},
    { queues: [], turns: [0] },
    { queues: [{ provider: 'p' }], turns: [] },
    {
      queues: [{ provider: 'p', clock: { at: 1, farBehind: 0 }, nowMs: 1, rows: [{}] }],
      turns: [],
    },
    { queues: [{ provider: 'p', clock: { at: 1, farBehind: 0 }, nowMs: 1, rows: [] }], turns: [0] },
  ])('does not load %j', (saved) => {
    const buffer = new ReorderBuffer<Row>(ORDER);
    expect(() => {
      buffer.load(saved, (value) => value as Row);
    }).toThrow(StateMismatch);
  });

  it('looks at no more than a few rows for one that comes in order', () => {
    let looks = 0;
    const counting = {
      ...ORDER,
      atMs: (row: Row): number => {
        looks += 1;
        return row.atMs;
      },
    };
    const buffer = new ReorderBuffer<Row>(counting);
    const count = 20_000;
    for (let i = 0; i < count; i += 1) buffer.push(rowAt(i), () => undefined);
    expect(buffer.size).toBe(REORDER_LIMITS.reorderRowsMax);
    expect(looks / count).toBeLessThan(5);
  });
});
