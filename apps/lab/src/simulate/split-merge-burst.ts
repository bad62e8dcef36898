import { MINUTE_MS, type EventTimeMs } from '#domain';
import { BurstPlanner } from './burst';
import { type CreditBook } from './credit-book';
import { roundingStepMinor } from './currencies';
import {
  type Arrival,
  type BurstSetting,
  CASH_OUT_MAX_MINOR,
  CASH_STEP_MINOR,
  floorTo,
  inPayments,
  type Parcel,
  type Payment,
  type Vacancy,
} from './parcel';
import { type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { type Range, rupees, SIMULATION } from './simulation-parameters';
import { VARIANTS } from './variants';

const { parameters: PARAMETERS } = VARIANTS['split-merge'];
const LEG_MIN_MINOR = rupees(PARAMETERS.legRupeesMin);

/** An amount that must be another one is so much more another, at most. */
const STRAY_SHARE_MAX = 0.2;

/** How a sum is to be cut into payments. */
interface Cut {
  /** How many payments are wanted; more are made where so few cannot be found. */
  readonly count: Range;
  readonly stepMinor: number;
  readonly legMaxMinor?: number;
  /** The smallest payment is at most this share of the sum. */
  readonly smallestShareMax?: number;
  /** Where all of them go to one wallet, whose later payments must not resemble them either. */
  readonly creditor?: SimulatedWallet | undefined;
}

/**
 * An operation that never passes on what it got: each hop is cut into unequal parts over parallel mules, each of which
 * hands its part on in payments of other sizes, and all of it merges in one wallet before the next hop.
 */
export class SplitMergeBurst extends BurstPlanner {
  constructor(
    setting: BurstSetting,
    private readonly book: CreditBook,
    /** Mules opened for the purpose, for whichever layer needs one. */
    private readonly reserve: SimulatedWallet[],
    private readonly tricks: RandomStream,
  ) {
    super(setting);
  }

  /** What a mule has received of late limits what it may pay: one that has not is better, and is opened where need be. */
  protected override muleFor(layer: number, vacancy: Vacancy): SimulatedWallet {
    const { barred, inMs, outMs } = vacancy;
    const pool = [...this.cast.layers[layer % this.cast.layers.length]!, ...this.reserve];
    const clean = this.tricks
      .sample(pool, pool.length)
      .find(
        (mule) =>
          !barred.includes(mule) &&
          this.book.isClean(mule, inMs) &&
          this.roomMinor(mule, inMs) >= vacancy.amountMinor &&
          this.limits.leftMinor(mule, 'out', outMs) >= vacancy.amountMinor,
      );
    if (clean) return clean;
    const opened = this.setting.population.openIdle('L2');
    this.reserve.push(opened);
    return opened;
  }

  protected override step(payment: Payment): void {
    this.book.note(payment.debtor, payment.creditor, payment);
    super.step(payment);
  }

  protected override pass(
    parcel: Parcel,
    layer: number,
    dueFor = this.passedOnMs.bind(this),
  ): Parcel {
    const { smallestPartShareMax: smallestShareMax, parts: count } = PARAMETERS;
    const stepMinor = roundingStepMinor(parcel.currency);
    const parts = this.cut(parcel, { count, stepMinor, smallestShareMax });
    if (parts.length === 0) return { ...parcel, amountMinor: 0 };
    const barred = [parcel.holder];
    const held = parts.map((part) => {
      const atMule = this.passPart(part, layer, barred);
      barred.push(atMule.holder);
      return atMule;
    });
    return this.merge(held, layer, barred, dueFor);
  }

  /** One part goes to a mule of its own. */
  private passPart(part: Parcel, layer: number, barred: readonly SimulatedWallet[]): Parcel {
    const { amountMinor, dueMs: inMs, currency } = part;
    const outMs = this.passedOnMs(inMs);
    const mule = this.muleFor(layer, { amountMinor, currency, inMs, outMs, barred });
    this.handOn(part, mule);
    return this.hold(mule, { amountMinor, atMs: inMs }, currency, outMs);
  }

  /** The parts come together in one wallet of the next layer. */
  private merge(
    held: readonly Parcel[],
    layer: number,
    barred: readonly SimulatedWallet[],
    dueFor: (creditedMs: EventTimeMs) => EventTimeMs,
  ): Parcel {
    const { currency } = held[0]!;
    const legs = held.flatMap((part) => this.legsBack(part)).sort((a, b) => a.dueMs - b.dueMs);
    const nothing = { ...held[0]!, amountMinor: 0 };
    if (legs.length === 0) return nothing;
    const amountMinor = legs.reduce((sum, leg) => sum + leg.amountMinor, 0);
    const [inMs, atMs] = [legs[0]!.dueMs, legs.at(-1)!.dueMs];
    const outMs = dueFor(atMs);
    const mule = this.muleFor(layer + 1, { amountMinor, currency, inMs, outMs, barred });
    for (const leg of legs) this.handOn(leg, mule);
    return this.hold(mule, { amountMinor, atMs }, currency, outMs);
  }

  private legsBack(part: Parcel, creditor?: SimulatedWallet): Parcel[] {
    const stepMinor = roundingStepMinor(part.currency);
    return this.cut(part, { count: PARAMETERS.legsBack, stepMinor, creditor });
  }

  protected override deliver(parcel: Parcel, creditor: SimulatedWallet): Arrival {
    const legs = this.legsBack(parcel, creditor);
    for (const leg of legs) this.handOn(leg, creditor);
    const amountMinor = legs.reduce((sum, leg) => sum + leg.amountMinor, 0);
    return { amountMinor, atMs: legs.at(-1)?.dueMs ?? parcel.dueMs };
  }

  protected override pay(parcel: Parcel): void {
    const { staff: count } = SIMULATION.operation;
    const legs = this.cut(parcel, { count, stepMinor: roundingStepMinor(parcel.currency) });
    // Everybody in turn, as far as their day has room: some of these sums are large.
    const staff = this.tricks.sample(this.cast.staff, this.cast.staff.length);
    for (const leg of legs) {
      const caller = staff.find((one) => this.roomMinor(one, leg.dueMs) >= leg.amountMinor);
      if (caller === undefined) continue;
      this.payOut('P2P', leg, caller);
      staff.push(...staff.splice(staff.indexOf(caller), 1));
    }
  }

  protected override leave(parcel: Parcel): void {
    if (this.exit !== 'CASH') {
      const stepMinor = roundingStepMinor(parcel.currency);
      for (const leg of this.cut(parcel, { count: { low: 1, high: 2 }, stepMinor }))
        super.leave(leg);
      return;
    }
    const notes = { ...parcel, amountMinor: floorTo(parcel.amountMinor, CASH_STEP_MINOR) };
    const low = Math.max(1, Math.ceil(notes.amountMinor / CASH_OUT_MAX_MINOR));
    const legs = this.cut(notes, {
      count: { low, high: low + 1 },
      stepMinor: CASH_STEP_MINOR,
      legMaxMinor: CASH_OUT_MAX_MINOR,
    });
    const agent = this.tricks.pick(this.cast.agents);
    for (const leg of legs) this.payOut('CASH_OUT', leg, agent);
  }

  /** Cuts a parcel into payments that resemble no credit of its holder. @returns none where no such cut is found */
  private cut(parcel: Parcel, cut: Cut): Parcel[] {
    const { legsMax, cutsTried, legGapMinutes } = PARAMETERS;
    const { low, high } = legGapMinutes;
    const gapsMs = Array.from({ length: legsMax }, () =>
      Math.round(this.tricks.between(low, high) * MINUTE_MS),
    );
    const timesMs = gapsMs.map(
      (_, n) => parcel.dueMs + gapsMs.slice(0, n).reduce((sum, gap) => sum + gap, 0),
    );
    for (let tried = 0; tried < cutsTried; tried += 1) {
      const wanted = tried < cutsTried / 2 ? cut.count.high : legsMax;
      const count = this.tricks.whole(Math.min(cut.count.low, wanted), wanted);
      const legs = this.tryCut(parcel, cut, timesMs.slice(0, count));
      if (legs === null) continue;
      return inPayments(parcel, legs);
    }
    return [];
  }

  private tryCut(parcel: Parcel, cut: Cut, timesMs: readonly EventTimeMs[]): Arrival[] | null {
    const { holder, amountMinor: totalMinor } = parcel;
    const { stepMinor, legMaxMinor = totalMinor, smallestShareMax = 1, creditor } = cut;
    const { tricks, book } = this;
    const weights = timesMs.map(() => tricks.between(0.05, 1));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    let leftMinor = totalMinor;
    const legs = timesMs.map((atMs, n): Arrival => {
      if (n === timesMs.length - 1) return { amountMinor: leftMinor, atMs };
      let amountMinor = floorTo((totalMinor * weights[n]!) / sum, stepMinor);
      if (book.resemblesCredit(holder, { amountMinor, atMs })) {
        const [below, above] = book.waysOut(holder, { amountMinor, atMs });
        const strayed = tricks.chance(0.5)
          ? below * (1 - tricks.next() * STRAY_SHARE_MAX)
          : above * (1 + tricks.next() * STRAY_SHARE_MAX) + stepMinor;
        amountMinor = floorTo(strayed, stepMinor);
      }
      leftMinor -= amountMinor;
      return { amountMinor, atMs };
    });
    const amounts = legs.map(({ amountMinor }) => amountMinor);
    const smallest = Math.min(...amounts);
    const fits =
      smallest >= LEG_MIN_MINOR &&
      smallest <= totalMinor * smallestShareMax &&
      Math.max(...amounts) <= legMaxMinor &&
      legs.every(
        (leg) =>
          !book.resemblesCredit(holder, leg) &&
          (creditor === undefined || !book.resemblesDebit(creditor, leg)),
      );
    return fits ? legs : null;
  }
}
