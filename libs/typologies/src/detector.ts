import { type FeedEntry, type FeedEventEntry, type LogEntry, type TransferEntry } from '#contracts';
import { DAY_MS, invariant, type Party, transferKey, walletKey } from '#domain';
import {
  type AccountIndex,
  FLOW_LIMITS,
  FlowEngine,
  type FlowLimits,
  type FlowStep,
  NONE,
  REORDER_LIMITS,
  ReorderBuffer,
  type ReorderLimits,
  type StatePart,
  type StateSource,
} from '#flow';
import { AlertDesk } from './alert-desk';
import { type Detection, type StormDraft } from './alert-draft';
import { circumstancesOf } from './circumstances';
import { seeComplained } from './complaint';
import { anyWatched } from './coverage';
import { type DetectionWatch } from './detection-watch';
import { FEED_ORDER } from './feed-order';
import { seeRevealed } from './operation-proximity';
import { PackInForce } from './pack-in-force';
import { PendingReversals } from './pending-reversals';
import { lookedAt } from './look';
import { Population } from './population';
import { riskOf } from './risk';
import { baseOf, DEFAULT_PACK, type RulePack } from './rule-pack';
import { scored } from './scorecard';
import { type Signal, type Sighting } from './signal';

/** What is told afterwards and is further behind the feed's clock than this is of long ago. */
const HISTORY_BEHIND_MS = DAY_MS;

export interface DetectorOptions {
  readonly pack?: RulePack;
  readonly limits?: FlowLimits;
  readonly reorder?: ReorderLimits;
  readonly watch?: DetectionWatch | null;
}

/**
 * Turns the log into alerts: follows the money, looks at the two accounts of each transfer, adds up what was seen.
 * A pure function of the log, of where it was flushed, and of its configuration: fed the same it gives the same
 * detections, one by one.
 */
export class Detector {
  readonly engine: FlowEngine;
  readonly force: PackInForce;
  private readonly watch: DetectionWatch | null;
  private readonly waiting: ReorderBuffer<FeedEntry>;
  private readonly population = new Population();
  private readonly desk: AlertDesk;
  private readonly pendingReversals = new PendingReversals();

  constructor(options: DetectorOptions = {}) {
    const { pack = DEFAULT_PACK, limits = FLOW_LIMITS, reorder = REORDER_LIMITS } = options;
    this.force = new PackInForce(pack);
    this.watch = options.watch ?? null;
    this.engine = new FlowEngine(limits);
    this.waiting = new ReorderBuffer(FEED_ORDER, reorder);
    this.desk = new AlertDesk(this.engine, this.force, this.watch);
  }

  /**
   * Takes the next entry of the log. A transfer, or an event, waits a moment for those that should have come before it.
   *
   * @returns what it led to, and what those before it led to that had waited, in order; mostly nothing
   */
  apply(entry: LogEntry): Detection[] {
    const found: Detection[] = [];
    switch (entry.kind) {
      case 'transfer':
        if (entry.history === true && this.isLongAgo(entry)) {
          this.remember(entry);
          return found;
        }
        this.waiting.push(entry, (released) => {
          this.applyReported(released, found);
        });
        return found;
      case 'event':
        this.waiting.push(entry, (released) => {
          this.applyReported(released, found);
        });
        return found;
      case 'indicators.registered.v1': {
        // It is known from its place in the log on: what came before must have happened before.
        this.flushInto(found);
        for (const indicator of entry.indicators) this.engine.addIndicator(indicator);
        this.raiseRevealed(NONE, found);
        return found;
      }
      case 'rule-pack.activated.v1':
        if (entry.mode !== 'ACTIVE') return found;
        // What came before is judged by the pack before.
        this.flushInto(found);
        this.adopt(entry.document as RulePack, entry.hash);
        return found;
      case 'typology.switched.v1':
        this.flushInto(found);
        this.force.switch(entry.typology, entry.enabled);
        return found;
      case 'alert.disposed.v1':
        return found;
      default:
        return entry satisfies never;
    }
  }

  /**
   * Judges by another pack from here on. What is known of the money, of the wallets and of what is usual stays, and so do
   * the alerts: the next judgement of one is by the new pack alone.
   */
  adopt(document: RulePack, hash?: string): void {
    this.force.adopt(document, hash);
    this.desk.takeUpPack();
  }

  /** Goes on with the bar that another detector of the same log has learnt under the same pack. */
  takeBarOf({ desk }: Detector): void {
    this.desk.takeBarOf(desk);
  }

  /** The storm of the feed's hour; null where nothing was held back in it. */
  get storm(): StormDraft | null {
    return this.desk.storm;
  }

  /**
   * Lets `work` apply and flush what has been told of already. The state becomes what it would have become; the pictures
   * that nobody would look at, which are a third of the cost, are not drawn.
   */
  silently(work: () => void): void {
    this.desk.silently(work);
  }

  /** Waits no longer: a feed that has gone quiet must not keep its last transfers to itself. */
  flush(): Detection[] {
    const found: Detection[] = [];
    this.flushInto(found);
    return found;
  }

  private flushInto(found: Detection[]): void {
    this.waiting.flush((released) => {
      this.applyReported(released, found);
    });
  }

  private applyReported(entry: FeedEntry, found: Detection[]): void {
    if (entry.kind === 'event') this.applyEvent(entry, found);
    else this.applyTransfer(entry, found);
  }

  /** So far behind that it tells whom its parties know, and nothing of what is going on. */
  private isLongAgo({ transfer }: TransferEntry): boolean {
    return transfer.occurredAtMs < this.engine.nowMs - HISTORY_BEHIND_MS;
  }

  /** It is not put in order with the others: among rows of today it would set back the clock that they go by. */
  private remember({ transfer }: TransferEntry): void {
    if (transfer.status !== 'SETTLED' || transfer.type === 'REVERSAL') return;
    if (walletKey(transfer.debtor) === walletKey(transfer.creditor)) return;
    this.engine.remember(transfer);
  }

  /** An event bears on the payments that come after it; a complaint on those before, too: it is mostly told of afterwards. */
  private applyEvent({ event }: FeedEventEntry, found: Detection[]): void {
    const { engine, force } = this;
    const isNews = engine.note(event);
    if (event.type !== 'COMPLAINT' || event.about === null || !isNews) return;
    if (!force.counts('COMPLAINT')) return;
    const { provider, eventId, occurredAtMs, about } = event;
    const values = force.pack.typologies.COMPLAINT;
    for (const signal of seeComplained(engine, about, occurredAtMs, values)) {
      this.desk.take(signal);
      const { anchor, atMs } = signal;
      const wallet = engine.accounts.walletKey(anchor);
      const trigger = ['complaint', provider, eventId, wallet, signal.currency].join('\n');
      const moment = { anchor, atMs, trigger, fresh: [signal], circumstances: [], position: NONE };
      if (!this.desk.corroborate(about.position, moment, found)) this.desk.judge(moment, found);
    }
  }

  private applyTransfer(entry: TransferEntry, found: Detection[]): void {
    const { transfer, position, originalPosition } = entry;
    // Nothing moves, and there is nothing to be learnt of one wallet.
    if (walletKey(transfer.debtor) === walletKey(transfer.creditor)) return;
    const isReversal = transfer.type === 'REVERSAL';
    switch (transfer.status) {
      case 'PENDING':
        if (isReversal && originalPosition !== null) {
          this.pendingReversals.add(position, originalPosition);
        }
        return;
      case 'FAILED':
        return;
      case 'REVERSED':
        if (originalPosition !== null) this.takeBack(entry, originalPosition, found);
        return;
      case 'SETTLED':
        if (isReversal && originalPosition !== null) this.payBack(entry, originalPosition, found);
        else this.move(entry, found);
        return;
      default:
        transfer.status satisfies never;
    }
  }

  private move(entry: TransferEntry, found: Detection[]): void {
    // A transfer is known by where the log first told of it, so that its reversal finds it.
    const position = entry.originalPosition ?? entry.position;
    const { engine } = this;
    this.watch?.moves?.(entry, engine);
    const step = engine.move(
      position,
      entry.transfer,
      entry.debtorTokens,
      entry.creditorTokens,
      entry.marks,
    );
    const { nowMs } = step;
    this.watch?.moved?.(step, engine);
    if (this.watch && step.carried.tainted) this.watch.carried(position, this.operationsOf(step));
    this.raiseRevealed(position, found);
    if (anyWatched(step)) this.desk.tellPosition(step.payer, found);
    this.look(entry, step, step.payer, found);
    const seen = this.look(entry, step, step.payee, found);
    this.population.learn(engine, step, nowMs, seen);
    if (step.leaves && anyWatched(step)) this.desk.followExit(step, found);
    this.desk.closeBefore(nowMs);
    this.watch?.done?.();
  }

  /** A transfer of its own takes another back: its debtor is who had received. */
  private payBack(entry: TransferEntry, originalPosition: number, found: Detection[]): void {
    const { debtor, creditor } = entry.transfer;
    // Where the reversal was told of as pending before, that is what the log points to, and that points further.
    const reversed = this.pendingReversals.take(originalPosition);
    const position = reversed === undefined ? entry.position : originalPosition;
    this.reverse(entry, debtor, creditor, reversed ?? originalPosition, position, found);
  }

  /** A transfer is itself marked as reversed; its parties are named as they were. */
  private takeBack(entry: TransferEntry, originalPosition: number, found: Detection[]): void {
    const { debtor, creditor } = entry.transfer;
    this.reverse(entry, creditor, debtor, originalPosition, entry.position, found);
  }

  private reverse(
    { transfer }: TransferEntry,
    had: Party,
    gets: Party,
    originalPosition: number,
    position: number,
    found: Detection[],
  ): void {
    const { engine } = this;
    const { currency, occurredAtMs, amountMinor } = transfer;
    engine.hear(occurredAtMs);
    this.raiseRevealed(position, found);
    const payee = engine.account(had, null, currency, occurredAtMs);
    const payer = engine.account(gets, null, currency, occurredAtMs);
    engine.reverse(payee, payer, originalPosition, position, amountMinor, occurredAtMs);
    if (this.desk.undo(originalPosition, amountMinor, occurredAtMs, found)) {
      this.desk.tellPosition(payee, found);
    }
  }

  /**
   * Looks at one account of the step, and raises or revises an alert where what it shows is above the bar.
   *
   * @returns what was looked at; null where nothing was
   */
  private look(
    entry: TransferEntry,
    step: FlowStep,
    anchor: AccountIndex,
    found: Detection[],
  ): Sighting | null {
    const { engine, population, force } = this;
    const { pack } = force;
    const { nowMs } = step;
    if (engine.accounts.isHub(anchor)) return null;
    this.desk.seen(anchor, nowMs);
    // What is bought in a shop shows nothing.
    if (!step.personal && !step.leaves && !step.cash && this.watch === null) return null;
    const looked = lookedAt(engine, step, anchor);
    const checks = this.watch?.checks?.(step.position) ?? null;
    // Written out: spread together, the parts took microseconds.
    const sighting: Sighting = {
      engine,
      step,
      anchor,
      currency: looked.currency,
      receivedNew: looked.receivedNew,
      source: looked.source,
      population,
      nowMs,
      overlay: pack.overlay,
      checks,
    };
    const fresh: Signal[] = [];
    for (const typology of force.typologies) {
      const signal = typology.see(sighting, pack.typologies[typology.name]);
      this.watch?.saw?.(sighting, typology.name, signal);
      if (signal === null || !force.counts(typology.name)) continue;
      this.desk.take(signal);
      fresh.push(signal);
    }
    if (fresh.length === 0) {
      if (this.watch?.scored) {
        const terms = scored(circumstancesOf(sighting, pack.circumstances), pack.scorecard);
        this.watch.scored(step.position, riskOf(baseOf(pack), terms), anchor, terms);
      }
      return sighting;
    }
    const trigger = `${transferKey(entry.transfer)}\n${engine.accounts.walletKey(anchor)}`;
    const { atMs, position } = step;
    const circumstances = circumstancesOf(sighting, pack.circumstances);
    const isHistory = entry.history === true;
    this.desk.judge({ anchor, atMs, trigger, fresh, circumstances, position, isHistory }, found);
    return sighting;
  }

  /** An account has become known: what it did before is looked at now. */
  private raiseRevealed(butFor: number, found: Detection[]): void {
    const { engine, force } = this;
    const { OPERATION_PROXIMITY } = force.pack.typologies;
    for (const anchor of engine.takeRevealed()) {
      const signal = seeRevealed(engine, anchor, OPERATION_PROXIMITY, butFor);
      if (signal === null || !force.counts(signal.typology)) continue;
      this.desk.take(signal);
      const { atMs, currency, operationIds } = signal;
      const wallet = engine.accounts.walletKey(anchor);
      // Nothing of the log's numbering: another log of the same feed names its alerts alike.
      const trigger = ['known', ...(operationIds ?? []), wallet, currency, atMs].join('\n');
      const fresh = [signal];
      this.desk.judge({ anchor, atMs, trigger, fresh, circumstances: [], position: NONE }, found);
    }
  }

  private operationsOf({ carried }: FlowStep): string[] {
    const { origin, count } = carried.origins;
    return [...origin.subarray(0, count)].map((o) => this.engine.watchlist.operationId(o));
  }

  /** Everything that the next detections depend on, beside the configuration that it was made with. */
  *save(): Iterable<StatePart> {
    yield* this.force.save();
    yield { name: 'waiting', value: this.waiting.save() };
    yield* this.engine.save();
    yield* this.population.save();
    yield* this.desk.save();
    yield* this.pendingReversals.save();
  }

  /**
   * Takes up a saved state. Only a detector that has applied nothing yet may, and only with the configuration it was saved with.
   *
   * @throws StateMismatch where the state is another's; the detector is then to be thrown away
   */
  load(source: StateSource): void {
    invariant(this.engine.accounts.size === 0, 'a state is loaded into a new detector');
    this.force.load(source);
    this.desk.takeUpPack();
    this.waiting.load(source.value('waiting'), (row) => row as FeedEntry);
    this.engine.load(source);
    this.population.load(source);
    this.desk.load(source);
    this.pendingReversals.load(source);
  }
}
