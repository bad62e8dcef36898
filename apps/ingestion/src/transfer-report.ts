import { mayBecome, type Party, type TransferStatus, type TransferType, walletKey } from '#domain';
import { completeParticulars, type Particulars, particularsDifference } from './particulars';

/** A row that was found good, or one stored before: what a provider said about a transfer at one time. */
export interface TransferReport {
  readonly transferId: string;
  readonly status: TransferStatus;
  readonly type: TransferType;
  readonly occurredAtMs: number;
  readonly amountMinor: number;
  readonly currency: string;
  readonly debtor: Party;
  readonly creditor: Party;
  readonly originalTransferId: string | null;
  readonly particulars: Particulars | null;
}

/** What a report amounts to, given what its sender said of the transfer before. */
export type Judgement =
  | { readonly kind: 'accepted'; readonly report: TransferReport }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'conflict'; readonly path: string; readonly detail: string };

type Field = readonly [path: string, read: (report: TransferReport) => unknown];

/** Money and parties: whatever becomes of a transfer, these stay. */
const LASTING_FIELDS: readonly Field[] = [
  ['/type', (report) => report.type],
  ['/amount', (report) => report.amountMinor],
  ['/currency', (report) => report.currency],
  ['/debtor/provider', (report) => report.debtor.provider],
  ['/debtor/walletId', (report) => report.debtor.walletId],
  ['/creditor/provider', (report) => report.creditor.provider],
  ['/creditor/walletId', (report) => report.creditor.walletId],
  ['/originalTransferId', (report) => report.originalTransferId],
];

/** What another status may bring anew: a transfer settles later than it was ordered. */
const PASSING_FIELDS: readonly Field[] = [
  ['/occurredAt', (report) => report.occurredAtMs],
  ['/debtor/kind', (report) => report.debtor.kind],
  ['/creditor/kind', (report) => report.creditor.kind],
];

const difference = (fields: readonly Field[], a: TransferReport, b: TransferReport) =>
  fields.find(([, read]) => read(a) !== read(b))?.[0] ?? null;

/** The path of the first field in which two reports of one transfer and status differ; null where they say the same. */
const anyDifference = (a: TransferReport, b: TransferReport): string | null =>
  difference(LASTING_FIELDS, a, b) ??
  difference(PASSING_FIELDS, a, b) ??
  particularsDifference({ ...a.particulars }, { ...b.particulars });

/**
 * A later status often comes with the bare minimum. The log's readers look at one report at a time, and only the one that
 * settles moves value, so it carries on what was told before.
 */
const completeFrom = (later: TransferReport, earlier: TransferReport): TransferReport => ({
  ...later,
  debtor: { ...later.debtor, kind: later.debtor.kind ?? earlier.debtor.kind },
  creditor: { ...later.creditor, kind: later.creditor.kind ?? earlier.creditor.kind },
  particulars: completeParticulars(later.particulars, earlier.particulars),
});

const conflict = (path: string, detail: string): Judgement => ({ kind: 'conflict', path, detail });

/**
 * @param history what is stored of the transfer, oldest first; empty where it is new
 */
export function judge(history: readonly TransferReport[], report: TransferReport): Judgement {
  const first = history[0];
  const last = history.at(-1);
  if (first === undefined || last === undefined) return { kind: 'accepted', report };
  const at = history.findIndex(({ status }) => status === report.status);
  if (at >= 0) {
    const before = history[at - 1];
    const complete = before === undefined ? report : completeFrom(report, before);
    const path = anyDifference(history[at]!, complete);
    return path === null
      ? { kind: 'duplicate' }
      : conflict(path, 'differs from what was stored under this transferId');
  }
  const path = difference(LASTING_FIELDS, first, report);
  if (path !== null) return conflict(path, 'differs from what was stored under this transferId');
  return mayBecome(last.status, report.status)
    ? { kind: 'accepted', report: completeFrom(report, last) }
    : conflict('/status', 'cannot follow the status that was stored under this transferId');
}

const isWallet = (a: Party, b: Party): boolean => walletKey(a) === walletKey(b);

/**
 * Whether a reversal takes back what its original moved: between the same wallets, the other way round, and no more of it.
 * Otherwise a stranger's money would be taken, and what an alert relies on would count as undone.
 *
 * Each reversal is measured by itself. Several in part may come to more than the original: to add them up, they would have
 * to be found by their original, by an index that every row of the log pays for. They stay with its own two wallets, the
 * engine takes no more than is left there, and books the rest as a shortfall.
 *
 * @param original as first reported; what is compared here never changes afterwards
 */
export function judgeReversal(original: TransferReport, reversal: TransferReport): Judgement {
  if (!isWallet(reversal.debtor, original.creditor)) {
    return conflict('/debtor/walletId', 'must be the creditor of the transfer that is reversed');
  }
  if (!isWallet(reversal.creditor, original.debtor)) {
    return conflict('/creditor/walletId', 'must be the debtor of the transfer that is reversed');
  }
  if (reversal.currency !== original.currency) {
    return conflict('/currency', 'must be that of the transfer that is reversed');
  }
  return reversal.amountMinor > original.amountMinor
    ? conflict('/amount', 'must be no more than that of the transfer that is reversed')
    : { kind: 'accepted', report: reversal };
}
