import { DAY_MS, MINUTE_MS, type EventTimeMs } from '#domain';
import { BurstPlanner } from './burst';
import { simulatedDay } from './calendar';
import { HOME } from './currencies';
import { handheld } from './intent';
import { type BurstSetting, type Parcel } from './parcel';
import { type Population, type SimulatedWallet } from './population';
import { type RandomStream } from './random-stream';
import { rupees } from './simulation-parameters';
import { VARIANTS } from './variants';

const { parameters: PARAMETERS } = VARIANTS.dusting;
/** The most that one flood brings. */
const FLOOD_MAX_MINOR = PARAMETERS.dustCredits.high * rupees(PARAMETERS.dustRupees.high);

/** An operation that keeps a bank of SIM cards with a few rupees each, to bury its own payments under. */
export function openThrowAwayWallets(
  population: Population,
  random: RandomStream,
): SimulatedWallet[] {
  const { throwAwayWallets, openedDaysBefore } = PARAMETERS;
  return Array.from({ length: throwAwayWallets }, () => {
    const ageDays = random.whole(openedDaysBefore.low, openedDaysBefore.high);
    const openedAtMs = simulatedDay(0).startMs - ageDays * DAY_MS;
    return Object.assign(population.openIdle('L1'), { openedAtMs });
  });
}

/**
 * Floods every wallet that is about to pay on, right after the credit that matters. The dust is no laundering: not a rupee
 * of it was stolen, and a detector that names it has named nothing. It is listed with the look-alikes, so that an alert
 * which falls for it is counted.
 */
export class DustedBurst extends BurstPlanner {
  constructor(
    setting: BurstSetting,
    private readonly throwAways: readonly SimulatedWallet[],
    private readonly tricks: RandomStream,
  ) {
    super(setting);
  }

  protected override parcel(parcel: Parcel): Parcel {
    this.flood(parcel.holder, parcel.creditedMs, parcel.dueMs);
    return super.parcel(parcel);
  }

  /** Every wallet keeps room for the flood that follows. */
  protected override roomMinor(wallet: SimulatedWallet, atMs: EventTimeMs): number {
    return super.roomMinor(wallet, atMs) - FLOOD_MAX_MINOR;
  }

  private flood(holder: SimulatedWallet, creditedMs: EventTimeMs, dueMs: EventTimeMs): void {
    const { dustCredits, restShareMax, floodMinutesMax } = PARAMETERS;
    const { tricks } = this;
    const count = tricks.whole(dustCredits.low, dustCredits.high);
    const spanMs = Math.min((dueMs - creditedMs) * restShareMax, floodMinutesMax * MINUTE_MS);
    tricks.sample(this.throwAways, count).forEach((sender, n) => {
      const atMs = creditedMs + Math.ceil(((n + tricks.next()) * spanMs) / count);
      this.dust(sender, holder, atMs);
    });
  }

  private dust(debtor: SimulatedWallet, creditor: SimulatedWallet, atMs: EventTimeMs): void {
    const { low, high } = PARAMETERS.dustRupees;
    const amountMinor = rupees(this.tricks.whole(low, high));
    this.limits.book(debtor, 'out', atMs, amountMinor);
    this.limits.book(creditor, 'in', atMs, amountMinor);
    // What a throw-away wallet sends was brought to it before the feed began.
    debtor.openingMinor += amountMinor;
    this.steps.push({
      type: 'P2P',
      atMs,
      debtor,
      creditor,
      amount: amountMinor,
      currency: HOME,
      channel: handheld(debtor),
      lookalike: { patternId: `dust-${this.setting.mark.patternId}`, patternType: 'dust' },
      // The mule leaves it alone: spending it would eat into what the cool-off leaves of the parcel.
      planned: { mark: null, fillsUp: false, reservesMinor: amountMinor, releasesMinor: 0 },
    });
  }
}
