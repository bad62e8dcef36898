import { type EventTimeMs } from '#domain';
import { type Caps } from './caps';
import { type Cap, CAPS, type FlowLimits } from './flow-limits';
import { type HuntSteps, type Quarry } from './hunt-steps';

/** A marked payment to be followed, and how many transfers it is from the known wallet. */
interface Found<Wallet> {
  readonly quarry: Quarry<Wallet>;
  readonly hop: number;
}

/**
 * A wallet that is newly known is mostly about the past. The hunt goes through what is remembered of the last days: forward
 * along what the known wallet paid and what became of it, and backward along the trails that led to it, up to but not
 * including whoever the money came from in the first place, who may be a victim.
 *
 * It marks credits with the origin; what was taken stays taken.
 */
export class RetroHunt<Wallet> {
  private queue: Found<Wallet>[] = [];
  private readonly reached = new Set<Wallet>();
  /** Limits that this hunt met: each is counted once. */
  private readonly met = new Set<Cap>();

  constructor(
    private readonly steps: HuntSteps<Wallet>,
    private readonly caps: Caps,
    private readonly limits: FlowLimits,
  ) {}

  /** Hunts from a wallet that is known to belong to an operation. */
  through(known: Wallet, origin: number, nowMs: EventTimeMs): void {
    const { retroHuntMs } = this.limits;
    if (retroHuntMs === 0) return;
    const sinceMs = nowMs - retroHuntMs;
    this.queue = [];
    this.reached.clear();
    this.met.clear();
    for (const quarry of this.steps.paid(known, sinceMs)) this.mark(known, quarry, origin, 1);
    for (const trail of this.steps.led(known, sinceMs)) {
      for (const [k, quarry] of trail.entries()) this.mark(known, quarry, origin, k + 1);
    }
    // It grows while it is gone through.
    for (const { quarry, hop } of this.queue) {
      for (const next of this.steps.passedOn(quarry, origin, sinceMs)) {
        this.mark(known, next, origin, hop + 1);
      }
    }
    for (const cap of this.met) this.caps.count(cap);
  }

  /** Marks a payment, and has it followed where that is news. */
  private mark(known: Wallet, quarry: Quarry<Wallet>, origin: number, hop: number): void {
    if (!this.steps.wouldGrow(quarry, origin)) return;
    if (hop > this.limits.retroHopsMax) {
      this.met.add(CAPS.retroHops);
      return;
    }
    if (quarry.wallet !== known && !this.reached.has(quarry.wallet)) {
      if (this.reached.size >= this.limits.retroAccountsMax) {
        this.met.add(CAPS.retroAccounts);
        return;
      }
      this.reached.add(quarry.wallet);
    }
    if (this.steps.taint(quarry, origin)) this.queue.push({ quarry, hop });
  }
}
