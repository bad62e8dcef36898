import { setImmediate } from 'node:timers/promises';
import { type CheckedRow } from './read-transfer';
import { type NewBatch, StoreTogether } from './store-together';

const ROWS_MAX = 10;

const batch = (provider: string, rows = 1): NewBatch => ({
  provider,
  rows: Array.from({ length: rows }, () => ({}) as CheckedRow),
});

/** A database whose statements end when they are told to. */
function database() {
  const statements: string[][] = [];
  const open: { end: (stored: boolean) => void; fail: (error: Error) => void }[] = [];
  const together = new StoreTogether((batches) => {
    statements.push(batches.map(({ provider }) => provider));
    return new Promise((end, fail) => {
      open.push({ end, fail });
    });
  }, ROWS_MAX);
  const next = async () => {
    while (open.length === 0) await setImmediate();
    return open.shift()!;
  };
  return {
    together,
    statements,
    end: async (stored = true) => {
      (await next()).end(stored);
      await setImmediate();
    },
    fail: async (code: string) => {
      (await next()).fail(Object.assign(new Error(code), { code }));
      await setImmediate();
    },
  };
}

describe('new batches', () => {
  it('are stored at once, and together where they came while others were being stored', async () => {
    const { together, statements, end } = database();
    const stored = ['a', 'b', 'c', 'd', 'e'].map((name) => together.store(batch(name)));
    expect(statements).toEqual([['a'], ['b']]);
    await end();
    expect(statements).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
    await end();
    await end();
    expect(await Promise.all(stored)).toEqual([true, true, true, true, true]);
  });

  it('are stored in their order, and no more of them than a statement takes', async () => {
    for (const [sizes, groups] of [
      [[4, 5], [['0', '1']]],
      [[4, 6], [['0', '1']]],
      [
        [4, 7],
        [['0'], ['1']],
      ],
      [
        [10, 1, 1],
        [['0'], ['1', '2']],
      ],
      [
        [6, 5, 4, 1],
        [['0'], ['1', '2', '3']],
      ],
    ] as const) {
      const { together, statements, end } = database();
      const first = [together.store(batch('x')), together.store(batch('y'))];
      const stored = sizes.map((rows, i) => together.store(batch(String(i), rows)));
      for (let i = 0; i < 2 + groups.length; i += 1) await end();
      expect(await Promise.all([...first, ...stored])).not.toContain(false);
      expect(statements.slice(2)).toEqual(groups);
    }
  });

  it.each([
    ['had a row that was stored before', (db: ReturnType<typeof database>) => db.end(false)],
    ['broke a constraint', (db: ReturnType<typeof database>) => db.fail('23505')],
    ['could not be read', (db: ReturnType<typeof database>) => db.fail('22P05')],
  ])('are tried one by one where one of several %s', async (_, ends) => {
    const db = database();
    const first = [db.together.store(batch('x')), db.together.store(batch('y'))];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => db.together.store(batch(name)));
    const refused = expect(c).rejects.toThrow('22003');
    await db.end();
    await db.end();
    await ends(db);
    await db.end(true);
    await db.end(false);
    await db.fail('22003');
    expect(db.statements.slice(2)).toEqual([['a', 'b', 'c'], ['a'], ['b'], ['c']]);
    expect(await Promise.all([...first, a, b])).toEqual([true, true, true, false]);
    await refused;
    expect(db.statements).toHaveLength(6);
  });

  it('are all told at once where the database does not answer, and later ones try again', async () => {
    const { together, statements, end, fail } = database();
    const stored = ['a', 'b', 'c', 'd'].map((name) => together.store(batch(name)));
    const failures = stored.map((one) => one.catch((error: unknown) => (error as Error).message));
    await fail('57014');
    expect(await Promise.all([failures[0], failures[2], failures[3]])).toEqual(
      Array(3).fill('57014'),
    );
    expect(statements).toEqual([['a'], ['b']]);
    await end();
    expect(await stored[1]).toBe(true);
    const later = together.store(batch('e'));
    await end();
    expect(await later).toBe(true);
  });
});
