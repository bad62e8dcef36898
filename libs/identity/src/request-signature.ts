import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '#domain';

/** What a signed request carries beside its key. */
export const SIGNATURE_HEADERS = {
  timestamp: 'x-layerwatch-timestamp',
  nonce: 'x-layerwatch-nonce',
  signature: 'x-layerwatch-signature',
} as const;

/** So far a sender's clock may be from ours. */
export const SIGNED_WITHIN_S = 300;

const SECONDS = /^\d{1,12}$/;
const NONCE = /^[\w-]{16,64}$/;
const SIGNATURE = /^[0-9a-f]{64}$/;

/** A request, as far as it is signed. */
export interface SignedRequest {
  readonly method: string;
  /** With its query, as it was sent. */
  readonly path: string;
  /** Unix seconds. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly body: Buffer;
}

/**
 * HMAC-SHA-256 by the key, in hex, over five lines: method, path, timestamp, nonce, and the SHA-256 of the body in hex; each but the last
 * ended by a line feed.
 */
export function signatureOf(
  key: string,
  { method, path, timestamp, nonce, body }: SignedRequest,
): string {
  const digest = createHash('sha256').update(body).digest('hex');
  const text = [method, path, timestamp, nonce, digest].join('\n');
  return createHmac('sha256', key).update(text).digest('hex');
}

/**
 * Whether a request is as whoever has the key sent it, and lately. That it was not sent before is for whoever remembers nonces.
 *
 * @param headers of the request
 * @returns its nonce
 * @throws AppError UNAUTHENTICATED where it is not signed, or something of it is another
 */
export function checkSignature(
  key: string,
  request: Pick<SignedRequest, 'method' | 'path' | 'body'>,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  nowMs: number,
): string {
  const header = (name: keyof typeof SIGNATURE_HEADERS, shape: RegExp): string => {
    const sent = headers[SIGNATURE_HEADERS[name]];
    if (typeof sent === 'string' && shape.test(sent)) return sent;
    const names = Object.values(SIGNATURE_HEADERS).join(', ');
    throw new AppError('UNAUTHENTICATED', `requests with this key are signed: send ${names}`);
  };
  const timestamp = header('timestamp', SECONDS);
  const nonce = header('nonce', NONCE);
  const sent = Buffer.from(header('signature', SIGNATURE));
  const expected = Buffer.from(signatureOf(key, { ...request, timestamp, nonce }));
  if (!timingSafeEqual(sent, expected)) {
    throw new AppError('UNAUTHENTICATED', 'the signature is not that of this request and key');
  }
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > SIGNED_WITHIN_S) {
    throw new AppError(
      'UNAUTHENTICATED',
      `the request was signed more than ${SIGNED_WITHIN_S} seconds from now: see to the clock, and sign it anew`,
    );
  }
  return nonce;
}
