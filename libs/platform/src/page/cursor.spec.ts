import fc from 'fast-check';
import { fromCursor, isSerialPlace, toCursor } from './cursor';

describe('a cursor', () => {
  it('gives back the place it was made of', () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (place) => {
        expect(fromCursor(toCursor([place]), isSerialPlace)).toEqual([place]);
      }),
    );
    expect(fromCursor(undefined, isSerialPlace)).toBeNull();
  });

  it('is refused where it is none of this list', () => {
    const others = [[-1], [1.5], [2 ** 60], ['1'], [1, 2], []].map(toCursor);
    for (const cursor of ['', 'null', 'e30', '%%%', 'x'.repeat(200), ...others]) {
      expect(() => fromCursor(cursor, isSerialPlace)).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT' }) as Error,
      );
    }
  });
});
