import { invariant } from './app-error';

/** A wallet is known by its provider and the provider's own id for it, everywhere. */
export interface WalletRef {
  readonly provider: string;
  readonly walletId: string;
}

/** A transfer is known by the provider that reported it and that provider's id for it. */
export interface TransferRef {
  readonly provider: string;
  readonly transferId: string;
}

/** Separates the two halves of a key. Neither half may hold it (contracts refuse control characters). */
const SEPARATOR = '\n';

/** One string for a wallet, to key maps with. */
export const walletKey = (wallet: WalletRef): string =>
  wallet.provider + SEPARATOR + wallet.walletId;

/** A wallet in one currency. */
export const accountKey = (wallet: WalletRef, currency: string): string =>
  `${walletKey(wallet)}\n${currency}`;

export function walletOfKey(key: string): WalletRef {
  const at = key.indexOf(SEPARATOR);
  invariant(at > 0, 'a wallet key holds a provider and a wallet id');
  return { provider: key.slice(0, at), walletId: key.slice(at + 1) };
}

export const transferKey = (transfer: TransferRef): string =>
  transfer.provider + SEPARATOR + transfer.transferId;
