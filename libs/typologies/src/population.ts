import { type EventTimeMs, MINUTE_MS } from '#domain';
import {
  type FlowEngine,
  type FlowStep,
  HORIZONS,
  LogHistogram,
  type NewDealings,
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
  /** Paid to people new to the payer. */
  readonly paidOut = perHorizon();
  /** Got by a payee from people new to it. */
  readonly received = perHorizon();
  /** Got by a payer, before it pays, from people new to it. */
  readonly collected = perHorizon();

  *histograms(): Iterable<[string, LogHistogram]> {
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

/** What is usual among all wallets of the feed, learnt from the stream: the measure of what is surprising. */
export class Population {
  private readonly amounts = new Map<string, UsualAmounts>();
  /** How long money rests before it is paid on to a person. */
  readonly dwell = new LogHistogram();
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
  /** Payments that a payer had made. */
  readonly debitsSeen = new LogHistogram();

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
    if (!step.personal) return;
    const receivedNew = seen?.receivedNew ?? null;
    const { carried } = step;
    const usual = this.of(engine.accounts.currency(step.payer));
    for (let h = 0; h < HORIZONS; h += 1) {
      this.paidNew[h]!.add(carried.paidNew.effective(h), nowMs);
      usual.paidOut[h]!.add(carried.paidNew.sumMinor(h), nowMs);
      usual.collected[h]!.add(carried.paidByNew.sumMinor(h), nowMs);
      if (receivedNew === null) continue;
      this.paidByNew[h]!.add(receivedNew.effective(h), nowMs);
      usual.received[h]!.add(receivedNew.sumMinor(h), nowMs);
    }
    this.firstPayments.add(step.newPair ? FIRST_PAYMENT : LATER_PAYMENT, nowMs);
    this.likeCredits.add(carried.likeCredits + 1, nowMs);
    this.depth.add(carried.depth, nowMs);
    this.commonSource.add((seen?.source?.payers ?? 1) + 1, nowMs);
    this.sharedPayees.add(step.payeesShared, nowMs);
    this.debitsSeen.add(carried.payerDebits, nowMs);
    if (carried.lotMinor * 2 >= step.amountMinor) {
      this.dwell.add(Math.max(carried.dwellMs, DWELL_FLOOR_MS), nowMs);
    }
  }

  private *histograms(): Iterable<[string, LogHistogram]> {
    yield ['dwell', this.dwell];
    for (const [h, histogram] of this.paidNew.entries()) yield [`paid-new.${h}`, histogram];
    for (const [h, histogram] of this.paidByNew.entries()) yield [`paid-by-new.${h}`, histogram];
    yield ['first-payments', this.firstPayments];
    yield ['like-credits', this.likeCredits];
    yield ['depth', this.depth];
    yield ['common-source', this.commonSource];
    yield ['shared-payees', this.sharedPayees];
    yield ['debits-seen', this.debitsSeen];
    for (const [currency, amounts] of this.amounts) {
      for (const [name, histogram] of amounts.histograms())
        yield [`${currency}.${name}`, histogram];
    }
  }

  *save(): Iterable<StatePart> {
    yield { name: 'population', value: [...this.amounts.keys()] };
    for (const [name, histogram] of this.histograms()) yield* histogram.save(name);
  }

  load(source: StateSource): void {
    for (const currency of source.value('population') as string[]) this.of(currency);
    for (const [name, histogram] of this.histograms()) histogram.load(name, source);
  }
}

/**
 * How surprising it is that a wallet used to `perDay` sees `count` in a day, in nats: the large-deviation rate of a Poisson
 * count, 0 where there are not more than usual.
 */
export function surpriseOfCount(count: number, perDay: number): number {
  return count <= perDay ? 0 : count * Math.log(count / perDay) - count + perDay;
}
