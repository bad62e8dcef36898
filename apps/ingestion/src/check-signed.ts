import { type FastifyRequest } from 'fastify';
import { AppError } from '#domain';
import { checkSignature, type Reporter } from '#identity';
import { type NonceRepository } from './nonce.repository';

/**
 * Whether a request is signed, where its key wants that, and was not taken before.
 *
 * @throws AppError UNAUTHENTICATED where it is not signed, CONFLICT where it was taken before
 */
export async function checkSigned(
  nonces: NonceRepository,
  { signedWith }: Reporter,
  { method, url, headers }: FastifyRequest,
  body: Buffer,
): Promise<void> {
  if (signedWith === null) return;
  const { id, key } = signedWith;
  const nonce = checkSignature(key, { method, path: url, body }, headers, Date.now());
  if (await nonces.take(id, nonce)) return;
  throw new AppError('CONFLICT', 'this very request was sent before: sign it anew');
}
