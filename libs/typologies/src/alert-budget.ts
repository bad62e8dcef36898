import { DAY_MS, type EventTimeMs } from '#domain';
import { type AccountIndex } from '#flow';
import { type RulePack } from './rule-pack';

const BINS = 1001;
/** Days that the threshold is learnt from. */
const DAYS_MAX = 7;
/** A bar set by fewer wallets than this is set by chance. */
const ALERTS_TO_LEARN_MIN = 3;

interface Day {
  /** Wallets by the highest risk they reached that day, in tenths. */
  readonly reached: Uint32Array;
  activeWallets: number;
}

const newDay = (): Day => ({ reached: new Uint32Array(BINS), activeWallets: 0 });

/**
 * Sets the bar so that about as many alerts are raised as an office can work: so many a day per 1,000 active wallets, in
 * configuration. It needs no labels: the bar is the risk that so few wallets reached on the days before. A day ends when
 * the feed's own clock says so, and the bar then moves; within a day it stands, so that equal wallets are treated equally.
 */
export class AlertBudget {
  private readonly days: Day[] = [];
  private today = newDay();
  private dayNumber = -1;
  private bar: number;
  private readonly bestToday = new Map<AccountIndex, number>();
  private readonly activeToday = new Set<AccountIndex>();

  constructor(private readonly risk: RulePack['risk']) {
    this.bar = risk.raiseAt;
  }

  /** 0-100: what reaches it is raised. */
  get raiseAt(): number {
    return this.bar;
  }

  /** A wallet was used. */
  seen(account: AccountIndex, atMs: EventTimeMs): void {
    const day = Math.floor(atMs / DAY_MS);
    // Other, not later: the feed's clock may have been set back.
    if (day !== this.dayNumber) this.endDay(day);
    this.activeToday.add(account);
  }

  /** A wallet reached a risk. Counts once a day, with the highest. */
  reached(account: AccountIndex, risk: number): void {
    const tenths = Math.round(risk * 10);
    const before = this.bestToday.get(account);
    if (before !== undefined && before >= tenths) return;
    if (before !== undefined) this.today.reached[before]! -= 1;
    this.today.reached[tenths]! += 1;
    this.bestToday.set(account, tenths);
  }

  private endDay(day: number): void {
    // The first day is cut short by the feed's beginning, and everyone is new on it.
    if (this.dayNumber >= 0) {
      this.today.activeWallets = this.activeToday.size;
      this.days.push(this.today);
      if (this.days.length > DAYS_MAX) this.days.shift();
      this.bar = this.learn();
    }
    this.today = newDay();
    this.bestToday.clear();
    this.activeToday.clear();
    this.dayNumber = day;
  }

  /**
   * The lowest bar that as many wallets as the budget allows, and no more, would have reached on the days before. A feed
   * too small to teach that (the budget would allow it next to nothing) keeps the bar it began with.
   */
  private learn(): number {
    const walletDays = this.days.reduce((sum, { activeWallets }) => sum + activeWallets, 0);
    const allowed = (walletDays * this.risk.alertsPerThousandWalletsADay) / 1000;
    const floor = allowed < ALERTS_TO_LEARN_MIN ? this.risk.raiseAt : this.risk.floor;
    let reached = 0;
    for (let tenths = BINS - 1; tenths > floor * 10; tenths -= 1) {
      for (const day of this.days) reached += day.reached[tenths]!;
      if (reached > allowed) return (tenths + 1) / 10;
    }
    return floor;
  }
}
