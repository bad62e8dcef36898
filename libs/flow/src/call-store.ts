import { type Call, type EventTimeMs } from '#domain';
import { NONE } from './accounts';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { type FlowStep } from './flow-step';
import { type Note, RecentNotes } from './recent-notes';
import { type StatePart, type StateSource } from './state-parts';
import { type Watchlist } from './watchlist';

/** Calls remembered of one called number, from reported numbers and from others each. */
export const CALLS_PER_NUMBER_MAX = 8;

interface CallNote extends Note {
  readonly caller: string;
}

/** A call from a number that belongs to a known operation. */
export interface ReportedCall {
  /** The operation's number, as origins are numbered. */
  readonly origin: number;
  readonly atMs: EventTimeMs;
}

/**
 * Who lately called whom, by the called number's token. Calls from numbers that are indicators lie apart from the others:
 * however often a victim is called by anybody else, the call that matters stays. The others are kept because a number is
 * mostly reported after it has called.
 */
export class CallStore {
  private readonly reported: RecentNotes<CallNote>;
  private readonly others: RecentNotes<CallNote>;

  constructor(
    private readonly watchlist: Watchlist,
    { calledNumbersMax, callMemoryMs }: FlowLimits,
    caps: Caps,
  ) {
    const notes = (name: string): RecentNotes<CallNote> =>
      new RecentNotes(
        name,
        { keysMax: calledNumbersMax, perKeyMax: CALLS_PER_NUMBER_MAX, memoryMs: callMemoryMs },
        () => {
          caps.count(CAPS.calledNumbers);
        },
      );
    this.reported = notes('calls.reported');
    this.others = notes('calls.others');
  }

  /** Touches the called number only. */
  note({ caller, callee, occurredAtMs }: Call, nowMs: EventTimeMs): void {
    const calls = this.watchlist.isMarked(caller) ? this.reported : this.others;
    calls.note(callee, { caller, atMs: occurredAtMs }, nowMs);
  }

  /** Writes down with a payment the last such call to its payer, by any of the numbers that the payer is reported with. */
  follow({ atMs, nowMs, carried }: FlowStep, debtorTokens: readonly string[]): void {
    for (const token of debtorTokens) carried.call.hear(this.lastReported(token, atMs, nowMs));
  }

  /** The last call, at or before a time, from a number that by that time is known to belong to an operation. */
  lastReported(callee: string, atMs: EventTimeMs, nowMs: EventTimeMs): ReportedCall | null {
    if (this.reported.size === 0 && this.others.size === 0) return null;
    const isKnown = ({ caller }: CallNote): boolean =>
      this.watchlist.originOfMark(caller, atMs) !== NONE;
    const fromReported = this.reported.lastBefore(callee, atMs, nowMs, isKnown);
    const fromOther = this.others.lastBefore(callee, atMs, nowMs, isKnown);
    const last =
      fromOther !== null && (fromReported === null || fromOther.atMs > fromReported.atMs)
        ? fromOther
        : fromReported;
    if (last === null) return null;
    return { origin: this.watchlist.originOfMark(last.caller, atMs), atMs: last.atMs };
  }

  *save(): Iterable<StatePart> {
    yield* this.reported.save();
    yield* this.others.save();
  }

  load(source: StateSource): void {
    this.reported.load(source);
    this.others.load(source);
  }
}
