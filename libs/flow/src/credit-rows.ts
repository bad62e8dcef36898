import { type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts, NONE } from './accounts';
import { NO_BLOCK } from './block-rows';
import { type Carried } from './carried';
import { type Caps } from './caps';
import {
  ANCESTORS_MAX,
  CAPS,
  DEPTH_MAX,
  type FlowLimits,
  LINK_RATIO_MAX,
  LINK_RATIO_MIN,
  ORIGINS_MAX,
} from './flow-limits';
import { type FlowStep } from './flow-step';
import { CallBefore, Hops, Origins, type TrailCounts, Trails } from './trails';
import { type CreditSlot, TIMED, TimedRows } from './timed-rows';

/** After the fields of {@link TIMED}. */
const CREDIT = { left: 3, payer: 4, meta: 5, trail: 6, stride: 7 } as const;

/** The bits of `meta`: five marks, how long the trail block's lists are, and the depth. */
const NEW_PAIR = 1;
const PERSONAL = 2;
const LATE = 4;
const WATCHED = 8;
const CASH = 16;
const ANCESTORS_SHIFT = 5;
const FUNDERS_SHIFT = 8;
const ROOT_SHIFT = 11;
const ORIGINS_SHIFT = 12;
const CALL_SHIFT = 15;
const THREE_BITS = 7;
const DEPTH_SHIFT = 16;

/**
 * The remembered credits of all accounts. Each is two things at once: a *lot*, which says how much of that money is left and
 * where it came from, and the head of a *link*, which says by which transfers it got here.
 */
export class CreditRows extends TimedRows {
  readonly trails = new Trails();
  private readonly counts: TrailCounts = { ancestors: 0, funders: 0, root: 0, call: 0, origins: 0 };
  private readonly hops = new Hops(ANCESTORS_MAX);
  private readonly scratch = new Origins();

  constructor(accounts: Accounts) {
    super('credits', CREDIT.stride, accounts, {
      block: ACCOUNT.creditBlock,
      count: ACCOUNT.creditCount,
      blockClass: ACCOUNT.creditClass,
    });
  }

  left(row: CreditSlot): number {
    return this.get(row, CREDIT.left);
  }

  payer(row: CreditSlot): AccountIndex {
    return this.get(row, CREDIT.payer);
  }

  private meta(row: CreditSlot): number {
    return this.get(row, CREDIT.meta);
  }

  /** The payer had never paid this account before, as far as both remember. */
  newPair(row: CreditSlot): boolean {
    return (this.meta(row) & NEW_PAIR) !== 0;
  }

  /** A payment between people, the kind that mules are paid by. */
  personal(row: CreditSlot): boolean {
    return (this.meta(row) & PERSONAL) !== 0;
  }

  /** It was paid in in cash. */
  cash(row: CreditSlot): boolean {
    return (this.meta(row) & CASH) !== 0;
  }

  late(row: CreditSlot): boolean {
    return (this.meta(row) & LATE) !== 0;
  }

  /** An alert relies on it. */
  watched(row: CreditSlot): boolean {
    return (this.meta(row) & WATCHED) !== 0;
  }

  watch(row: CreditSlot): void {
    this.set(row, CREDIT.meta, this.meta(row) | WATCHED);
  }

  depth(row: CreditSlot): number {
    return this.meta(row) >>> DEPTH_SHIFT;
  }

  /** How long its lists are. The object is used again by the next call. */
  countsOf(row: CreditSlot): TrailCounts {
    const meta = this.meta(row);
    const { counts } = this;
    counts.ancestors = (meta >> ANCESTORS_SHIFT) & THREE_BITS;
    counts.funders = (meta >> FUNDERS_SHIFT) & THREE_BITS;
    counts.root = (meta >> ROOT_SHIFT) & 1;
    counts.call = (meta >> CALL_SHIFT) & 1;
    counts.origins = (meta >> ORIGINS_SHIFT) & THREE_BITS;
    return counts;
  }

  readAncestors(row: CreditSlot, into: Hops): void {
    const { ancestors } = this.countsOf(row);
    if (ancestors > 0) this.trails.readHops(this.get(row, CREDIT.trail), ancestors, into);
  }

  readFunders(row: CreditSlot, into: Hops): void {
    const { ancestors, funders } = this.countsOf(row);
    if (funders > 0) this.trails.readHops(this.get(row, CREDIT.trail) + ancestors, funders, into);
  }

  readRoot(row: CreditSlot, into: Hops): void {
    const { ancestors, funders, root } = this.countsOf(row);
    const from = this.get(row, CREDIT.trail) + ancestors + funders;
    if (root > 0) this.trails.readHops(from, 1, into);
  }

  readOrigins(row: CreditSlot, into: Origins): void {
    this.trails.readOrigins(this.get(row, CREDIT.trail), this.countsOf(row), into);
  }

  /** The call that the payment followed on. */
  readCall(row: CreditSlot, into: CallBefore): void {
    this.trails.readCall(this.get(row, CREDIT.trail), this.countsOf(row), into);
  }

  hasOrigins(row: CreditSlot): boolean {
    return ((this.meta(row) >> ORIGINS_SHIFT) & THREE_BITS) > 0;
  }

  /** Takes from what is left of it. */
  spend(row: CreditSlot, amountMinor: number): void {
    this.add(row, CREDIT.left, -amountMinor);
  }

  /** The account's credit of that transfer, while it is remembered; NONE where it is not. */
  find(account: AccountIndex, transfer: number): CreditSlot {
    const count = this.count(account);
    if (count === 0) return NONE;
    const first = this.first(account);
    const page = this.page(first);
    let at = this.offset(first) + TIMED.transfer;
    for (let i = 0; i < count; i += 1, at += CREDIT.stride) {
      if (page[at] === transfer) return first + i;
    }
    return NONE;
  }

  /**
   * Finds the credit that a debit passes on: of those inside the window whose amount matches, spent or not, the newest few,
   * and of these the one with the longer trail. Links are not exclusive: an earlier payment may have spent the very credit
   * that matters, and following lots alone found a third of the planted chains.
   *
   * @param caps is told where there were more that match than are looked at
   */
  parentOf(
    account: AccountIndex,
    amountMinor: number,
    atMs: EventTimeMs,
    { linkWindowMs, linkMatchesMax }: FlowLimits,
    caps: Caps,
  ): CreditSlot {
    const count = this.count(account);
    if (count === 0) return NONE;
    const first = this.first(account);
    const page = this.page(first);
    let found = NONE;
    let foundDepth = 0;
    let matches = 0;
    let at = this.offset(first) + (count - 1) * CREDIT.stride;
    for (let i = count - 1; i >= 0; i -= 1, at -= CREDIT.stride) {
      const age = atMs - page[at + TIMED.at]!;
      if (age < 0) continue;
      if (age > linkWindowMs) break;
      const ratio = amountMinor / page[at + TIMED.amount]!;
      if (ratio < LINK_RATIO_MIN || ratio > LINK_RATIO_MAX) continue;
      if (matches === linkMatchesMax) {
        caps.meet(CAPS.linkMatches);
        break;
      }
      const depth = page[at + CREDIT.meta]! >>> DEPTH_SHIFT;
      if (found === NONE || depth > foundDepth) {
        found = first + i;
        foundDepth = depth;
      }
      matches += 1;
    }
    return found;
  }

  /** Adds a credit to a list, as a leg of a trail: it came from its payer. */
  pushLeg(row: CreditSlot, into: Hops): void {
    into.push(
      this.payer(row),
      this.transfer(row),
      this.amount(row),
      this.at(row),
      this.newPair(row),
    );
  }

  /**
   * Writes the trail that goes with a payment which passes on `parent`.
   *
   * @param rootSinceMs a first transfer before this is no longer named: its account may have been given up
   * @returns whether the trail was longer than travels along
   */
  carryTrail(parent: CreditSlot, carried: Carried, rootSinceMs: EventTimeMs): boolean {
    const { ancestors, root } = carried;
    const parentDepth = this.depth(parent);
    carried.depth = Math.min(parentDepth + 1, DEPTH_MAX);
    this.pushLeg(parent, ancestors);
    const { hops } = this;
    hops.count = 0;
    this.readAncestors(parent, hops);
    for (let i = 0; i < hops.count && !ancestors.full; i += 1) {
      ancestors.pushFrom(hops, i);
    }
    const beyond = hops.count + 1 > ancestors.count;
    if (!beyond) return false;
    const last = hops.count - 1;
    // Where the parent names no root although its trail is longer, that has been forgotten.
    if (parentDepth > ANCESTORS_MAX + 1) this.readRoot(parent, root);
    else root.pushFrom(hops, last);
    if (root.count > 0 && root.at[0]! < rootSinceMs) root.count = 0;
    return true;
  }

  /**
   * Remembers a credit of the step's payee, with what was carried. The account must have room.
   *
   * @param laidMinor less than the amount where it came late and filled what nothing had covered
   */
  lay(step: FlowStep, laidMinor: number): CreditSlot {
    const { counts } = this;
    const { carried, atMs, amountMinor } = step;
    carried.count(counts);
    const trail = this.trails.lay(counts, carried);
    const row = this.insert(step.payee, atMs);
    const page = this.page(row);
    const at = this.offset(row);
    page[at + TIMED.transfer] = step.position;
    page[at + TIMED.at] = atMs;
    page[at + TIMED.amount] = amountMinor;
    page[at + CREDIT.left] = laidMinor;
    page[at + CREDIT.payer] = step.payer;
    page[at + CREDIT.trail] = trail;
    page[at + CREDIT.meta] =
      (step.newPair ? NEW_PAIR : 0) |
      (step.personal ? PERSONAL : 0) |
      (step.late ? LATE : 0) |
      (step.cash && !step.leaves ? CASH : 0) |
      (counts.ancestors << ANCESTORS_SHIFT) |
      (counts.funders << FUNDERS_SHIFT) |
      (counts.root << ROOT_SHIFT) |
      (counts.origins << ORIGINS_SHIFT) |
      (counts.call << CALL_SHIFT) |
      (carried.depth << DEPTH_SHIFT);
    return row;
  }

  protected override isSpent(page: Float64Array, at: number): boolean {
    return page[at + CREDIT.left] === 0;
  }

  /** The credit that a full account forgets for the step's; NONE where that one is not kept. */
  least(step: FlowStep, laidMinor: number, doneBeforeMs: number, limits: FlowLimits): CreditSlot {
    const { payee, amountMinor, atMs } = step;
    const row = { amountMinor, atMs, isSpent: laidMinor === 0 };
    return this.leastFor(payee, row, doneBeforeMs, limits.creditsPerAccountMax);
  }

  /** How many of the account's credits, its oldest, are from before. */
  olderThan(account: AccountIndex, sinceMs: EventTimeMs): number {
    return this.countBefore(account, sinceMs);
  }

  /** Forgets credits, from a row on. What is left of them is the caller's to keep. */
  forget(account: AccountIndex, row: CreditSlot, many = 1): void {
    for (let i = row; i < row + many; i += 1) {
      this.trails.drop(this.get(i, CREDIT.trail), this.countsOf(i));
    }
    this.remove(account, row, many);
  }

  /**
   * Gives a credit an origin it was not known to have, or a larger share of it.
   *
   * @returns whether its share grew
   */
  taint(
    row: CreditSlot,
    origin: number,
    share: number,
    isWithdrawn: (origin: number) => boolean,
  ): boolean {
    if (!this.wouldTaint(row, origin, share, isWithdrawn)) return false;
    const { scratch } = this;
    const known = scratch.indexOf(origin);
    if (known >= 0) scratch.remove(known);
    if (scratch.count === ORIGINS_MAX) scratch.removeLast(isWithdrawn);
    scratch.put(origin, share);
    this.rewriteOrigins(row, scratch);
    return true;
  }

  /** Whether {@link taint} would change anything: who is there makes room for a larger share only. */
  wouldTaint(
    row: CreditSlot,
    origin: number,
    share: number,
    isWithdrawn: (origin: number) => boolean,
  ): boolean {
    const { scratch } = this;
    this.readOrigins(row, scratch);
    const known = scratch.indexOf(origin);
    if (known >= 0) return scratch.share[known]! < share;
    if (scratch.count < ORIGINS_MAX || scratch.share[ORIGINS_MAX - 1]! < share) return true;
    return scratch.origin.some(isWithdrawn);
  }

  private rewriteOrigins(row: CreditSlot, origins: Origins): void {
    const [ancestors, funders] = [new Hops(ANCESTORS_MAX), new Hops(ANCESTORS_MAX)];
    const [root, call] = [new Hops(1), new CallBefore()];
    this.readAncestors(row, ancestors);
    this.readFunders(row, funders);
    this.readRoot(row, root);
    this.readCall(row, call);
    const counts = this.countsOf(row);
    const before = this.get(row, CREDIT.trail);
    if (before !== NO_BLOCK) this.trails.drop(before, counts);
    counts.origins = origins.count;
    this.set(
      row,
      CREDIT.trail,
      this.trails.lay(counts, { ancestors, funders, root, call, origins }),
    );
    const meta = this.meta(row) & ~(THREE_BITS << ORIGINS_SHIFT);
    this.set(row, CREDIT.meta, meta | (origins.count << ORIGINS_SHIFT));
  }
}
