import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { TokenSet } from './token-set';

const token = (bytes: Uint8Array): string =>
  `msisdn:${Buffer.from(bytes).toString('base64url').slice(0, 22)}`;
const tokens = fc
  .uniqueArray(fc.uint8Array({ minLength: 16, maxLength: 16 }).map(token), { maxLength: 60 })
  // The set tells tokens apart by their end, without the last character.
  .filter((all) => new Set(all.map((one) => one.slice(-17, -1))).size === all.length);

describe('a set of tokens', () => {
  it('holds what a set holds, until it is full', () => {
    fc.assert(
      fc.property(tokens, tokens, (added, asked) => {
        const set = new TokenSet(64);
        const kept = new Set<string>();
        for (const one of added) {
          if (!set.isFull) kept.add(one);
          set.add(one);
        }
        for (const one of [...added, ...asked]) expect(set.has(one)).toBe(kept.has(one));
      }),
    );
  });

  it('is full at seven in ten, takes no more then, and is empty once cleared', () => {
    const set = new TokenSet(16);
    const all = Array.from({ length: 16 }, () => token(randomBytes(16)));
    for (const one of all) set.add(one);
    expect(all.filter((one) => set.has(one))).toEqual(all.slice(0, 11));
    expect(set.isFull).toBe(true);
    set.clear();
    expect(set.isFull).toBe(false);
    expect(all.some((one) => set.has(one))).toBe(false);
  });

  it('tells apart what differs in any bit that it keeps', () => {
    const bytes = randomBytes(16);
    const set = new TokenSet(1_024);
    set.add(token(bytes));
    // Of 22 characters of six bits each the first five and the last are not kept.
    for (let bit = 30; bit < 126; bit += 1) {
      const other = Buffer.from(bytes);
      other[bit >> 3]! ^= 1 << (7 - (bit & 7));
      expect(set.has(token(other))).toBe(false);
    }
  });
});
