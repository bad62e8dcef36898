import fc from 'fast-check';
import { maskedValue } from './masked-value';

describe('a masked value', () => {
  it.each([
    ['923001234567', '…567'],
    ['1234567', '…567'],
    ['123456', '…'],
    ['', '…'],
    ['ab🙂cde😀', '…de😀'],
  ])('of %j is %j', (value, masked) => {
    expect(maskedValue(value)).toBe(masked);
  });

  it('never shows more than three characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 }), (value) => {
        expect(Array.from(maskedValue(value)).length).toBeLessThanOrEqual(4);
      }),
    );
  });
});
