import { type Complaint, type EventTimeMs, walletKey } from '#domain';
import { type Caps } from './caps';
import { CAPS, type FlowLimits, namedForMs } from './flow-limits';
import { RecentMap } from './recent-map';
import { type Note, RecentNotes } from './recent-notes';
import { loadChunked, saveChunked } from './saved-list';
import { NO_SLOT } from './slot-table';
import { type StatePart, type StateSource } from './state-parts';

/** Payments of one payer whose complaints count: whoever complains of everything it pays accuses no more than so many. */
export const COMPLAINTS_PER_PAYER_MAX = 8;

/** What was said of a payment. */
export interface ComplaintNote extends Note {
  /** Of fraud, or that it was not authorised; else of anything. */
  readonly isFraud: boolean;
}

/**
 * Of which payments somebody complained, by where the log first told of them. A payment is complained of or it is not: more
 * complaints of it say no more than the gravest.
 *
 * Heard are the providers of both sides, and the one that reported the payment: of anybody else nobody can tell how they know.
 */
export class ComplaintStore {
  private readonly payments = new RecentMap<number, ComplaintNote>();
  private readonly payers: RecentNotes<Note>;
  private readonly memoryMs: number;
  private readonly paymentsMax: number;

  constructor(
    limits: FlowLimits,
    private readonly caps: Caps,
  ) {
    // As long as a trail may name the payment.
    this.memoryMs = namedForMs(limits);
    this.paymentsMax = limits.complaintsMax;
    this.payers = new RecentNotes(
      'complaints.payers',
      {
        ...{ keysMax: limits.complaintsMax, perKeyMax: COMPLAINTS_PER_PAYER_MAX },
        memoryMs: this.memoryMs,
      },
      () => {
        caps.count(CAPS.complaints);
      },
    );
  }

  /** Payments that are complained of. */
  get size(): number {
    return this.payments.size;
  }

  /** @returns whether that is news of a payment */
  note({ provider, occurredAtMs, reason, about }: Complaint, nowMs: EventTimeMs): boolean {
    if (about === null || Number.isNaN(nowMs)) return false;
    const { position, reportedBy, debtor, creditor } = about;
    if (![debtor.provider, creditor.provider, reportedBy].includes(provider)) return false;
    const isFraud = reason !== 'OTHER';
    const known = this.of(position, nowMs);
    if (known !== null && (known.isFraud || !isFraud)) return false;
    const atMs = Math.min(occurredAtMs, nowMs);
    if (known === null && !this.mayAccuse(walletKey(debtor), atMs, nowMs)) return false;
    this.payments.set(position, { atMs, isFraud });
    this.forget(nowMs);
    return true;
  }

  /** What was said of a payment; null where nothing was, or it is too long ago. */
  of(position: number, nowMs: EventTimeMs): ComplaintNote | null {
    const note = this.payments.get(position);
    return note === undefined || note.atMs < nowMs - this.memoryMs ? null : note;
  }

  private mayAccuse(payer: string, atMs: EventTimeMs, nowMs: EventTimeMs): boolean {
    if (this.payers.count(payer, nowMs) >= COMPLAINTS_PER_PAYER_MAX) {
      this.caps.count(CAPS.complaintsPerPayer);
      return false;
    }
    this.payers.note(payer, { atMs }, nowMs);
    return true;
  }

  private forget(nowMs: EventTimeMs): void {
    const { payments } = this;
    for (let { oldest } = payments; oldest !== NO_SLOT; { oldest } = payments) {
      const isOld = payments.at(oldest).atMs < nowMs - this.memoryMs;
      if (!isOld && payments.size <= this.paymentsMax) return;
      if (!isOld) this.caps.count(CAPS.complaints);
      payments.forget(oldest);
    }
  }

  *save(): Iterable<StatePart> {
    yield* saveChunked('complaints', [...this.payments.entries()]);
    yield* this.payers.save();
  }

  load(source: StateSource): void {
    for (const [position, note] of loadChunked<[number, ComplaintNote]>('complaints', source)) {
      this.payments.set(position, note);
    }
    this.payers.load(source);
  }
}
