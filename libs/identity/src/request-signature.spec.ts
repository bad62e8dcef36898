import fc from 'fast-check';
import {
  checkSignature,
  SIGNATURE_HEADERS,
  SIGNED_WITHIN_S,
  signatureOf,
} from './request-signature';

const KEY = 'lw_secret';
const NOW_MS = Date.UTC(2026, 2, 1);
const request = { method: 'POST', path: '/v1/transfers?x=1', body: Buffer.from('{"a":1}') };

function headersOf(over: Partial<Record<'timestamp' | 'nonce' | 'key', string>> = {}) {
  const { timestamp = String(NOW_MS / 1_000), nonce = 'n'.repeat(16), key = KEY } = over;
  return {
    [SIGNATURE_HEADERS.timestamp]: timestamp,
    [SIGNATURE_HEADERS.nonce]: nonce,
    [SIGNATURE_HEADERS.signature]: signatureOf(key, { ...request, timestamp, nonce }),
  };
}

describe('a signed request', () => {
  it('is as it was sent, and by whom', () => {
    expect(checkSignature(KEY, request, headersOf(), NOW_MS)).toBe('n'.repeat(16));
    // By another implementation: printf, openssl dgst -sha256, openssl dgst -sha256 -hmac.
    expect(signatureOf(KEY, { ...request, timestamp: '1772323200', nonce: 'n'.repeat(16) })).toBe(
      'fe1f6685e5707d002d36b83842f6302d150eff3b8f14cbc460785e5f27cbe584',
    );
    for (const other of [
      { method: 'GET' },
      { path: '/v1/events?x=1' },
      { body: Buffer.from('{"a":2}') },
    ]) {
      const check = (): unknown =>
        checkSignature(KEY, { ...request, ...other }, headersOf(), NOW_MS);
      expect(check).toThrow('not that of this request');
    }
    expect(() => checkSignature(KEY, request, headersOf({ key: 'lw_other' }), NOW_MS)).toThrow(
      'not that of this request',
    );
  });

  it('is none where any byte of it is another', () => {
    fc.assert(
      fc.property(fc.nat(request.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const body = Buffer.from(request.body);
        body[at] = (body[at]! + by) % 256;
        expect(() => checkSignature(KEY, { ...request, body }, headersOf(), NOW_MS)).toThrow();
      }),
    );
  });

  it('was signed within five minutes: limit less one, limit, limit and one', () => {
    for (const [apartS, isTaken] of [
      [SIGNED_WITHIN_S - 1, true],
      [SIGNED_WITHIN_S, true],
      [SIGNED_WITHIN_S + 1, false],
    ] as const) {
      for (const sign of [-1, 1]) {
        const headers = headersOf({ timestamp: String(NOW_MS / 1_000 + sign * apartS) });
        const check = (): unknown => checkSignature(KEY, request, headers, NOW_MS);
        if (isTaken) expect(check()).toBe('n'.repeat(16));
        else expect(check).toThrow('see to the clock');
      }
    }
  });

  it('has all that it needs, as it has to be', () => {
    for (const [name, values] of [
      [SIGNATURE_HEADERS.timestamp, [undefined, '', '1e9', '-1', '1'.repeat(13)]],
      [SIGNATURE_HEADERS.nonce, [undefined, 'n'.repeat(15), 'n'.repeat(65), 'n'.repeat(15) + '!']],
      [SIGNATURE_HEADERS.signature, [undefined, '', 'A'.repeat(64), 'a'.repeat(63)]],
    ] as const) {
      for (const value of values) {
        const headers = { ...headersOf(), [name]: value };
        const check = (): unknown => checkSignature(KEY, request, headers, NOW_MS);
        expect(check).toThrow('are signed: send x-layerwatch-timestamp');
      }
    }
  });
});
