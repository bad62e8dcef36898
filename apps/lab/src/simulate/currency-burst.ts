import { MINUTE_MS, type EventTimeMs } from '#domain';
import { BurstPlanner } from './burst';
import { convert, FOREIGN_CURRENCIES, HOME, roundingStepMinor } from './currencies';
import { type Arrival, type BurstSetting, floorTo, type Parcel } from './parcel';
import { type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { VARIANTS } from './variants';

const { parameters: PARAMETERS } = VARIANTS['other-currencies'];

/**
 * An operation that changes money on the way. It pays an exchange in one currency; the exchange pays the next wallet in
 * another. No trail in one currency is longer than the hops between two exchanges.
 */
export class CurrencyBurst extends BurstPlanner {
  constructor(
    setting: BurstSetting,
    private readonly tricks: RandomStream,
  ) {
    super(setting);
  }

  protected override pass(
    parcel: Parcel,
    layer: number,
    dueFor = this.passedOnMs.bind(this),
  ): Parcel {
    return this.passInto(this.nextCurrency(parcel.currency), parcel, layer, dueFor);
  }

  protected override chain(parcel: Parcel, layers = this.cast.layers.length): Parcel {
    const hops = Math.max(PARAMETERS.hopsMin, layers);
    let current = parcel;
    for (let layer = 0; layer < hops - 1; layer += 1) current = this.pass(current, layer);
    // An agent's till holds rupees only.
    const to = this.exit === 'CASH' ? HOME : this.nextCurrency(current.currency);
    return this.passInto(to, current, hops - 1, this.exitMs.bind(this));
  }

  protected override deliver(parcel: Parcel, creditor: SimulatedWallet): Arrival {
    if (parcel.currency === HOME) return super.deliver(parcel, creditor);
    const { amountMinor, atMs } = this.quote(parcel, HOME);
    this.exchange(parcel, HOME, { amountMinor, atMs }, creditor, amountMinor);
    return { amountMinor, atMs };
  }

  /** The front buys what is wanted abroad before it sends, and pays its callers in it. */
  protected override leave(parcel: Parcel): void {
    super.leave(this.exit === 'CASH' ? parcel : this.boughtFor(parcel));
  }

  protected override pay(parcel: Parcel): void {
    super.pay(this.boughtFor(parcel));
  }

  private nextCurrency(currency: string): string {
    const { tricks } = this;
    if (currency !== HOME && !tricks.chance(PARAMETERS.againShare)) return currency;
    return tricks.pick(FOREIGN_CURRENCIES.filter((other) => other !== currency));
  }

  private passInto(
    currency: string,
    parcel: Parcel,
    layer: number,
    dueFor: (creditedMs: EventTimeMs) => EventTimeMs,
  ): Parcel {
    if (currency === parcel.currency) return super.pass(parcel, layer, dueFor);
    const bought = this.quote(parcel, currency);
    const { amountMinor, atMs } = bought;
    const dueMs = dueFor(atMs);
    const barred = [parcel.holder];
    const mule = this.muleFor(layer, { amountMinor, currency, inMs: atMs, outMs: dueMs, barred });
    this.exchange(parcel, currency, bought, mule, amountMinor);
    return this.hold(mule, bought, currency, dueMs);
  }

  private boughtFor(parcel: Parcel): Parcel {
    if (parcel.currency !== HOME) return parcel;
    const currency = this.nextCurrency(HOME);
    const bought = this.quote(parcel, currency);
    this.exchange(parcel, currency, bought, parcel.holder, bought.amountMinor);
    return {
      ...parcel,
      currency,
      creditedMinor: bought.amountMinor,
      creditedMs: bought.atMs,
      amountMinor: floorTo(bought.amountMinor, roundingStepMinor(currency)),
      dueMs: this.frontPaysMs(bought.atMs),
    };
  }

  /** What an exchange will pay for a parcel, and when. */
  private quote(parcel: Parcel, currency: string): Arrival {
    const { spreadShare, exchangeMinutes } = PARAMETERS;
    const { tricks } = this;
    const spread = tricks.between(spreadShare.low, spreadShare.high);
    const minutes = tricks.between(exchangeMinutes.low, exchangeMinutes.high);
    return {
      amountMinor: Math.floor(convert(parcel, currency) * (1 - spread)),
      atMs: parcel.dueMs + Math.round(minutes * MINUTE_MS),
    };
  }

  private exchange(
    parcel: Parcel,
    currency: string,
    { amountMinor, atMs }: Arrival,
    creditor: SimulatedWallet,
    reservesMinor: number,
  ): void {
    const exchange = this.tricks.pick(this.setting.population.exchanges);
    this.payOut('BANK_TRANSFER', parcel, exchange);
    this.step({
      type: 'BANK_TRANSFER',
      atMs,
      debtor: exchange,
      creditor,
      amountMinor,
      currency,
      reservesMinor,
      releasesMinor: 0,
    });
  }
}
