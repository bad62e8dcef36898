import { DAY_MS, HOUR_MS, type EventTimeMs } from '#domain';
import { BurstPlanner } from './burst';
import { hourOf } from './calendar';
import { type BurstSetting, type Parcel } from './parcel';
import { type RandomStream } from './random-stream';
import { VARIANTS } from './variants';

const { parameters: PARAMETERS } = VARIANTS['slow-hops'];

/** An operation that has time: its money rests in each wallet for hours or days, as an honest person's would. */
export class SlowBurst extends BurstPlanner {
  constructor(
    setting: BurstSetting,
    private readonly tricks: RandomStream,
  ) {
    super(setting);
  }

  protected override passedOnMs(creditedMs: EventTimeMs): EventTimeMs {
    const { restMedianHours, restSigma, restHours, beyondShare, beyondHours } = PARAMETERS;
    const { tricks } = this;
    const hours = tricks.chance(beyondShare)
      ? tricks.between(beyondHours.low, beyondHours.high)
      : Math.min(
          restHours.high,
          Math.max(restHours.low, tricks.logNormal(restMedianHours, restSigma)),
        );
    return this.whenAwake(creditedMs + Math.round(hours * HOUR_MS));
  }

  protected override frontPaysMs(creditedMs: EventTimeMs): EventTimeMs {
    return this.passedOnMs(creditedMs);
  }

  protected override exitMs(creditedMs: EventTimeMs): EventTimeMs {
    const dueMs = this.passedOnMs(creditedMs);
    return this.exit === 'CASH' ? this.whenAgentsAreOpen(dueMs) : dueMs;
  }

  /** A collector's later parcels may fall due on one day: what that day has no room for waits for the next. */
  protected override parcel(parcel: Parcel): Parcel {
    let { dueMs } = parcel;
    for (let days = 0; days < PARAMETERS.putOffDaysMax && !this.fits(parcel, dueMs); days += 1) {
      dueMs += DAY_MS;
    }
    return super.parcel({ ...parcel, dueMs });
  }

  private fits({ holder, amountMinor }: Parcel, dueMs: EventTimeMs): boolean {
    return this.limits.leftMinor(holder, 'out', dueMs) >= amountMinor;
  }

  private whenAwake(atMs: EventTimeMs): EventTimeMs {
    const { open, close } = PARAMETERS.wakingHours;
    const hour = hourOf(atMs);
    if (hour >= open && hour < close) return atMs;
    const untilOpenHours = ((open - hour + 24) % 24) + this.tricks.next();
    return atMs + Math.round(untilOpenHours * HOUR_MS);
  }
}
