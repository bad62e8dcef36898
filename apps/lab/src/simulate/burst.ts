import { invariant, MINUTE_MS, type EventTimeMs, type TransferType } from '#domain';
import { hourOf } from './calendar';
import { type OperationCast } from './casting';
import { HOME, inPaisa, roundingStepMinor } from './currencies';
import { handheld, type Intent } from './intent';
import { type DailyLimits } from './ledger';
import {
  type Arrival,
  type BurstSetting,
  type BurstShape,
  CASH_OUT_MAX_MINOR,
  CASH_STEP_MINOR,
  type ExitKind,
  floorTo,
  FUNDING_STEP_MINOR,
  inPayments,
  type Parcel,
  type Payment,
  type Vacancy,
  type Victim,
} from './parcel';
import { type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { type Range, rupees, SIMULATION } from './simulation-parameters';

const { operation: OPERATION } = SIMULATION;
const PARCEL_MAX_MINOR = rupees(OPERATION.parcelRupeesMax);
/** Between two cash-outs at one counter. */
const CASH_GAP_MINUTES: Range = { low: 1.2, high: 2.8 };

/**
 * Plans one burst of an operation, to the paisa and the second: victims pay collectors, collectors pass on, mules pass on,
 * the money leaves. Every step keeps to the wallets' daily limits and books them.
 *
 * This is the burst of an operation that hides nothing. Each variant overrides the few methods in which its trick lies.
 */
export class BurstPlanner {
  protected readonly steps: Intent[] = [];
  protected readonly cast: OperationCast;
  protected readonly limits: DailyLimits;
  protected readonly random: RandomStream;
  protected readonly exit: ExitKind;

  constructor(protected readonly setting: BurstSetting) {
    this.cast = setting.cast;
    this.limits = setting.limits;
    this.random = setting.random;
    this.exit = setting.exit;
  }

  plan(shape: BurstShape, startMs: EventTimeMs, victims: readonly Victim[]): Intent[] {
    switch (shape) {
      case 'layering_chain':
        for (const parcel of this.collect(victims, startMs, this.cast.collectors)) {
          for (const piece of this.split(parcel, 1)) this.leave(this.chain(piece));
        }
        break;
      case 'gather_scatter':
        for (const parcel of this.collect(victims, startMs, this.cast.collectors)) {
          for (const piece of this.branch(parcel)) this.leave(this.chain(piece, 1));
        }
        break;
      case 'scatter_gather':
        for (const parcel of this.collect(victims, startMs, this.cast.collectors)) {
          this.leave(this.gather(this.branch(parcel).map((piece) => this.pass(piece, 0))));
        }
        break;
      case 'cycle':
        for (const parcel of this.collect(victims, startMs, [this.cast.front])) {
          for (const piece of this.split(parcel, 1)) {
            this.leave(this.gather([this.pass(this.pass(piece, 0), 1)]));
          }
        }
        break;
      case 'fan_in':
        for (const parcel of this.collect(victims, startMs, [this.cast.front])) this.leave(parcel);
        break;
      case 'fan_out':
        for (const parcel of this.collect(victims, startMs, [this.cast.front])) this.pay(parcel);
        break;
      default:
        return shape satisfies never;
    }
    return this.steps.sort((a, b) => a.atMs - b.atMs);
  }

  protected minutes(range: Range): number {
    return Math.round(this.random.between(range.low, range.high) * MINUTE_MS);
  }

  protected kept(creditedMinor: number, currency: string): number {
    const { low, high } = OPERATION.keptShare;
    return floorTo(creditedMinor * this.random.between(low, high), roundingStepMinor(currency));
  }

  /** When a mule or a collector passes on money that came at an instant. */
  protected passedOnMs(creditedMs: EventTimeMs): EventTimeMs {
    const { passOnMedianMinutes, passOnSigma, passOnMinutes } = OPERATION;
    const drawn = this.random.logNormal(passOnMedianMinutes, passOnSigma);
    const bounded = Math.min(passOnMinutes.high, Math.max(passOnMinutes.low, drawn));
    return creditedMs + Math.round(bounded * MINUTE_MS);
  }

  /** When the front passes on what has come together in it. */
  protected frontPaysMs(creditedMs: EventTimeMs): EventTimeMs {
    return creditedMs + this.minutes(OPERATION.frontExitMinutes);
  }

  /** What a wallet may still take in on a day, in paisa. */
  protected roomMinor(wallet: SimulatedWallet, atMs: EventTimeMs): number {
    return this.limits.leftMinor(wallet, 'in', atMs);
  }

  protected step(payment: Payment): void {
    const { type, atMs, debtor, creditor, amountMinor, currency } = payment;
    const { reservesMinor, releasesMinor } = payment;
    this.limits.book(creditor, 'in', atMs, inPaisa(payment));
    this.steps.push({
      type,
      atMs,
      debtor,
      creditor,
      amount: amountMinor,
      currency,
      channel: type === 'CASH_OUT' ? 'AGENT' : debtor.msisdn === null ? null : handheld(debtor),
      lookalike: null,
      planned: { mark: this.setting.mark, fillsUp: false, reservesMinor, releasesMinor },
    });
  }

  /** Books the way out when the way in is booked: two parcels in one wallet must both be able to leave. */
  protected parcel(parcel: Parcel): Parcel {
    this.limits.book(parcel.holder, 'out', parcel.dueMs, inPaisa(parcel));
    return parcel;
  }

  /** Victims pay whichever number they were told; a collector passes on whenever enough has come together. */
  private collect(
    victims: readonly Victim[],
    startMs: EventTimeMs,
    collectors: readonly SimulatedWallet[],
  ): Parcel[] {
    const parcels: Parcel[] = [];
    const pending = new Map<SimulatedWallet, number>();
    const { flushRupees, victimGapMedianMinutes } = OPERATION;
    const thresholdMinor = rupees(this.random.between(flushRupees.low, flushRupees.high));
    let atMs = startMs;
    const flush = (collector: SimulatedWallet): void => {
      const creditedMinor = pending.get(collector) ?? 0;
      pending.delete(collector);
      if (creditedMinor === 0) return;
      const amountMinor = this.kept(creditedMinor, HOME);
      const dueMs = this.passedOnMs(atMs);
      const money = { currency: HOME, creditedMinor, creditedMs: atMs, amountMinor };
      parcels.push(this.parcel({ holder: collector, ...money, dueMs }));
    };
    for (const victim of victims) {
      atMs += Math.round(this.random.logNormal(victimGapMedianMinutes, 0.9) * MINUTE_MS);
      const collector = this.collectorFor(victim, collectors, pending, atMs);
      this.victimPays(victim, collector, atMs);
      pending.set(collector, (pending.get(collector) ?? 0) + victim.amountMinor);
      if (pending.get(collector)! >= thresholdMinor) flush(collector);
    }
    for (const collector of [...pending.keys()]) flush(collector);
    return parcels;
  }

  private collectorFor(
    victim: Victim,
    collectors: readonly SimulatedWallet[],
    pending: ReadonlyMap<SimulatedWallet, number>,
    atMs: EventTimeMs,
  ): SimulatedWallet {
    // What comes in must also fit into what may go out: a collector does not sit on money.
    const open = collectors.filter(
      (wallet) =>
        this.roomMinor(wallet, atMs) >= victim.amountMinor &&
        this.limits.leftMinor(wallet, 'out', atMs) >=
          (pending.get(wallet) ?? 0) + victim.amountMinor,
    );
    return open.length > 0 ? this.random.pick(open.slice(0, 2)) : this.cast.front;
  }

  private victimPays(
    { wallet, amountMinor }: Victim,
    collector: SimulatedWallet,
    atMs: EventTimeMs,
  ): void {
    // On the telephone the victim is told to move savings into the wallet first, where it does not hold enough.
    const fundMs = atMs - this.minutes({ low: 4, high: 20 });
    this.limits.book(wallet, 'in', fundMs, amountMinor + FUNDING_STEP_MINOR);
    this.limits.book(wallet, 'out', atMs, amountMinor);
    this.steps.push({
      type: 'BANK_TRANSFER',
      atMs: fundMs,
      debtor: this.setting.population.bank,
      creditor: wallet,
      amount: amountMinor,
      currency: HOME,
      channel: null,
      lookalike: null,
      planned: { mark: null, fillsUp: true, reservesMinor: amountMinor, releasesMinor: 0 },
    });
    this.step({
      type: 'P2P',
      atMs,
      debtor: wallet,
      creditor: collector,
      amountMinor,
      currency: HOME,
      reservesMinor: amountMinor,
      releasesMinor: amountMinor,
    });
  }

  /** Hands a parcel to a mule of a layer, who will pass it on after a while, or when told. */
  protected pass(parcel: Parcel, layer: number, dueFor = this.passedOnMs.bind(this)): Parcel {
    const { holder, amountMinor, currency, dueMs: atMs } = parcel;
    const dueMs = dueFor(atMs);
    const vacancy = { amountMinor, currency, inMs: atMs, outMs: dueMs, barred: [holder] };
    const mule = this.muleFor(layer, vacancy);
    this.handOn(parcel, mule);
    return this.hold(mule, { amountMinor, atMs }, currency, dueMs);
  }

  /** What a wallet does with money that has arrived: keeps its pay, books the rest to go on. */
  protected hold(
    holder: SimulatedWallet,
    { amountMinor: creditedMinor, atMs: creditedMs }: Arrival,
    currency: string,
    dueMs: EventTimeMs,
  ): Parcel {
    const amountMinor = this.kept(creditedMinor, currency);
    return this.parcel({ holder, currency, creditedMinor, creditedMs, amountMinor, dueMs });
  }

  protected muleFor(layer: number, vacancy: Vacancy): SimulatedWallet {
    const { inMs, outMs, barred } = vacancy;
    const amountMinor = inPaisa(vacancy);
    const fits = (mule: SimulatedWallet): boolean =>
      !barred.includes(mule) &&
      this.roomMinor(mule, inMs) >= amountMinor &&
      this.limits.leftMinor(mule, 'out', outMs) >= amountMinor;
    const pool = this.cast.layers[layer % this.cast.layers.length]!;
    const mule = this.random.sample(pool, pool.length).find(fits) ?? this.setting.recruit();
    invariant(fits(mule), 'a mule newly hired has a whole day of limits left');
    return mule;
  }

  /** Layer after layer; the last mule waits until the money may leave. */
  protected chain(parcel: Parcel, layers = this.cast.layers.length): Parcel {
    let current = parcel;
    for (let layer = 0; layer < layers; layer += 1) {
      const last = layer === layers - 1;
      const dueFor = last ? this.exitMs.bind(this) : this.passedOnMs.bind(this);
      current = this.pass(current, layer, dueFor);
    }
    return current;
  }

  private branch(parcel: Parcel): Parcel[] {
    const { branches, pieceRupeesMin } = OPERATION;
    const worthwhile = Math.floor(parcel.amountMinor / rupees(pieceRupeesMin));
    const wanted = this.random.whole(branches.low, branches.high);
    return this.split(parcel, Math.max(1, Math.min(wanted, worthwhile)));
  }

  /** Cuts a parcel into at least `pieces`, none too large for a mule's day, sent off minutes apart. */
  protected split(parcel: Parcel, pieces: number): Parcel[] {
    const count = Math.max(pieces, Math.ceil(parcel.amountMinor / PARCEL_MAX_MINOR));
    const stepMinor = roundingStepMinor(parcel.currency);
    const weights = Array.from({ length: count }, () => this.random.between(0.9, 1.1));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    let left = { credited: parcel.creditedMinor, dueMs: parcel.dueMs };
    return weights.map((weight, n) => {
      const share = weight / sum;
      const amountMinor = Math.min(
        PARCEL_MAX_MINOR,
        floorTo(parcel.amountMinor * share, stepMinor),
      );
      const last = n === count - 1;
      const creditedMinor = last ? left.credited : floorTo(parcel.creditedMinor * share, 1);
      const piece = { ...parcel, creditedMinor, amountMinor, dueMs: left.dueMs };
      left = {
        credited: left.credited - creditedMinor,
        dueMs: left.dueMs + this.minutes({ low: 0.7, high: 4 }),
      };
      return piece;
    });
  }

  /** Branches come together again in the front's account. */
  private gather(parcels: readonly Parcel[]): Parcel {
    const { front } = this.cast;
    const arrivals = parcels.map((parcel) => this.deliver(parcel, front));
    const amountMinor = arrivals.reduce((sum, arrival) => sum + arrival.amountMinor, 0);
    const atMs = Math.max(...arrivals.map((arrival) => arrival.atMs));
    const keptMinor = this.kept(amountMinor, HOME);
    const money = { currency: HOME, creditedMinor: amountMinor, creditedMs: atMs };
    const dueMs = this.frontPaysMs(atMs);
    return this.parcel({ holder: front, ...money, amountMinor: keptMinor, dueMs });
  }

  /** Pays a parcel to a wallet that gathers. @returns what arrives there, in rupees */
  protected deliver(parcel: Parcel, creditor: SimulatedWallet): Arrival {
    this.handOn(parcel, creditor);
    return { amountMinor: parcel.amountMinor, atMs: parcel.dueMs };
  }

  /** The callers' share: similar sums to everybody who sat at a telephone. They spend it as their own. */
  protected pay(parcel: Parcel): void {
    const { low, high } = OPERATION.staff;
    const staff = this.random.sample(this.cast.staff, this.random.whole(low, high));
    this.split(parcel, staff.length).forEach((piece, n) => {
      this.payOut('P2P', piece, staff[n]!);
    });
  }

  /** A wallet of the operation is paid, and keeps the money for the next step. */
  protected handOn(parcel: Parcel, creditor: SimulatedWallet): void {
    this.payOut('P2P', parcel, creditor, parcel.amountMinor);
  }

  /** A parcel is paid. Unless told otherwise it leaves the operation's hands: nobody keeps it for a next step. */
  protected payOut(
    type: TransferType,
    parcel: Parcel,
    creditor: SimulatedWallet,
    reservesMinor = 0,
  ): void {
    const { holder: debtor, dueMs: atMs, amountMinor, currency, creditedMinor } = parcel;
    const kept = { reservesMinor, releasesMinor: creditedMinor };
    this.step({ type, atMs, debtor, creditor, amountMinor, currency, ...kept });
  }

  /** When the last wallet's money may, and does, leave. */
  protected exitMs(creditedMs: EventTimeMs): EventTimeMs {
    const { promptCashOutShare, promptCashOutMinutes, laterCashOutMinutes } = OPERATION;
    switch (this.exit) {
      case 'CASH': {
        const prompt = this.random.chance(promptCashOutShare);
        const waitMs = this.minutes(prompt ? promptCashOutMinutes : laterCashOutMinutes);
        return this.whenAgentsAreOpen(creditedMs + waitMs);
      }
      case 'CRYPTO':
        return creditedMs + this.minutes(OPERATION.cryptoExitMinutes);
      case 'ABROAD':
        return creditedMs + this.minutes(OPERATION.abroadExitMinutes);
      default:
        return this.exit satisfies never;
    }
  }

  /** Agents' shops are closed at night: such money is still there in the morning. */
  protected whenAgentsAreOpen(atMs: EventTimeMs): EventTimeMs {
    const { open, close } = OPERATION.agentHours;
    const hour = hourOf(atMs);
    if (hour >= open && hour < close - 0.3) return atMs;
    const untilOpenHours = (open - hour + 24) % 24;
    const untilOpenMs = Math.round(untilOpenHours * 60 * MINUTE_MS);
    return atMs + untilOpenMs + this.minutes({ low: 5, high: 90 });
  }

  /** The money leaves the wallets: cash in a few notes' worth at a time, anything else whole. */
  protected leave(parcel: Parcel): void {
    const { population } = this.setting;
    switch (this.exit) {
      case 'CASH':
        this.cashOut(parcel);
        break;
      case 'CRYPTO':
        this.payOut('CRYPTO', parcel, this.random.pick(population.exchanges));
        break;
      case 'ABROAD':
        this.payOut('CROSS_BORDER', parcel, population.abroad);
        break;
      default:
        this.exit satisfies never;
    }
  }

  private cashOut(parcel: Parcel): void {
    const totalMinor = floorTo(parcel.amountMinor, CASH_STEP_MINOR);
    const agent = this.random.pick(this.cast.agents);
    const notes: Arrival[] = [];
    let { dueMs: atMs } = parcel;
    for (let leftMinor = totalMinor; leftMinor > 0; leftMinor -= CASH_OUT_MAX_MINOR) {
      notes.push({ amountMinor: Math.min(leftMinor, CASH_OUT_MAX_MINOR), atMs });
      atMs += this.minutes(CASH_GAP_MINUTES);
    }
    for (const note of inPayments(parcel, notes)) this.payOut('CASH_OUT', note, agent);
  }
}
