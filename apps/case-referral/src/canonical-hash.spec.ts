import fc from 'fast-check';
import { sha256ByTheBook } from '../test/rfc-8785';
import { sha256OfCanonical } from './canonical-hash';

const reversed = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
};

describe('the canonical hash', () => {
  it('is the one of the example in RFC 8785, section 3.2.2', () => {
    const example = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\u0022\/",
      literals: [null, true, false],
    };
    const canonical =
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}';
    expect(sha256OfCanonical(example)).toBe(sha256ByTheBook(JSON.parse(canonical)));
    expect(sha256OfCanonical({ a: 1 })).toBe(
      '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
    );
  });

  it('agrees with a second implementation, in any order of keys, after any trip through JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const hash = sha256OfCanonical(value);
        expect(hash).toBe(sha256ByTheBook(value));
        expect(sha256OfCanonical(reversed(JSON.parse(JSON.stringify(value))) as object)).toBe(hash);
      }),
      { numRuns: 300 },
    );
  });
});
