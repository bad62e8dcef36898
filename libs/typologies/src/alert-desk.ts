import { v5 as uuidV5 } from 'uuid';
import { type EventTimeMs } from '#domain';
import {
  ACCOUNT,
  type AccountIndex,
  type FlowEngine,
  type FlowStep,
  NONE,
  type StatePart,
  type StateSource,
} from '#flow';
import { AlertBook, isUndone, newAlert, type OpenAlert } from './alert-book';
import { AlertBudget } from './alert-budget';
import { AlertCeiling } from './alert-ceiling';
import { type Detection, type StormDraft } from './alert-draft';
import { copied } from './copied-state';
import { noteCaps, watchCredits } from './coverage';
import { type DetectionWatch } from './detection-watch';
import { evidenceOf } from './evidence';
import { type Moment, weigh, type Weighed } from './judgement';
import { KNOWN_PARTIES, knownParties } from './known-parties';
import { LiveSignals } from './live-signals';
import { isSameJudge, type PackInForce } from './pack-in-force';
import { draftOf, positionOf, positionsOf } from './picture';
import { FAMILIES_MIN, familiesOf } from './risk';
import { scored } from './scorecard';
import { type Signal } from './signal';

/** How an alert's own limit is named in its coverage: what it relies on is more than it names. */
const TRANSFERS_MAX = 'transfersMax';

/** Every alert id lies under this, so that a replay names an alert as it was named. */
const ALERT_NAMESPACE = 'b0e6a1f4-5d0c-4f0e-9d39-5b7f0c1f6a52';

/**
 * Where signals become alerts: it adds up what was seen of an account, holds that against the bar, raises an alert or goes on
 * with one, and tells of it.
 */
export class AlertDesk {
  private readonly signals: LiveSignals;
  private readonly book: AlertBook;
  private readonly budget: AlertBudget;
  private readonly ceiling: AlertCeiling;
  private silent = false;

  constructor(
    private readonly engine: FlowEngine,
    private readonly force: PackInForce,
    private readonly watch: DetectionWatch | null,
  ) {
    const { pack } = force;
    this.signals = new LiveSignals(pack);
    this.budget = new AlertBudget(pack.risk);
    this.ceiling = new AlertCeiling(pack.risk);
    this.book = new AlertBook(pack.risk, engine.limits.memoryMs);
  }

  /** Another pack is in force, or a saved one again. */
  takeUpPack(): void {
    const { pack } = this.force;
    this.signals.adopt(pack);
    this.budget.adopt(pack.risk);
    this.ceiling.adopt(pack.risk);
    this.book.adopt(pack.risk);
  }

  /** Goes on with the bar that another has learnt under the same pack. */
  takeBarOf({ budget }: AlertDesk): void {
    this.budget.load(copied(budget.save()));
  }

  /** The storm of the feed's hour; null where nothing was held back in it. */
  get storm(): StormDraft | null {
    return this.ceiling.storm(this.force.judge);
  }

  /** Lets `work` be judged without pictures being drawn. */
  silently(work: () => void): void {
    this.silent = true;
    try {
      work();
    } finally {
      this.silent = false;
    }
  }

  /** A wallet was used: it counts for the budget. */
  seen(anchor: AccountIndex, nowMs: EventTimeMs): void {
    this.budget.seen(anchor, nowMs);
  }

  /** Something was seen of an account: it counts from now on. */
  take(signal: Signal): void {
    this.signals.add(signal, this.engine.nowMs);
  }

  /** Lets go of alerts that nothing has touched for long. */
  closeBefore(nowMs: EventTimeMs): void {
    this.book.closeBefore(nowMs);
  }

  /** Judges an account at a moment, and raises or revises an alert where what it shows is above the bar. */
  judge(moment: Moment, found: Detection[]): void {
    const { pack } = this.force;
    const { anchor, atMs } = moment;
    const live = this.signals
      .of(anchor, atMs)
      .filter(({ typology }) => this.force.counts(typology));
    const confirmed = live.some((signal) => signal.confirmed === true);
    const bar = confirmed ? pack.risk.floor : this.budget.raiseAt;
    const whole = weigh(live, moment, pack);
    if (moment.position !== NONE) {
      this.watch?.scored?.(moment.position, whole.risk, anchor, whole.terms);
    }
    this.watch?.judged?.({
      ...{ anchor, position: moment.position, ...whole, confirmed, bar },
      continues: this.book.continued(anchor, whole.evidence, atMs)?.id ?? null,
    });
    if (!confirmed && familiesOf(whole.terms, pack.risk.familyLogOddsMin) < FAMILIES_MIN) return;
    if (whole.evidence.length >= pack.risk.transfersMin) {
      this.watch?.candidate(whole.risk, whole.evidence);
      if (!confirmed) this.budget.reached(anchor, whole.risk);
    }
    if (moment.isHistory === true) {
      this.budget.owesNothing();
      return;
    }
    if (whole.risk < bar) return;
    const known = this.book.continued(anchor, whole.evidence, atMs);
    if (known) {
      // What it already says must not carry in what would not be told by itself: an alert swallows no region.
      const now = weigh(moment.fresh, moment, pack);
      if (now.risk >= bar && this.revise(known, now, moment)) this.tell(known, found);
      return;
    }
    if (whole.evidence.length < pack.risk.transfersMin) return;
    if (!confirmed && !this.ceiling.admits(this.engine.nowMs)) {
      const storm = this.ceiling.holdBack({ anchor, ...whole }, this.force.judge);
      if (storm !== null && !this.silent) found.push(storm);
      return;
    }
    if (!confirmed) this.budget.raised();
    const alert = this.raise(moment);
    this.revise(alert, whole, moment);
    this.tell(alert, found);
  }

  /**
   * What is told afterwards of a payment that an alert names belongs to that alert, whatever it weighs alone: it names no other
   * transfer by it. Not where the alert was judged by another pack: it would be left with nothing else.
   *
   * @param position of the payment
   * @returns whether there is such an alert
   */
  corroborate(position: number, moment: Moment, found: Detection[]): boolean {
    const alert = this.book.naming(position);
    if (!alert || !isSameJudge(alert.judge, this.force.judge)) return false;
    const now = weigh(moment.fresh, moment, this.force.pack);
    if (now.evidence.some((one) => !alert.evidence.has(one.position))) return false;
    if (this.revise(alert, now, moment)) this.tell(alert, found);
    return true;
  }

  /**
   * Money that an alert relies on leaves the wallets: that belongs to the alert where it is most of what leaves. It is the
   * event that everything before led up to.
   */
  followExit(step: FlowStep, found: Detection[]): void {
    const { taken, atMs } = step;
    const relied = new Map<OpenAlert, number>();
    for (let i = 0; i < taken.count; i += 1) {
      if (taken.watched[i] === 0) continue;
      const alert = this.book.relyingOn(taken.transfer[i]!, atMs);
      if (alert) relied.set(alert, (relied.get(alert) ?? 0) + taken.takenMinor[i]!);
    }
    for (const [alert, takenMinor] of relied) {
      if (takenMinor * 2 < step.amountMinor) continue;
      if (!this.book.extend(alert, [evidenceOf(step)])) return;
      alert.revision += 1;
      alert.updatedAtMs = Math.max(alert.updatedAtMs, atMs);
      this.tell(alert, found);
      return;
    }
  }

  private tell(alert: OpenAlert, found: Detection[]): void {
    if (this.silent) return;
    const draft = draftOf(this.engine, alert, this.force.pack.overlay);
    this.watch?.told?.(draft);
    found.push(draft, ...positionsOf(this.engine, alert));
  }

  tellPosition(account: AccountIndex, found: Detection[]): void {
    if (!this.silent) found.push(positionOf(this.engine, account));
  }

  private raise({ trigger, anchor, atMs }: Moment): OpenAlert {
    const id = uuidV5(trigger, ALERT_NAMESPACE);
    const alert = newAlert(id, anchor, atMs, this.force.judge);
    this.book.add(alert);
    return alert;
  }

  /** Takes what was seen into the alert. @returns whether that tells anybody anything new */
  private revise(
    alert: OpenAlert,
    { signals, terms, evidence }: Weighed,
    { atMs }: Moment,
  ): boolean {
    const { judge } = this.force;
    // What another has said of it does not count for this one.
    const isJudgedAnew = !isSameJudge(alert.judge, judge);
    if (isJudgedAnew) {
      alert.terms.clear();
      alert.typologies.clear();
      alert.confirmed = false;
    }
    alert.judge = judge;
    const before = alert.typologies.size + alert.operationIds.size;
    for (const signal of signals) {
      alert.typologies.add(signal.typology);
      for (const id of signal.operationIds ?? []) alert.operationIds.add(id);
    }
    for (const { name, family, logOdds, facts, currency } of terms) {
      if (name === KNOWN_PARTIES) continue;
      const known = alert.terms.get(name);
      if (!known || known.logOdds < logOdds) {
        alert.terms.set(name, { name, family, logOdds, facts, currency });
      }
    }
    noteCaps(this.engine, alert, evidence);
    const more = this.book.extend(alert, evidence);
    this.weighKnownParties(alert, signals);
    if (evidence.some(({ position }) => !alert.evidence.has(position))) {
      alert.capsMet.add(TRANSFERS_MAX);
    }
    watchCredits(this.engine, alert, evidence);
    const isNew = more || alert.typologies.size + alert.operationIds.size > before;
    if (!isNew && !isJudgedAnew) return false;
    alert.revision += 1;
    alert.updatedAtMs = Math.max(alert.updatedAtMs, atMs);
    alert.uncoveredMinor = this.engine.accounts.get(alert.anchor, ACCOUNT.uncovered);
    return true;
  }

  /** Of all that it names by now: what was named before may have been between strangers, and the rest not. */
  private weighKnownParties(alert: OpenAlert, signals: readonly Signal[]): void {
    alert.confirmed ||= signals.some(({ confirmed }) => confirmed === true);
    const currency = this.engine.accounts.currency(alert.anchor);
    const { circumstances, scorecard } = this.force.pack;
    const known = alert.confirmed
      ? null
      : knownParties([...alert.evidence.values()], currency, circumstances.knownParties);
    alert.terms.delete(KNOWN_PARTIES);
    if (known === null) return;
    for (const term of scored([known], scorecard)) alert.terms.set(KNOWN_PARTIES, term);
  }

  /** A transfer was taken back: an alert that relies on it says so. @returns whether one does */
  undo(position: number, amountMinor: number, atMs: EventTimeMs, found: Detection[]): boolean {
    const alert = this.book.naming(position);
    const original = alert?.evidence.get(position);
    if (!alert || !original) return false;
    if (isUndone(original, amountMinor)) {
      alert.reversed.add(position);
      alert.revision += 1;
      alert.updatedAtMs = Math.max(alert.updatedAtMs, atMs);
      if (!this.silent) found.push(draftOf(this.engine, alert, this.force.pack.overlay));
    }
    return true;
  }

  *save(): Iterable<StatePart> {
    yield* this.signals.save();
    yield* this.book.save();
    yield* this.budget.save();
    yield* this.ceiling.save();
  }

  load(source: StateSource): void {
    this.signals.load(source);
    this.book.load(source);
    this.budget.load(source);
    this.ceiling.load(source);
  }
}
