import { AppError, invariant, walletKey } from '#domain';
import { ID_LENGTH_MAX } from './operation-input';

/**
 * What a wallet is matched by, where a request names one among identifiers.
 *
 * @param provider there, as the request was checked
 * @throws AppError INVALID_INPUT where it can be no wallet
 */
export function walletMatch(walletId: string, provider: string | null | undefined): string {
  invariant(typeof provider === 'string', 'the request was checked: a wallet has a provider');
  if (walletId.length > ID_LENGTH_MAX) {
    throw new AppError('INVALID_INPUT', `a wallet id has at most ${ID_LENGTH_MAX} characters`);
  }
  return walletKey({ provider, walletId });
}
