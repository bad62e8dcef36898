import { type TransferRow } from '#contracts';
import { formatAmount, formatEventTime, type Party, type Transfer } from '#domain';

/** A wallet's number is its holder's, less the last digit: E.164 of Pakistan has twelve. */
const msisdnOf = (walletId: string): string => `+${walletId}0`;

const isPerson = ({ kind }: Party): boolean => kind === null;

/** Who keeps a wallet, by its number. */
export const providerOf = (walletId: string, providers: readonly string[]): string =>
  providers[Number(walletId) % providers.length]!;

/**
 * A transfer as a wallet provider posts it: persons with their mobile number, the payer's handset beside it. Two or three
 * identifiers a row are what the field's feeds have, and what they cost to make safe is part of what is measured.
 *
 * @param providers among which the wallets are shared out; the payer's reports
 */
export function transferRow(transfer: Transfer, providers: readonly string[]): TransferRow {
  const { transferId, type, occurredAtMs, amountMinor, currency, debtor, creditor } = transfer;
  const sender = providerOf(debtor.walletId, providers);
  const party = ({ walletId, kind }: Party): TransferRow['debtor'] => {
    const provider = providerOf(walletId, providers);
    return {
      walletId,
      ...(provider === sender ? {} : { provider }),
      ...(kind === null ? { msisdn: msisdnOf(walletId) } : { kind }),
    };
  };
  return {
    transferId,
    occurredAt: formatEventTime(occurredAtMs),
    type,
    amount: formatAmount(amountMinor, currency),
    currency,
    debtor: party(debtor),
    creditor: party(creditor),
    ...(isPerson(debtor) ? { channel: 'APP', device: { id: `H${debtor.walletId}` } } : {}),
  };
}

/** Which transfer of its feed this is, from 1. */
export const transferNumber = (transferId: string): number => Number(transferId.slice(1));
