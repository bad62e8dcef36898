import { DAY_MS, type EventTimeMs } from '#domain';
import { type AccountIndex, type StatePart, type StateSource } from '#flow';
import { type RulePack } from './rule-pack';

const BINS = 1001;
/** Days that the threshold is learnt from: the last week, or as many more as a small feed needs to teach anything. */
const DAYS = 7;
const DAYS_MAX = 28;
/** A bar set by fewer wallets than this is set by chance. */
const ALERTS_TO_LEARN_MIN = 3;
const ACCOUNTS_AT_FIRST = 4_096;
/** No risk was reached on the day. */
const NOTHING = -1;

interface Day {
  /** Wallets by the highest risk they reached that day, in tenths. */
  readonly reached: Uint32Array;
  activeWallets: number;
  /** Alerts raised that the budget counts. */
  raised: number;
  /** Nothing was to be raised on it, or not all: what was not is not owed. */
  isHistory: boolean;
}

const newDay = (): Day => ({
  reached: new Uint32Array(BINS),
  activeWallets: 0,
  raised: 0,
  isHistory: false,
});

/**
 * Sets the bar so that about as many alerts are raised as an office can work: so many a day per 1,000 active wallets, in
 * configuration. It needs no labels: the bar is the risk that so few wallets reached on the days before. A day ends when
 * the feed's own clock says so, and the bar then moves; within a day it stands, so that equal wallets are treated equally.
 */
export class AlertBudget {
  private days: Day[] = [];
  private today = newDay();
  private dayNumber = -1;
  private bar: number;
  /** The bar is one that days before have set. */
  private taught = false;
  /** By account: the day it was last used on, and the highest risk it reached on it, in tenths. */
  private activeOn = new Int32Array(ACCOUNTS_AT_FIRST).fill(NOTHING);
  private best = new Int16Array(ACCOUNTS_AT_FIRST);

  constructor(private risk: RulePack['risk']) {
    this.bar = risk.raiseAt;
  }

  /** The days before still teach what is usual; the bar is set anew from them, under the budget of the new pack. */
  adopt(risk: RulePack['risk']): void {
    this.risk = risk;
    this.bar = this.days.length === 0 ? risk.raiseAt : this.learn();
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
    if (account >= this.activeOn.length) this.grow(account);
    if (this.activeOn[account] === day) return;
    this.activeOn[account] = day;
    this.best[account] = NOTHING;
    this.today.activeWallets += 1;
  }

  /** A wallet that was seen today reached a risk. Counts once a day, with the highest. */
  reached(account: AccountIndex, risk: number): void {
    const tenths = Math.round(risk * 10);
    const before = this.best[account]!;
    if (before >= tenths) return;
    if (before !== NOTHING) this.today.reached[before]! -= 1;
    this.today.reached[tenths]! += 1;
    this.best[account] = tenths;
  }

  /** Alerts that the budget allows for the wallets active on a day. */
  private allowed({ activeWallets }: Day): number {
    return (activeWallets * this.risk.alertsPerThousandWalletsADay) / 1000;
  }

  /** An alert was raised, not for a confirmed indicator. */
  raised(): void {
    this.today.raised += 1;
  }

  /** Today was told of afterwards: nothing is raised on it. */
  owesNothing(): void {
    this.today.isHistory = true;
  }

  private grow(account: AccountIndex): void {
    const size = Math.max(account + 1, this.activeOn.length * 2);
    const activeOn = new Int32Array(size).fill(NOTHING);
    const best = new Int16Array(size);
    activeOn.set(this.activeOn);
    best.set(this.best);
    this.activeOn = activeOn;
    this.best = best;
  }

  private endDay(day: number): void {
    // The first day is cut short by the feed's beginning, and everyone is new on it.
    if (this.dayNumber >= 0) {
      // What a bar that nothing had taught held back is not owed.
      if (!this.taught || this.today.isHistory) this.today.raised = this.allowed(this.today);
      this.days.push(this.today);
      if (this.days.length > DAYS_MAX) this.days.shift();
      this.bar = this.learn();
    }
    this.today = newDay();
    this.activeOn.fill(NOTHING);
    this.dayNumber = day;
  }

  /**
   * The lowest bar that as many wallets as the budget allows, and no more, would have reached on the days before. Many of them
   * go on with an alert instead of starting one, and days differ: by what was raised less or more on those days than the
   * budget allowed, the next may be more or less. A feed too small to teach that (the budget would allow it next to nothing)
   * keeps the bar it began with.
   */
  private learn(): number {
    const days: Day[] = [];
    let allowed = 0;
    let raised = 0;
    for (const day of [...this.days].reverse()) {
      if (days.length >= DAYS && allowed >= ALERTS_TO_LEARN_MIN) break;
      days.push(day);
      raised += day.raised;
      allowed += this.allowed(day);
    }
    this.taught = allowed >= ALERTS_TO_LEARN_MIN;
    const floor = this.taught ? this.risk.floor : this.risk.raiseAt;
    const due = Math.max(0, 2 * allowed - raised);
    let reached = 0;
    for (let tenths = BINS - 1; tenths > floor * 10; tenths -= 1) {
      for (const day of days) reached += day.reached[tenths]!;
      if (reached > due) return (tenths + 1) / 10;
    }
    return floor;
  }

  *save(): Iterable<StatePart> {
    const { dayNumber, bar, taught } = this;
    const days = [...this.days, this.today];
    const counts = days.map(({ activeWallets, raised, isHistory }) => ({
      activeWallets,
      raised,
      isHistory,
    }));
    const accounts = this.activeOn.length;
    yield { name: 'budget', value: { dayNumber, bar, taught, counts, accounts } };
    for (const [i, { reached }] of days.entries())
      yield { name: `budget.day.${i}`, bytes: reached };
    yield { name: 'budget.active', bytes: this.activeOn };
    yield { name: 'budget.best', bytes: this.best };
  }

  load(source: StateSource): void {
    const saved = source.value('budget') as {
      dayNumber: number;
      bar: number;
      taught: boolean;
      counts: Omit<Day, 'reached'>[];
      accounts: number;
    };
    this.dayNumber = saved.dayNumber;
    this.bar = saved.bar;
    this.taught = saved.taught;
    const days = saved.counts.map((counts, i) => {
      const day = { ...newDay(), ...counts };
      new Uint8Array(day.reached.buffer).set(source.bytes(`budget.day.${i}`));
      return day;
    });
    this.today = days.pop()!;
    this.days = days;
    this.activeOn = new Int32Array(saved.accounts);
    this.best = new Int16Array(saved.accounts);
    new Uint8Array(this.activeOn.buffer).set(source.bytes('budget.active'));
    new Uint8Array(this.best.buffer).set(source.bytes('budget.best'));
  }
}
