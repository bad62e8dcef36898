import { type EventTimeMs, MINUTE_MS } from '#domain';
import {
  type FlowEngine,
  type FlowStep,
  LogHistogram,
  type StatePart,
  type StateSource,
} from '#flow';

/** Faster than this tells nothing more: feeds are not exact to the second. */
export const DWELL_FLOOR_MS = MINUTE_MS;

/** What is usual among all wallets of the feed, learnt from the stream: the measure of what is surprising. */
export class Population {
  /** Amounts of payments between people, by currency. */
  private readonly amounts = new Map<string, LogHistogram>();
  /** How long money rests before it is paid on to a person. */
  readonly dwell = new LogHistogram();
  /** New counterparties of a wallet in a day, each time one is added. */
  readonly newPayers = new LogHistogram();
  readonly newPayees = new LogHistogram();

  amountsOf(currency: string): LogHistogram {
    let amounts = this.amounts.get(currency);
    if (!amounts) {
      amounts = new LogHistogram();
      this.amounts.set(currency, amounts);
    }
    return amounts;
  }

  /**
   * Learns from a step. Called after it was judged: a transfer is not its own yardstick.
   *
   * @param nowMs the feed's time, which one wild row does not carry away
   */
  learn(engine: FlowEngine, step: FlowStep, nowMs: EventTimeMs): void {
    if (!step.personal) return;
    this.amountsOf(engine.accounts.currency(step.payer)).add(step.amountMinor, nowMs);
    const { lotMinor, dwellMs } = step.carried;
    if (lotMinor * 2 >= step.amountMinor) {
      this.dwell.add(Math.max(dwellMs, DWELL_FLOOR_MS), nowMs);
    }
  }

  *save(): Iterable<StatePart> {
    yield { name: 'population', value: [...this.amounts.keys()] };
    for (const [currency, amounts] of this.amounts) yield* amounts.save(`amounts.${currency}`);
    yield* this.dwell.save('dwell');
    yield* this.newPayers.save('new-payers');
    yield* this.newPayees.save('new-payees');
  }

  load(source: StateSource): void {
    for (const currency of source.value('population') as string[]) {
      this.amountsOf(currency).load(`amounts.${currency}`, source);
    }
    this.dwell.load('dwell', source);
    this.newPayers.load('new-payers', source);
    this.newPayees.load('new-payees', source);
  }
}

/**
 * How surprising it is that a wallet used to `perDay` sees `count` in a day, in nats: the large-deviation rate of a Poisson
 * count, 0 where there are not more than usual.
 */
export function surpriseOfCount(count: number, perDay: number): number {
  return count <= perDay ? 0 : count * Math.log(count / perDay) - count + perDay;
}
