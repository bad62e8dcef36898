import { type EvidenceTransfer } from '#contracts';
import { type EventTimeMs, transferKey, walletKey } from '#domain';

interface Timed {
  readonly atMs: EventTimeMs;
  readonly key: string;
  readonly transfer: EvidenceTransfer;
}

/** By time, then by key: the same for whoever sorts them. */
const byTime = (a: Timed, b: Timed): number =>
  a.atMs - b.atMs || (a.key < b.key ? -1 : Number(a.key > b.key));

/**
 * Orders transfers so that money comes before it goes: by time and, among those of one instant, a wallet's payments after
 * what it receives. Feeds that tell only the day, or the second, would otherwise have mules pay before they were paid, and
 * one rupee would enter the network at every hop. Where payments of one instant run in a circle, it is opened at the first
 * of them by key.
 *
 * Cost: sorting, then one look at each transfer.
 */
export function inCausalOrder(transfers: readonly EvidenceTransfer[]): EvidenceTransfer[] {
  const sorted = transfers
    .map((transfer) => ({
      atMs: Date.parse(transfer.occurredAt),
      key: transferKey(transfer),
      transfer,
    }))
    .sort(byTime);
  const ordered: EvidenceTransfer[] = [];
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end]!.atMs === sorted[start]!.atMs) end += 1;
    const sameInstant = sorted.slice(start, end).map(({ transfer }) => transfer);
    for (const transfer of ofOneInstant(sameInstant)) ordered.push(transfer);
    start = end;
  }
  return ordered;
}

/** Kahn's order over wallets: a wallet pays once everything that it receives in this instant has come. */
function ofOneInstant(transfers: readonly EvidenceTransfer[]): readonly EvidenceTransfer[] {
  if (transfers.length === 1) return transfers;
  const due = new Map<string, EvidenceTransfer[]>();
  const awaited = new Map<string, number>();
  for (const transfer of transfers) {
    const payer = walletKey(transfer.debtor);
    const payee = walletKey(transfer.creditor);
    const payments = due.get(payer);
    if (payments) payments.push(transfer);
    else due.set(payer, [transfer]);
    awaited.set(payee, (awaited.get(payee) ?? 0) + 1);
  }
  const ready = [...due.keys()].filter((payer) => !awaited.has(payer));
  const ordered: EvidenceTransfer[] = [];
  let next = 0;
  /** Everyone left waits for somebody: a circle. The first payment that is still due opens it. */
  const firstWaiting = (): string => {
    while (!due.has(walletKey(transfers[next]!.debtor))) next += 1;
    return walletKey(transfers[next]!.debtor);
  };
  while (ordered.length < transfers.length) {
    const payer = ready.pop() ?? firstWaiting();
    const payments = due.get(payer) ?? [];
    due.delete(payer);
    for (const transfer of payments) {
      ordered.push(transfer);
      const payee = walletKey(transfer.creditor);
      const left = awaited.get(payee)! - 1;
      awaited.set(payee, left);
      if (left === 0 && due.has(payee)) ready.push(payee);
    }
  }
  return ordered;
}
