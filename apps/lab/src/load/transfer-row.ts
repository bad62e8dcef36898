import { type TransferRow } from '#contracts';
import { formatAmount, formatEventTime, type Party, type Transfer } from '#domain';

/** A wallet's number is its holder's, less the last digit: E.164 of Pakistan has twelve. */
const msisdnOf = (walletId: string): string => `+${walletId}0`;

const isPerson = ({ kind }: Party): boolean => kind === null;

/**
 * A transfer as a wallet provider posts it: persons with their mobile number, the payer's handset beside it. Two or three
 * identifiers a row are what the field's feeds have, and what they cost to make safe is part of what is measured.
 */
export function transferRow(transfer: Transfer): TransferRow {
  const { transferId, type, occurredAtMs, amountMinor, currency, debtor, creditor } = transfer;
  const party = ({ walletId, kind }: Party): TransferRow['debtor'] =>
    kind === null ? { walletId, msisdn: msisdnOf(walletId) } : { walletId, kind };
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
