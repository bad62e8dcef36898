import { createHash } from 'node:crypto';
import { invariant, type EventTimeMs, type TransferType } from '#domain';
import { FUNDING_STEP_MINOR } from './burst';
import { dayIndexOf, type SimulatedDay, simulatedDay } from './calendar';
import { castRoles } from './casting';
import { Families, KametiPools, Settlements, SmallTrade } from './community';
import { DailySpending, Remittances } from './daily-spending';
import { type Habit } from './habit';
import { type Channel, type Intent, type PatternMark } from './intent';
import { DailyLimits, Ledger } from './ledger';
import {
  type KnownOperation,
  OPERATION_COUNT,
  planOperations,
  type SimulatedIndicator,
} from './operation-script';
import { Benefits, Salaries, SchoolFees } from './pay-day';
import { makePopulation, type SimulatedWallet } from './population';
import { RandomStream } from './random-stream';
import { SIMULATION, type SimulationSize } from './simulation-parameters';

/** A transfer as it happened, with what only the labels tell. */
export interface SimulatedTransfer {
  readonly transferId: string;
  readonly occurredAtMs: EventTimeMs;
  readonly type: TransferType;
  readonly status: 'SETTLED' | 'FAILED';
  readonly amountMinor: number;
  readonly debtor: SimulatedWallet;
  readonly creditor: SimulatedWallet;
  readonly channel: Channel | null;
  readonly laundering: PatternMark | null;
  readonly lookalike: PatternMark | null;
}

/** What a share of a balance is rounded down to. */
const SHARE_STEP_MINOR = 1_000;
/** A transfer below this is not worth the trouble. */
const SHARE_MIN_MINOR = 10_000;
const TAG_DIGITS = 6;

/** A few letters that stand for a seed, a size and these parameters: two feeds never share a transfer's id. */
export const feedTagOf = (size: SimulationSize): string =>
  createHash('sha256')
    .update(JSON.stringify([SIMULATION, size]))
    .digest('hex')
    .slice(0, TAG_DIGITS);

/**
 * Pakistani wallet life around some call-centre operations, as a feed would tell it.
 *
 * The operations are planned first, to the paisa, with their wallets' daily limits booked. Ordinary life is then lived
 * day by day around them: what people mean to do happens where they can afford it. Balances and the two-hour rule hold
 * for everybody. Nothing here reads a clock or a file: seed and size decide everything.
 */
export class Simulation {
  readonly feedTag: string;
  readonly known: readonly KnownOperation[];
  readonly indicators: readonly SimulatedIndicator[];
  readonly ledger: Ledger;
  private readonly habits: readonly Habit[];
  private readonly limits = new DailyLimits();
  private readonly random: RandomStream;
  /** What is meant for a later day, by the day's index. */
  private readonly laterByDay = new Map<number, Intent[]>();
  private lastMs = 0;
  private count = 0;

  constructor(readonly size: SimulationSize) {
    const { seed } = size;
    this.feedTag = feedTagOf(size);
    this.random = new RandomStream(seed, 'mishaps');
    const population = makePopulation(size);
    const casting = castRoles(population, OPERATION_COUNT, size);
    this.habits = [
      new DailySpending(seed, population, casting),
      new Remittances(seed, population, casting),
      new Families(seed, population, casting),
      new KametiPools(seed, casting),
      new SmallTrade(seed, population, casting),
      new Settlements(seed, population),
      new Salaries(seed, population, casting),
      new Benefits(seed, population, casting),
      new SchoolFees(seed, population, casting),
    ];
    // Balances are taken over once everybody has a part: a new mule's wallet starts nearly empty.
    this.ledger = new Ledger(population.wallets);
    const stage = { size, population, casting, limits: this.limits, feedTag: this.feedTag };
    const plan = planOperations(stage);
    this.known = plan.known;
    this.indicators = plan.indicators;
    for (const step of plan.steps) this.putOff(step);
  }

  /** The feed, one day a time: each day's transfers in strict order of time, later than all before. */
  *days(): Generator<SimulatedTransfer[]> {
    for (let index = 0; index < this.size.days; index += 1) yield this.live(simulatedDay(index));
  }

  private live(day: SimulatedDay): SimulatedTransfer[] {
    for (const habit of this.habits) {
      for (const intent of habit.plan(day, this.ledger)) this.putOff(intent);
    }
    const intents = this.laterByDay.get(day.index) ?? [];
    this.laterByDay.delete(day.index);
    this.limits.forgetBefore(day.index);
    // Sorting is stable: intents of one instant happen in the order they were thought of, on every machine.
    return intents
      .sort((a, b) => a.atMs - b.atMs)
      .map((intent) => this.happen(intent))
      .filter((transfer) => transfer !== null);
  }

  private putOff(intent: Intent): void {
    const index = dayIndexOf(intent.atMs);
    const later = this.laterByDay.get(index);
    if (later) later.push(intent);
    else this.laterByDay.set(index, [intent]);
  }

  private happen(intent: Intent): SimulatedTransfer | null {
    const atMs = Math.max(intent.atMs, this.lastMs + 1);
    if (dayIndexOf(atMs) >= this.size.days) return null;
    const happened = intent.planned
      ? this.followPlan(intent, atMs)
      : this.tryOrdinary(intent, atMs);
    if (happened === null) return null;
    this.lastMs = atMs;
    this.count += 1;
    return {
      transferId: `${this.feedTag}-${String(this.count).padStart(7, '0')}`,
      occurredAtMs: atMs,
      type: intent.type,
      ...happened,
      debtor: intent.debtor,
      creditor: intent.creditor,
      channel: intent.channel,
      laundering: intent.planned?.mark ?? null,
      lookalike: intent.lookalike,
    };
  }

  private followPlan(intent: Intent, atMs: EventTimeMs): Happened | null {
    const { debtor, creditor, type, planned } = intent;
    invariant(planned !== null && typeof intent.amount === 'number', 'a planned step has its sum');
    let amountMinor = intent.amount;
    if (planned.mark === null) {
      const missing = amountMinor - this.ledger.spendableMinor(creditor, 'P2P', atMs);
      this.ledger.reserve(creditor, planned.reservesMinor);
      if (missing <= 0) return null;
      amountMinor = Math.ceil(missing / FUNDING_STEP_MINOR) * FUNDING_STEP_MINOR;
    } else {
      this.ledger.release(debtor, planned.releasesMinor);
      this.ledger.reserve(creditor, planned.reservesMinor);
    }
    const usable = this.ledger.cooledMinor(debtor, type, atMs);
    invariant(usable >= amountMinor, 'an operation plans no step that the two-hour rule forbids');
    this.ledger.move(debtor, creditor, type, amountMinor, atMs);
    return { amountMinor, status: 'SETTLED' };
  }

  private tryOrdinary(intent: Intent, atMs: EventTimeMs): Happened | null {
    const { debtor, creditor, type, amount } = intent;
    if (debtor === creditor) return null;
    const spendable = Math.min(
      this.ledger.spendableMinor(debtor, type, atMs),
      this.limits.leftMinor(debtor, 'out', atMs),
    );
    const amountMinor =
      typeof amount === 'number'
        ? amount
        : Math.floor((spendable * amount.shareOfBalance) / SHARE_STEP_MINOR) * SHARE_STEP_MINOR;
    const tooSmall = typeof amount !== 'number' && amountMinor < SHARE_MIN_MINOR;
    const fits = this.limits.leftMinor(creditor, 'in', atMs) >= amountMinor;
    if (amountMinor <= 0 || amountMinor > spendable || tooSmall || !fits) return null;
    if (this.random.chance(SIMULATION.daily.failedShare)) return { amountMinor, status: 'FAILED' };
    this.limits.book(debtor, 'out', atMs, amountMinor);
    this.limits.book(creditor, 'in', atMs, amountMinor);
    this.ledger.move(debtor, creditor, type, amountMinor, atMs);
    return { amountMinor, status: 'SETTLED' };
  }
}

type Happened = Pick<SimulatedTransfer, 'amountMinor' | 'status'>;
