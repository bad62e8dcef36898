import { type Transfer } from './transfer';
import { walletKey } from './wallet';

/** What payments of different wallets may have in common. */
export const MARK_KINDS = ['handset', 'sim', 'person', 'agent'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

/**
 * A payment's marks, those that are told: tokens of the handset it was made from, of the debtor's mobile number and of the
 * debtor's national id; and the agent who paid out its cash, as a wallet's key.
 */
export type Marks = Readonly<Partial<Record<MarkKind, string>>>;

/**
 * The agent who paid out cash: the one whom the provider names, else the wallet that took the money, where it is an agent's.
 *
 * @param agentId as the provider names it among its own
 */
export function cashedOutAt(
  { provider, type, creditor }: Pick<Transfer, 'provider' | 'type' | 'creditor'>,
  agentId: string | null,
): string | undefined {
  if (type !== 'CASH_OUT') return undefined;
  if (agentId !== null) return walletKey({ provider, walletId: agentId });
  return creditor.kind === 'AGENT' ? walletKey(creditor) : undefined;
}

/** Of an entry of the log, the marks that are told. */
export function toldMarks(all: Readonly<Record<MarkKind, string | null | undefined>>): {
  readonly marks?: Marks;
} {
  let marks: Partial<Record<MarkKind, string>> | null = null;
  for (const kind of MARK_KINDS) {
    const mark = all[kind];
    if (mark != null) (marks ??= {})[kind] = mark;
  }
  return marks === null ? {} : { marks };
}
