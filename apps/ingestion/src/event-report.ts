import { type FeedEventType, type WalletRef } from '#domain';
import { particularsDifference } from './particulars';
import { type StoreOutcome } from './row-kind';

/** What else an event tells: groups of identifiers, as tokens, and plain fields, such as a tier. */
export type EventParticulars = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** An event that was found good, or one stored before: what a provider said of it, once and for all. */
export interface EventReport {
  readonly eventId: string;
  readonly type: FeedEventType;
  readonly occurredAtMs: number;
  /** The wallet it happened to; null where it happened to none, as a call. */
  readonly wallet: WalletRef | null;
  readonly particulars: EventParticulars;
}

/** The path of the first field in which two reports differ; null where they say the same. */
function difference(a: EventReport, b: EventReport): string | null {
  if (a.type !== b.type) return '/type';
  if (a.occurredAtMs !== b.occurredAtMs) return '/occurredAt';
  if (a.wallet?.provider !== b.wallet?.provider) return '/wallet/provider';
  if (a.wallet?.walletId !== b.wallet?.walletId) return '/wallet/walletId';
  return particularsDifference(a.particulars, b.particulars);
}

/** What a report amounts to that came under an id which is stored. An event happened as it was told: nothing follows on it. */
export function judgeEvent(stored: EventReport, report: EventReport): StoreOutcome {
  const path = difference(stored, report);
  return path === null
    ? { kind: 'duplicate' }
    : { kind: 'conflict', path, detail: 'differs from what was stored under this eventId' };
}
