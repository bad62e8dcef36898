import { printable, printableLines } from './printable';

describe('what is printed of a foreign text', () => {
  it.each([
    ['\u001b[2Jred', '�[2Jred'],
    ['a\rb\nc\td\u0000', 'a�b�c�d�'],
    ['\u007f\u009b31m', '��31m'],
    ['\u202egnp\u2066\u2028\u2029', '�gnp���'],
    ['a\ud800b', 'a�b'],
  ])('%j obeys nothing', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['chain', 'PKR 1,000.00 · ≥ 90 % → x', 'حوالہ‌جات', '😀'])(
    '%s stays as it is',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('keeps the lines of a text of several', () => {
    expect(printableLines('a\u001b\nb\r\n')).toBe('a�\nb�\n');
  });
});
