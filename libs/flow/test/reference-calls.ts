import { type Call } from '#domain';
import { type ReportedCall } from './reference-account';
import { type ReferenceWatchlist } from './reference-watchlist';

/** So many calls are remembered of a called number, from reported numbers and from others each. */
const CALLS_PER_NUMBER_MAX = 8;

interface Kept extends Call {
  readonly fromReported: boolean;
}

/** Every call that was told of. */
export class ReferenceCalls {
  /** In the order of arrival. */
  private calls: Kept[] = [];

  constructor(
    private readonly watchlist: ReferenceWatchlist,
    private readonly memoryMs: number,
  ) {}

  note(call: Call): void {
    const kept = { ...call, fromReported: this.watchlist.isMarked(call.caller) };
    this.calls.push(kept);
    const alike = this.calls.filter(
      ({ callee, fromReported }) => callee === call.callee && fromReported === kept.fromReported,
    );
    if (alike.length <= CALLS_PER_NUMBER_MAX) return;
    const earliestMs = Math.min(...alike.map(({ occurredAtMs }) => occurredAtMs));
    const goes = alike.find(({ occurredAtMs }) => occurredAtMs === earliestMs);
    this.calls = this.calls.filter((other) => other !== goes);
  }

  /** The last call to any of these numbers from one that is known, by the time of a payment, to be an operation's. */
  lastReported(numbers: readonly string[], atMs: number, nowMs: number): ReportedCall | null {
    const sinceMs = Math.max(atMs, nowMs) - this.memoryMs;
    let last: ReportedCall | null = null;
    for (const number of numbers) {
      // Of equal times, one from a number that was reported when it called, and of these the later told.
      for (const fromReported of [true, false]) {
        for (const call of [...this.calls].reverse()) {
          if (call.callee !== number || call.fromReported !== fromReported) continue;
          if (call.occurredAtMs > atMs || call.occurredAtMs < sinceMs) continue;
          const operation = this.watchlist.operationOfMark(call.caller, atMs);
          if (operation === null || (last !== null && last.atMs >= call.occurredAtMs)) continue;
          last = { operation, atMs: call.occurredAtMs };
        }
      }
    }
    return last;
  }
}
