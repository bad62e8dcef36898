import { type TransferEntry } from '#contracts';

/**
 * The same entries with texts of their own, as they come from a database: no text was ever hashed, and none is shared with
 * the row before. An engine that looks wallets up by text would look half as dear with texts that it has met.
 *
 * Words of closed sets and the provider stay as they are: so they do in the service, which reads each once.
 */
export function freshEntries(entries: readonly TransferEntry[]): TransferEntry[] {
  const ids = JSON.parse(
    JSON.stringify(
      entries.map(({ transfer, debtorTokens, creditorTokens }) => [
        transfer.transferId,
        transfer.debtor.walletId,
        transfer.creditor.walletId,
        debtorTokens,
        creditorTokens,
      ]),
    ),
  ) as [string, string, string, string[], string[]][];
  return entries.map(({ kind, position, originalPosition, transfer }, i): TransferEntry => {
    const [transferId, debtorId, creditorId, debtorTokens, creditorTokens] = ids[i]!;
    const { debtor, creditor } = transfer;
    return {
      kind,
      position,
      originalPosition,
      debtorTokens,
      creditorTokens,
      transfer: {
        provider: transfer.provider,
        transferId,
        status: transfer.status,
        type: transfer.type,
        occurredAtMs: transfer.occurredAtMs,
        amountMinor: transfer.amountMinor,
        currency: transfer.currency,
        debtor: { provider: debtor.provider, walletId: debtorId, kind: debtor.kind },
        creditor: { provider: creditor.provider, walletId: creditorId, kind: creditor.kind },
      },
    };
  });
}
