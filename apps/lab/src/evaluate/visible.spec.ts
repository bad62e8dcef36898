import { DAY_MS, MINUTE_MS } from '#domain';
import { handMadeKey, handMadeLog, type HandMadeRow, pay } from './hand-made-log-spec';
import { isStructurallyVisible } from './visible';

const visible = (rows: readonly HandMadeRow[], dayResolution = false): boolean =>
  isStructurallyVisible(
    handMadeKey({ pattern1: [...rows.keys()] }).patterns[0]!,
    handMadeLog(rows),
    dayResolution,
  );

const DAY_MINUTES = DAY_MS / MINUTE_MS;

describe('a structurally visible pattern', () => {
  it('has a wallet with three partners, whoever pays', () => {
    expect(visible([pay('a', 'x', 1, 0), pay('b', 'x', 1, 1), pay('x', 'c', 1, 2)])).toBe(true);
    expect(visible([pay('a', 'x', 1, 0), pay('b', 'x', 1, 1), pay('x', 'a', 1, 2)])).toBe(false);
  });

  it('or three steps in a row', () => {
    const steps = [pay('a', 'b', 1, 0), pay('b', 'c', 1, 1), pay('c', 'd', 1, 2)];
    expect(visible(steps)).toBe(true);
    expect(visible(steps.slice(0, 2))).toBe(false);
  });

  it('or a cycle of three, but not a pair that pays back and forth', () => {
    expect(visible([pay('a', 'b', 1, 0), pay('b', 'c', 1, 1), pay('c', 'a', 1, 2)])).toBe(true);
    expect(visible([0, 1, 2, 3].map((n) => pay('ab'[n % 2]!, 'ba'[n % 2]!, 1, n)))).toBe(false);
  });

  it('does not count the way back as a step', () => {
    const back = [pay('a', 'b', 1, 0), pay('b', 'a', 1, 1)];
    expect(visible([...back, pay('a', 'c', 1, 2)])).toBe(false);
    expect(visible([pay('c', 'a', 1, 0), pay('a', 'b', 1, 1), pay('b', 'a', 1, 2)])).toBe(false);
  });

  it('respects time: each step at or after the one before', () => {
    expect(visible([pay('c', 'd', 1, 0), pay('b', 'c', 1, 1), pay('a', 'b', 1, 2)])).toBe(false);
    expect(visible([pay('c', 'd', 1, 1), pay('b', 'c', 1, 1), pay('a', 'b', 1, 1)])).toBe(true);
    // The middle one came twice, once in time.
    const twice = [pay('b', 'c', 1, 0), pay('a', 'b', 1, 1), pay('b', 'c', 1, 2)];
    expect(visible([...twice, pay('c', 'd', 1, 1)])).toBe(false);
    expect(visible([...twice, pay('c', 'd', 1, 2)])).toBe(true);
  });

  it('has no order inside a day where the set has none', () => {
    const backwards = [pay('c', 'd', 1, 0), pay('b', 'c', 1, 1), pay('a', 'b', 1, 2)];
    expect(visible(backwards, true)).toBe(true);
    expect(visible([...backwards.slice(0, 2), pay('a', 'b', 1, DAY_MINUTES)], true)).toBe(false);
  });

  it('is not held together by what lies outside the wallets', () => {
    const out = { kinds: [null, 'EXTERNAL'] } as const;
    const three = ['a', 'b', 'c'].map((from) => pay(from, 'external-spending', 1, 0, out));
    expect(visible(three)).toBe(false);
    const back = pay('external-spending', 'd', 1, 2, { kinds: ['EXTERNAL', null] });
    const through = [pay('a', 'b', 1, 0), pay('b', 'external-spending', 1, 1, out), back];
    expect(visible(through)).toBe(false);
  });

  it('takes no longer for a pair that paid each other very often', () => {
    const often = Array.from({ length: 150_000 }, (_, n) => pay('a', 'b', 1, n));
    expect(visible([...often, pay('b', 'c', 1, 0), pay('c', 'd', 1, 1)])).toBe(true);
  });
});
