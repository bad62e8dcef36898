import { formatAmount, formatEventTime, isHub } from '#domain';
import { type SimulatedTransfer } from './simulation';

/** The columns of a simulated feed: the lab's seven, then some of the contract's own paths. */
export const FEED_COLUMNS = [
  'transferId',
  'occurredAt',
  'type',
  'debtorWalletId',
  'creditorWalletId',
  'amount',
  'currency',
  'status',
  'channel',
  'agentId',
  'device.id',
  'debtor.kind',
  'debtor.msisdn',
  'debtor.tier',
  'debtor.openedAt',
  'creditor.kind',
  'creditor.msisdn',
  'creditor.tier',
  'creditor.openedAt',
] as const;

const PARTY_TYPES_WITH_AGENT: ReadonlySet<string> = new Set(['CASH_IN', 'CASH_OUT']);

/** One transfer as the cells of {@link FEED_COLUMNS}; what a feed would not tell is left empty. */
export function feedCells(transfer: SimulatedTransfer): string[] {
  const { debtor, creditor, type } = transfer;
  // By the type, not by the kind: a mule that poses as an agent pays cash out at a real one.
  const agent = type === 'CASH_IN' ? debtor : creditor;
  const byApp = transfer.channel === 'APP' || transfer.channel === 'QR';
  return [
    transfer.transferId,
    formatEventTime(transfer.occurredAtMs),
    type,
    debtor.id,
    creditor.id,
    formatAmount(transfer.amountMinor, transfer.currency),
    transfer.currency,
    transfer.status === 'SETTLED' ? '' : transfer.status,
    transfer.channel ?? '',
    PARTY_TYPES_WITH_AGENT.has(type) ? agent.id : '',
    byApp ? (debtor.deviceId ?? '') : '',
    ...[debtor, creditor].flatMap((party) => [
      // What lies outside the watched wallets is told apart by its id, as in every data set of the lab.
      party.kind === 'EXTERNAL' ? '' : party.kind,
      party.msisdn ?? '',
      isHub(party.kind) ? '' : (party.tier ?? ''),
      party.openedAtMs === null
        ? ''
        : formatEventTime(party.openedAtMs).slice(0, 10) + 'T00:00:00Z',
    ]),
  ];
}
