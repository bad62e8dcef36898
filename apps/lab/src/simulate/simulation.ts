import { createHash } from 'node:crypto';
import { invariant, type EventTimeMs, type TransferType } from '#domain';
import { dayIndexOf, type SimulatedDay, simulatedDay } from './calendar';
import { castRoles } from './casting';
import { Families, KametiPools, Settlements, SmallTrade } from './community';
import { DailySpending, Remittances } from './daily-spending';
import { type Habit } from './habit';
import { type Channel, type Intent, type PatternMark } from './intent';
import { DailyLimits, isCooled, Ledger } from './ledger';
import {
  type KnownOperation,
  OPERATION_COUNT,
  planOperations,
  type SimulatedIndicator,
} from './operation-script';
import { Benefits, Salaries, SchoolFees } from './pay-day';
import { FUNDING_STEP_MINOR } from './parcel';
import { makePopulation, type SimulatedWallet } from './population';
import { RandomStream } from './random-stream';
import { SIMULATION, type SimulationSize } from './simulation-parameters';
import { type VariantName, VARIANTS } from './variants';

/** A transfer as it happened, with what only the labels tell. */
export interface SimulatedTransfer {
  readonly transferId: string;
  readonly occurredAtMs: EventTimeMs;
  readonly type: TransferType;
  readonly status: 'SETTLED' | 'FAILED';
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
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

/** A few letters that stand for a seed, a size, a variant and all parameters: two feeds never share a transfer's id. */
export function feedTagOf(size: SimulationSize, variant: VariantName = 'plain'): string {
  // The demo feed's ids are older than the variants; an instance that holds half of it must know the rest again.
  const made =
    variant === 'plain'
      ? [SIMULATION, size]
      : [SIMULATION, size, variant, VARIANTS[variant].parameters];
  return createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, TAG_DIGITS);
}

/**
 * Pakistani wallet life around some call-centre operations, as a feed would tell it.
 *
 * The operations are planned first, to the paisa, with their wallets' daily limits booked. Ordinary life is then lived
 * day by day around them: what people mean to do happens where they can afford it. Balances and the two-hour rule hold
 * for everybody. Nothing here reads a clock or a file: seed, size and variant decide everything.
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

  constructor(
    readonly size: SimulationSize,
    readonly variant: VariantName = 'plain',
  ) {
    const { seed } = size;
    this.feedTag = feedTagOf(size, variant);
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
    const { feedTag, limits } = this;
    const plan = planOperations({ size, variant, population, casting, limits, feedTag });
    // Balances are taken over once everybody has a part: a new mule's wallet starts nearly empty.
    this.ledger = new Ledger(population.wallets);
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
      currency: intent.currency,
      debtor: intent.debtor,
      creditor: intent.creditor,
      channel: intent.channel,
      laundering: intent.planned?.mark ?? null,
      lookalike: intent.lookalike,
    };
  }

  private followPlan(intent: Intent, atMs: EventTimeMs): Happened | null {
    const { debtor, creditor, type, currency, planned } = intent;
    invariant(planned !== null && typeof intent.amount === 'number', 'a planned step has its sum');
    if (planned.fillsUp) return this.fillUp(intent, intent.amount, atMs);
    const amountMinor = intent.amount;
    if (this.ledger.cooledMinor(debtor, type, currency, atMs) < amountMinor) {
      // The mule has spent money of its own that had just come: what is left of the balance is not all cooled, the
      // counter refuses, and the money stays.
      invariant(isCooled(type), 'an operation plans no step that its money does not cover');
      return null;
    }
    this.ledger.release(debtor, currency, planned.releasesMinor);
    this.ledger.reserve(creditor, currency, planned.reservesMinor);
    this.ledger.move(debtor, creditor, type, { amountMinor, currency }, atMs);
    return { amountMinor, status: 'SETTLED' };
  }

  /** A victim's bank sends what the wallet lacks of the sum that is asked for. */
  private fillUp(
    { debtor, creditor, type, currency }: Intent,
    neededMinor: number,
    atMs: EventTimeMs,
  ): Happened | null {
    const missing = neededMinor - this.ledger.spendableMinor(creditor, 'P2P', atMs);
    this.ledger.reserve(creditor, currency, neededMinor);
    if (missing <= 0) return null;
    const amountMinor = Math.ceil(missing / FUNDING_STEP_MINOR) * FUNDING_STEP_MINOR;
    this.ledger.move(debtor, creditor, type, { amountMinor, currency }, atMs);
    return { amountMinor, status: 'SETTLED' };
  }

  private tryOrdinary(intent: Intent, atMs: EventTimeMs): Happened | null {
    const { debtor, creditor, type, amount, currency } = intent;
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
    this.ledger.move(debtor, creditor, type, { amountMinor, currency }, atMs);
    return { amountMinor, status: 'SETTLED' };
  }
}

type Happened = Pick<SimulatedTransfer, 'amountMinor' | 'status'>;
