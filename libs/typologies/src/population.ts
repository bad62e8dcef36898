import { DAY_MS, type EventTimeMs, MINUTE_MS } from '#domain';
import {
  decayed,
  type FlowEngine,
  type FlowStep,
  HORIZONS,
  LogHistogram,
  type NewDealings,
  NONE,
  SHARED_MARK_KINDS,
  type SharedMarkKind,
  SHARERS,
  type StatePart,
  type StateSource,
} from '#flow';
import { type CommonSource } from './common-source';

/** Faster than this tells nothing more: feeds are not exact to the second. */
export const DWELL_FLOOR_MS = MINUTE_MS;

/** Whether a payment was the first between two, as a value that a histogram tells apart. */
export const FIRST_PAYMENT = 2;
const LATER_PAYMENT = 1;

const perHorizon = (): LogHistogram[] => Array.from({ length: HORIZONS }, () => new LogHistogram());

/** What is usual in one currency, in minor units; of sums over each horizon. */
class UsualAmounts {
  /** One payment between people. */
  readonly payment = new LogHistogram();
  /** Paid to people new to the payer. */
  readonly paidOut = perHorizon();
  /** Got by a payee from people new to it. */
  readonly received = perHorizon();
  /** Got by a payer, before it pays, from people new to it. */
  readonly collected = perHorizon();

  *histograms(): Iterable<[string, LogHistogram]> {
    yield ['payment', this.payment];
    for (const [h, histogram] of this.paidOut.entries()) yield [`paid-out.${h}`, histogram];
    for (const [h, histogram] of this.received.entries()) yield [`received.${h}`, histogram];
    for (const [h, histogram] of this.collected.entries()) yield [`collected.${h}`, histogram];
  }
}

/** The payee's side of a step, as it was looked at. */
export interface SeenPayee {
  /** What it got from people new to it, the step included. */
  readonly receivedNew: NewDealings | null;
  readonly source: CommonSource | null;
}

/** As what else is learnt of the population: a week. */
const CALLED_HALF_LIFE_MS = 7 * DAY_MS;

/** What is usual among all wallets of the feed, learnt from the stream: the measure of what is surprising. */
export class Population {
  private readonly amounts = new Map<string, UsualAmounts>();
  /** How long money rests before it is paid on to a person. */
  readonly dwell = new LogHistogram();
  /** How long money rests before it leaves the wallets. */
  readonly exitDwell = new LogHistogram();
  /** People new to a payer whom it has paid, over each horizon, as an effective number. */
  readonly paidNew = perHorizon();
  /** The same of people new to a payee who have paid it. */
  readonly paidByNew = perHorizon();
  /** Whether payments are first ones. */
  readonly firstPayments = new LogHistogram();
  /** Payments of like amounts that a payer had got from people new to it; one more than there were. */
  readonly likeCredits = new LogHistogram();
  /** Transfers in a row by which money had been handed on. */
  readonly depth = new LogHistogram();
  /** Payers of a payee whose money came from one wallet; one more than there were. */
  readonly commonSource = new LogHistogram();
  readonly sharedPayees = new LogHistogram();
  /** Of people new to a payer, those who had paid it and those whom it has paid in two weeks: of the two, the fewer. */
  readonly gatherScatter = new LogHistogram();
  /** How many had lately shared a payment's mark. */
  readonly sharers: Readonly<Record<SharedMarkKind, LogHistogram>> = {
    ...{ handset: new LogHistogram(), sim: new LogHistogram(), person: new LogHistogram() },
  };
  /** Payments that a payer had made. */
  readonly debitsSeen = new LogHistogram();

  /** Payments between people, and those of them whose payer a known operation had lately called; both fade. */
  private payments = 0;
  private called = 0;
  private countedAtMs = 0;

  /** Of payments between people, the share whose payer a known operation had lately called: 0-1. */
  get calledShare(): number {
    return this.payments === 0 ? 0 : this.called / this.payments;
  }

  of(currency: string): UsualAmounts {
    let amounts = this.amounts.get(currency);
    if (!amounts) {
      amounts = new UsualAmounts();
      this.amounts.set(currency, amounts);
    }
    return amounts;
  }

  /**
   * Learns from a step. Called after it was judged: a transfer is not its own yardstick.
   *
   * @param seen how the payee's side was looked at; null where it was not
   */
  learn(engine: FlowEngine, step: FlowStep, nowMs: EventTimeMs, seen: SeenPayee | null): void {
    if (step.leaves && step.carried.lotMinor * 2 >= step.amountMinor) {
      this.exitDwell.add(Math.max(step.carried.dwellMs, DWELL_FLOOR_MS), nowMs);
    }
    for (const kind of SHARED_MARK_KINDS) {
      const uses = step.uses[kind];
      // A histogram tells nothing apart below 1.
      if (uses.length > 0) this.sharers[kind].add(Math.max(SHARERS[kind](uses), 1), nowMs);
    }
    if (!step.personal) return;
    const receivedNew = seen?.receivedNew ?? null;
    const { carried } = step;
    const usual = this.of(engine.accounts.currency(step.payer));
    usual.payment.add(step.amountMinor, nowMs);
    for (let h = 0; h < HORIZONS; h += 1) {
      this.paidNew[h]!.add(carried.paidNew.effective(h), nowMs);
      usual.paidOut[h]!.add(carried.paidNew.sumMinor(h), nowMs);
      usual.collected[h]!.add(carried.paidByNew.sumMinor(h), nowMs);
      if (receivedNew === null) continue;
      this.paidByNew[h]!.add(receivedNew.effective(h), nowMs);
      usual.received[h]!.add(receivedNew.sumMinor(h), nowMs);
    }
    this.firstPayments.add(step.newPair ? FIRST_PAYMENT : LATER_PAYMENT, nowMs);
    const [got, paid] = [carried.paidByNew, carried.paidNew];
    this.gatherScatter.add(
      bothSides(got.effective(HORIZONS - 1), paid.effective(HORIZONS - 1)),
      nowMs,
    );
    this.likeCredits.add(carried.likeCredits + 1, nowMs);
    this.depth.add(carried.depth, nowMs);
    this.commonSource.add((seen?.source?.payers ?? 1) + 1, nowMs);
    this.sharedPayees.add(step.payeesShared, nowMs);
    this.debitsSeen.add(carried.payerDebits, nowMs);
    this.countCall(carried.call.origin !== NONE, nowMs);
    if (carried.lotMinor * 2 >= step.amountMinor) {
      this.dwell.add(Math.max(carried.dwellMs, DWELL_FLOOR_MS), nowMs);
    }
  }

  private countCall(isCalled: boolean, nowMs: EventTimeMs): void {
    const fade = decayed(1, this.countedAtMs, nowMs, CALLED_HALF_LIFE_MS);
    this.payments = this.payments * fade + 1;
    this.called = this.called * fade + (isCalled ? 1 : 0);
    this.countedAtMs = Math.max(this.countedAtMs, nowMs);
  }

  private *histograms(): Iterable<[string, LogHistogram]> {
    yield ['dwell', this.dwell];
    yield ['exit-dwell', this.exitDwell];
    for (const [h, histogram] of this.paidNew.entries()) yield [`paid-new.${h}`, histogram];
    for (const [h, histogram] of this.paidByNew.entries()) yield [`paid-by-new.${h}`, histogram];
    yield ['first-payments', this.firstPayments];
    yield ['like-credits', this.likeCredits];
    yield ['depth', this.depth];
    yield ['common-source', this.commonSource];
    yield ['shared-payees', this.sharedPayees];
    yield ['debits-seen', this.debitsSeen];
    yield ['gather-scatter', this.gatherScatter];
    for (const kind of SHARED_MARK_KINDS) yield [`sharers-${kind}`, this.sharers[kind]];
    for (const [currency, amounts] of this.amounts) {
      for (const [name, histogram] of amounts.histograms())
        yield [`${currency}.${name}`, histogram];
    }
  }

  *save(): Iterable<StatePart> {
    const { payments, called, countedAtMs } = this;
    const currencies = [...this.amounts.keys()];
    yield { name: 'population', value: { currencies, payments, called, countedAtMs } };
    for (const [name, histogram] of this.histograms()) yield* histogram.save(name);
  }

  load(source: StateSource): void {
    const saved = source.value('population') as {
      currencies: string[];
      payments: number;
      called: number;
      countedAtMs: number;
    };
    this.payments = saved.payments;
    this.called = saved.called;
    this.countedAtMs = saved.countedAtMs;
    for (const currency of saved.currencies) this.of(currency);
    for (const [name, histogram] of this.histograms()) histogram.load(name, source);
  }
}

/** One more than the fewer of two: a histogram tells nothing apart below 1. */
export const bothSides = (one: number, other: number): number => Math.min(one, other) + 1;

/**
 * How surprising it is that a wallet used to `perDay` sees `count` in a day, in nats: the large-deviation rate of a Poisson
 * count, 0 where there are not more than usual.
 */
export function surpriseOfCount(count: number, perDay: number): number {
  return count <= perDay ? 0 : count * Math.log(count / perDay) - count + perDay;
}
