import { createHash } from 'node:crypto';
import { type Party, type TransferStatus, transferKey, walletKey } from '#domain';
import { type TransferReport } from '../transfer-report';

/** What whoever gave no end-to-end identification writes (ISO 20022): it identifies nothing. */
const NOT_PROVIDED = 'NOTPROVIDED';

/**
 * What a payment between two providers is known by to both, 32 hex digits; null where the other cannot know it, or where it is
 * not told by one of the two: nobody else has a say in what is one payment.
 */
export function paymentKey(provider: string, report: TransferReport): string | null {
  const { particulars, debtor, creditor } = report;
  const rail = particulars?.rail;
  const endToEndId = particulars?.endToEndId;
  if (rail === undefined || endToEndId === undefined || endToEndId === NOT_PROVIDED) return null;
  if (debtor.provider === creditor.provider) return null;
  if (provider !== debtor.provider && provider !== creditor.provider) return null;
  const named = JSON.stringify([rail, endToEndId, debtor.provider, creditor.provider]);
  return createHash('sha256').update(named).digest('hex').slice(0, 32);
}

/** A transfer as its provider calls it. */
export interface Leg {
  readonly provider: string;
  readonly transferId: string;
}

/** What is stored of a leg: where the log first tells of it, and what it told, oldest first. */
export interface StoredLeg {
  readonly firstPosition: number;
  readonly reports: readonly TransferReport[];
}

/** A payment that was told of before. */
export interface Payment {
  readonly key: string;
  readonly first: Leg;
  readonly other: Leg | null;
  readonly differs: boolean;
}

/** How a row stands to what the other provider told of the same payment. */
export interface LegRole {
  /** Where the log first tells of the payment; null where this provider was the first to tell of it, or the only one. */
  readonly legOf: number | null;
  /** Whether the other has told of this status already, so that nothing moves. */
  readonly echo: boolean;
}

const ALONE: LegRole = { legOf: null, echo: false };

/** What is to be written of payments after a batch. */
export interface PaymentChanges {
  readonly begun: { readonly key: string; readonly leg: Leg }[];
  readonly paired: { readonly key: string; readonly leg: Leg }[];
  readonly differing: { readonly key: string; readonly leg: Leg; readonly path: string }[];
}

const isLeg = (a: Leg | null, b: Leg): boolean => a !== null && transferKey(a) === transferKey(b);

const isParty = (a: Party, b: Party): boolean => walletKey(a) === walletKey(b);

/** The first field in which two providers do not tell of the same payment; null where they agree. */
function difference(a: TransferReport, b: TransferReport): string | null {
  if (a.amountMinor !== b.amountMinor) return '/amount';
  if (a.currency !== b.currency) return '/currency';
  if (!isParty(a.debtor, b.debtor)) return '/debtor/walletId';
  if (!isParty(a.creditor, b.creditor)) return '/creditor/walletId';
  return null;
}

/** It cannot have come to nothing and have moved money. */
const excludes = (a: TransferStatus, b: TransferStatus): boolean =>
  (a === 'FAILED') !== (b === 'FAILED') && a !== 'PENDING' && b !== 'PENDING';

/**
 * Has each payment move once, whichever of its two providers tells of it first, and of its settlement first. Both legs are kept. Two
 * legs are one payment where rail, end-to-end id and both providers are the same, each is told by another of the two, and they
 * agree in money and wallets; otherwise each stands for itself and the difference is kept.
 */
export class PaymentLegs {
  readonly changes: PaymentChanges = { begun: [], paired: [], differing: [] };
  private readonly payments: Map<string, Payment>;

  /**
   * @param provider whose rows come
   * @param legs of other providers, by transfer
   */
  constructor(
    private readonly provider: string,
    payments: readonly Payment[],
    private readonly legs: ReadonlyMap<string, StoredLeg>,
  ) {
    this.payments = new Map(payments.map((payment) => [payment.key, payment]));
  }

  /**
   * Takes a row that was accepted.
   *
   * @param history what its provider told of the transfer before, oldest first
   */
  take(history: readonly TransferReport[], report: TransferReport): LegRole {
    const key = paymentKey(this.provider, history[0] ?? report);
    if (key === null) return ALONE;
    const leg: Leg = { provider: this.provider, transferId: report.transferId };
    const payment = this.payments.get(key);
    if (payment === undefined) {
      if (history.length > 0) return ALONE;
      this.payments.set(key, { key, first: leg, other: null, differs: false });
      this.changes.begun.push({ key, leg });
      return ALONE;
    }
    const { first, other } = payment;
    if (isLeg(first, leg)) return other === null ? ALONE : this.beside(payment, leg, other, report);
    if (isLeg(other, leg)) return this.beside(payment, leg, first, report);
    // A second payment under the same id stands for itself, whoever tells of it.
    if (history.length > 0 || other !== null || first.provider === this.provider) return ALONE;
    const stored = this.legs.get(transferKey(first));
    // It may have been archived since.
    if (stored === undefined) return ALONE;
    const path = difference(stored.reports[0]!, report);
    if (path !== null) {
      this.differ(payment, leg, path);
      return ALONE;
    }
    const paired = { ...payment, other: leg };
    this.payments.set(key, paired);
    this.changes.paired.push({ key, leg });
    return this.beside(paired, leg, first, report);
  }

  /** @param other what the other provider calls it */
  private beside(payment: Payment, leg: Leg, other: Leg, { status }: TransferReport): LegRole {
    const stored = this.legs.get(transferKey(other));
    if (stored === undefined) return ALONE;
    const { firstPosition, reports } = stored;
    if (reports.some((told) => excludes(told.status, status))) this.differ(payment, leg, '/status');
    return {
      legOf: isLeg(payment.first, leg) ? null : firstPosition,
      echo: reports.some((told) => told.status === status),
    };
  }

  private differ(payment: Payment, leg: Leg, path: string): void {
    if (payment.differs) return;
    this.payments.set(payment.key, { ...payment, differs: true });
    this.changes.differing.push({ key: payment.key, leg, path });
  }
}
