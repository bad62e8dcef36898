import { type Cap } from './flow-limits';

/** Which limits were met: by the last transfer, and how often since the start. */
export class Caps {
  readonly met = new Set<Cap>();
  readonly counts = new Map<Cap, number>();

  /** A limit was met, and what the transfer in hand shows may miss something by it. */
  meet(cap: Cap): void {
    this.met.add(cap);
    this.count(cap);
  }

  /** A limit was met that takes nothing from what this transfer shows. */
  count(cap: Cap): void {
    this.counts.set(cap, (this.counts.get(cap) ?? 0) + 1);
  }

  /** The next transfer begins. */
  begin(): void {
    // Clearing an empty set makes a new table.
    if (this.met.size > 0) this.met.clear();
  }
}
