import { createHmac } from 'node:crypto';
import { ShortMac } from './short-mac';

/** RFC 4231, cases 1 and 2: key and text in hex, HMAC-SHA-256. */
const RFC_4231 = [
  [
    '0b'.repeat(20),
    '4869205468657265',
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    '4a656665',
    '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
] as const;

describe('the code of short texts', () => {
  it.each(RFC_4231)('is what RFC 4231 says, key %s', (key, text, expected) => {
    const mac = new ShortMac(Buffer.from(key, 'hex'));
    const code = mac.base64url(Buffer.from(text, 'hex').toString(), 32);
    expect(Buffer.from(code, 'base64url').toString('hex')).toBe(expected);
  });

  it('is HMAC-SHA-256 for texts of every length and alphabet, one after the other', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37) % 256));
    const mac = new ShortMac(key);
    const letters = ['a', 'é', 'ہ', '🙂'];
    for (let length = 0; length < 600; length += 7) {
      const text = letters[length % letters.length]!.repeat(length);
      const expected = createHmac('sha256', key).update(text).digest();
      expect(mac.base64url(text, 16)).toBe(expected.subarray(0, 16).toString('base64url'));
    }
  });

  it('takes no key that is longer than a block', () => {
    expect(() => new ShortMac(Buffer.alloc(65))).toThrow('longer key');
  });
});
