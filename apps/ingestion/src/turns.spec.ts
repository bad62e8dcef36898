import { setImmediate } from 'node:timers/promises';
import { inRounds } from './in-rounds';
import { Turns } from './turns';

describe('what waits', () => {
  it('is served provider by provider in turn, of each in its order', () => {
    const order = (text: string): string[] => inRounds(text.split(' '), (one) => one.charAt(0));
    expect(order('a1 a2 a3 b1 a4 c1 b2')).toEqual('a1 b1 c1 a2 b2 a3 a4'.split(' '));
    expect(order('a1 b1 c1')).toEqual(['a1', 'b1', 'c1']);
    expect(inRounds([], String)).toEqual([]);
  });
});

/** Work that ends when it is told to. */
function turnsOf(atOnceMax: number) {
  const turns = new Turns(atOnceMax);
  const begun: string[] = [];
  const open = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const run = (name: string): Promise<string> =>
    turns.run(name.charAt(0), () => {
      begun.push(name);
      return new Promise((resolve, reject) => {
        open.set(name, {
          end: () => {
            resolve(name);
          },
          fail: reject,
        });
      });
    });
  const end = async (name: string): Promise<void> => {
    open.get(name)!.end();
    await setImmediate();
  };
  const fail = async (name: string, code: string): Promise<void> => {
    open.get(name)!.fail(Object.assign(new Error(code), { code }));
    await setImmediate();
  };
  return { run, begun, end, fail };
}

describe('turns', () => {
  it('go on so many at once, and one who sends much keeps nobody waiting', async () => {
    const { run, begun, end } = turnsOf(2);
    const results = Promise.all(['a1', 'a2', 'a3', 'a4', 'a5', 'b1'].map(run));
    expect(begun).toEqual(['a1', 'a2']);
    await end('a2');
    expect(begun).toEqual(['a1', 'a2', 'a3']);
    await end('a1');
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1']);
    for (const name of ['b1', 'a3', 'a4', 'a5']) await end(name);
    expect(await results).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b1']);
    const later = run('c1');
    await end('c1');
    expect(await later).toBe('c1');
  });

  it('end for all who wait where the database does not answer, and for one alone where its rows are bad', async () => {
    const { run, begun, end, fail } = turnsOf(1);
    const ends = ['a1', 'a2', 'b1', 'c1'].map((name) =>
      run(name).catch((error: unknown) => (error as Error).message),
    );
    await fail('a1', '23505');
    expect(begun).toEqual(['a1', 'a2']);
    await fail('a2', '57014');
    expect(await Promise.all(ends)).toEqual(['23505', '57014', '57014', '57014']);
    const later = run('c2');
    await end('c2');
    expect(await later).toBe('c2');
    expect(begun).toEqual(['a1', 'a2', 'c2']);
  });
});
