import { invariant, MINUTE_MS, type EventTimeMs, type TransferType } from '#domain';
import { hourOf, type SimulatedDay } from './calendar';
import { type OperationCast } from './casting';
import { handheld, type Intent, type PatternMark } from './intent';
import { type DailyLimits } from './ledger';
import { type Population, type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { type Range, rupees, SIMULATION } from './simulation-parameters';

/** The shapes a burst takes, in the words of the labelled data sets. */
export type BurstShape =
  'layering_chain' | 'gather_scatter' | 'scatter_gather' | 'cycle' | 'fan_in' | 'fan_out';
export type ExitKind = 'CASH' | 'CRYPTO' | 'ABROAD';

export interface Victim {
  readonly wallet: SimulatedWallet;
  readonly amountMinor: number;
}

/** Money in one wallet of the operation, on its way. */
interface Parcel {
  readonly holder: SimulatedWallet;
  /** What came in for it. */
  readonly creditedMinor: number;
  /** What goes on from here; the rest is the holder's pay. */
  readonly amountMinor: number;
  /** When it goes on. */
  readonly dueMs: EventTimeMs;
}

const { operation: OPERATION } = SIMULATION;
const PARCEL_MAX_MINOR = rupees(OPERATION.parcelRupeesMax);
/** People round what they forward; notes are paid out in five hundreds. */
const PASSED_STEP_MINOR = rupees(10);
const CASH_STEP_MINOR = rupees(500);

const floorTo = (amountMinor: number, stepMinor: number): number =>
  Math.floor(amountMinor / stepMinor) * stepMinor;

/**
 * Plans one burst of an operation, to the paisa and the second: victims pay collectors, collectors pass on, mules pass on,
 * the money leaves. Every step keeps to the wallets' daily limits and books them.
 */
export class BurstPlanner {
  private readonly steps: Intent[] = [];

  constructor(
    private readonly cast: OperationCast,
    private readonly population: Population,
    private readonly limits: DailyLimits,
    private readonly random: RandomStream,
    private readonly mark: PatternMark,
    private readonly exit: ExitKind,
    private readonly recruit: () => SimulatedWallet,
  ) {}

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

  private minutes(range: Range): number {
    return Math.round(this.random.between(range.low, range.high) * MINUTE_MS);
  }

  private kept(creditedMinor: number): number {
    const { low, high } = OPERATION.keptShare;
    return floorTo(creditedMinor * this.random.between(low, high), PASSED_STEP_MINOR);
  }

  private passOnMs(): number {
    const { passOnMedianMinutes, passOnSigma, passOnMinutes } = OPERATION;
    const drawn = this.random.logNormal(passOnMedianMinutes, passOnSigma);
    const bounded = Math.min(passOnMinutes.high, Math.max(passOnMinutes.low, drawn));
    return Math.round(bounded * MINUTE_MS);
  }

  private step(
    type: TransferType,
    atMs: EventTimeMs,
    [debtor, creditor]: readonly [SimulatedWallet, SimulatedWallet],
    amountMinor: number,
    kept: { readonly reservesMinor: number; readonly releasesMinor: number },
  ): void {
    this.limits.book(creditor, 'in', atMs, amountMinor);
    const channel = type === 'CASH_OUT' ? 'AGENT' : handheld(debtor);
    const planned = { mark: this.mark, ...kept };
    this.steps.push({
      type,
      atMs,
      debtor,
      creditor,
      amount: amountMinor,
      channel,
      lookalike: null,
      planned,
    });
  }

  /** Books the way out when the way in is booked: two parcels in one wallet must both be able to leave. */
  private parcel(parcel: Parcel): Parcel {
    this.limits.book(parcel.holder, 'out', parcel.dueMs, parcel.amountMinor);
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
      const amountMinor = this.kept(creditedMinor);
      const dueMs = atMs + this.passOnMs();
      parcels.push(this.parcel({ holder: collector, creditedMinor, amountMinor, dueMs }));
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
    const fits = (wallet: SimulatedWallet, direction: 'in' | 'out', amountMinor: number): boolean =>
      this.limits.leftMinor(wallet, direction, atMs) >= amountMinor;
    const open = collectors.filter(
      (wallet) =>
        fits(wallet, 'in', victim.amountMinor) &&
        fits(wallet, 'out', (pending.get(wallet) ?? 0) + victim.amountMinor),
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
      debtor: this.population.bank,
      creditor: wallet,
      amount: amountMinor,
      channel: null,
      lookalike: null,
      planned: { mark: null, reservesMinor: amountMinor, releasesMinor: 0 },
    });
    this.step('P2P', atMs, [wallet, collector], amountMinor, {
      reservesMinor: amountMinor,
      releasesMinor: amountMinor,
    });
  }

  /** Hands a parcel to a mule of a layer, who will pass it on after a while, or when told. */
  private pass(parcel: Parcel, layer: number, dueAfterMs = this.passOnMs()): Parcel {
    const { holder, amountMinor, creditedMinor, dueMs: atMs } = parcel;
    const dueMs = atMs + dueAfterMs;
    const mule = this.muleFor(layer, amountMinor, [atMs, dueMs], holder);
    this.step('P2P', atMs, [holder, mule], amountMinor, {
      reservesMinor: amountMinor,
      releasesMinor: creditedMinor,
    });
    const kept = this.kept(amountMinor);
    return this.parcel({ holder: mule, creditedMinor: amountMinor, amountMinor: kept, dueMs });
  }

  private muleFor(
    layer: number,
    amountMinor: number,
    [inMs, outMs]: readonly [EventTimeMs, EventTimeMs],
    holder: SimulatedWallet,
  ): SimulatedWallet {
    const fits = (mule: SimulatedWallet): boolean =>
      mule !== holder &&
      this.limits.leftMinor(mule, 'in', inMs) >= amountMinor &&
      this.limits.leftMinor(mule, 'out', outMs) >= amountMinor;
    const pool = this.cast.layers[layer % this.cast.layers.length]!;
    const mule = this.random.sample(pool, pool.length).find(fits) ?? this.recruit();
    invariant(fits(mule), 'a mule newly hired has a whole day of limits left');
    return mule;
  }

  /** Layer after layer; the last mule waits until the money may leave. */
  private chain(parcel: Parcel, layers = this.cast.layers.length): Parcel {
    let current = parcel;
    for (let layer = 0; layer < layers; layer += 1) {
      const last = layer === layers - 1;
      const waitMs = last ? this.exitWaitMs(current.dueMs) : this.passOnMs();
      current = this.pass(current, layer, waitMs);
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
  private split(parcel: Parcel, pieces: number): Parcel[] {
    const count = Math.max(pieces, Math.ceil(parcel.amountMinor / PARCEL_MAX_MINOR));
    const weights = Array.from({ length: count }, () => this.random.between(0.9, 1.1));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    let left = { credited: parcel.creditedMinor, dueMs: parcel.dueMs };
    return weights.map((weight, n) => {
      const share = weight / sum;
      const amountMinor = Math.min(
        PARCEL_MAX_MINOR,
        floorTo(parcel.amountMinor * share, PASSED_STEP_MINOR),
      );
      const last = n === count - 1;
      const creditedMinor = last ? left.credited : floorTo(parcel.creditedMinor * share, 1);
      const piece = { holder: parcel.holder, creditedMinor, amountMinor, dueMs: left.dueMs };
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
    for (const parcel of parcels) {
      this.step('P2P', parcel.dueMs, [parcel.holder, front], parcel.amountMinor, {
        reservesMinor: parcel.amountMinor,
        releasesMinor: parcel.creditedMinor,
      });
    }
    const creditedMinor = parcels.reduce((sum, parcel) => sum + parcel.amountMinor, 0);
    const latestMs = Math.max(...parcels.map((parcel) => parcel.dueMs));
    return this.parcel({
      holder: front,
      creditedMinor,
      amountMinor: this.kept(creditedMinor),
      dueMs: latestMs + this.minutes(OPERATION.frontExitMinutes),
    });
  }

  /** The callers' share: similar sums to everybody who sat at a telephone. They spend it as their own. */
  private pay(parcel: Parcel): void {
    const { low, high } = OPERATION.staff;
    const staff = this.random.sample(this.cast.staff, this.random.whole(low, high));
    this.split(parcel, staff.length).forEach((piece, n) => {
      this.step('P2P', piece.dueMs, [piece.holder, staff[n]!], piece.amountMinor, {
        reservesMinor: 0,
        releasesMinor: piece.creditedMinor,
      });
    });
  }

  private exitWaitMs(creditedMs: EventTimeMs): number {
    const { promptCashOutShare, promptCashOutMinutes, laterCashOutMinutes } = OPERATION;
    switch (this.exit) {
      case 'CASH': {
        const prompt = this.random.chance(promptCashOutShare);
        const waitMs = this.minutes(prompt ? promptCashOutMinutes : laterCashOutMinutes);
        return waitMs + this.untilAgentOpensMs(creditedMs + waitMs);
      }
      case 'CRYPTO':
        return this.minutes(OPERATION.cryptoExitMinutes);
      case 'ABROAD':
        return this.minutes(OPERATION.abroadExitMinutes);
      default:
        return this.exit satisfies never;
    }
  }

  /** Agents' shops are closed at night: such money is still there in the morning. */
  private untilAgentOpensMs(atMs: EventTimeMs): number {
    const { open, close } = OPERATION.agentHours;
    const hour = hourOf(atMs);
    if (hour >= open && hour < close - 0.3) return 0;
    const untilOpenHours = (open - hour + 24) % 24;
    return Math.round(untilOpenHours * 60 * MINUTE_MS) + this.minutes({ low: 5, high: 90 });
  }

  /** The money leaves the wallets: cash in a few notes' worth at a time, anything else whole. */
  private leave(parcel: Parcel): void {
    if (this.exit === 'CASH') {
      this.cashOut(parcel);
      return;
    }
    const crypto = this.exit === 'CRYPTO';
    const creditor = crypto ? this.random.pick(this.population.exchanges) : this.population.abroad;
    const type = crypto ? 'CRYPTO' : 'CROSS_BORDER';
    this.step(type, parcel.dueMs, [parcel.holder, creditor], parcel.amountMinor, {
      reservesMinor: 0,
      releasesMinor: parcel.creditedMinor,
    });
  }

  private cashOut(parcel: Parcel): void {
    const totalMinor = floorTo(parcel.amountMinor, CASH_STEP_MINOR);
    const pieceMaxMinor = rupees(OPERATION.cashOutRupeesMax);
    const agent = this.random.pick(this.cast.agents);
    let leftMinor = totalMinor;
    let atMs = parcel.dueMs;
    while (leftMinor > 0) {
      const amountMinor = Math.min(leftMinor, pieceMaxMinor);
      leftMinor -= amountMinor;
      this.step('CASH_OUT', atMs, [parcel.holder, agent], amountMinor, {
        reservesMinor: 0,
        releasesMinor:
          leftMinor === 0 ? parcel.creditedMinor - (totalMinor - amountMinor) : amountMinor,
      });
      atMs += this.minutes({ low: 1.2, high: 2.8 });
    }
  }
}

/** What a victim's bank sends is rounded up to this. */
export const FUNDING_STEP_MINOR = rupees(500);

/** The instant a burst begins on a day. */
export const burstStartMs = (day: SimulatedDay, random: RandomStream, hours: Range): EventTimeMs =>
  day.startMs + Math.round(random.between(hours.low, hours.high) * 60 * MINUTE_MS);
