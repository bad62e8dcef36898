import { v5 as uuidV5 } from 'uuid';
import { type LogEntry, type TransferEntry } from '#contracts';
import {
  coolOffEndsAt,
  type EventTimeMs,
  invariant,
  type Party,
  transferKey,
  walletOfKey,
} from '#domain';
import {
  type AccountIndex,
  FeedClock,
  FLOW_LIMITS,
  FlowEngine,
  type FlowLimits,
  type FlowStep,
  NONE,
} from '#flow';
import { AlertBudget } from './alert-budget';
import { AlertBook, type BookTerm, type OpenAlert } from './alert-book';
import {
  type AlertDraft,
  type Detection,
  type DraftWallet,
  type PositionDraft,
} from './alert-draft';
import { circumstancesOf } from './circumstances';
import { cycle } from './cycle';
import { fanIn, fanOut } from './fan';
import { layeringChain } from './layering-chain';
import { LiveSignals } from './live-signals';
import { PendingReversals } from './pending-reversals';
import { operationProximity } from './operation-proximity';
import { passThrough } from './pass-through';
import { Population } from './population';
import { explained, familiesOf, riskOf } from './risk';
import { DEFAULT_PACK, type RulePack } from './rule-pack';
import { type Evidence, evidenceOf, type Signal, type Sighting, type Typology } from './signal';

/** Every alert id lies under this, so that a replay names an alert as it was named. */
const ALERT_NAMESPACE = 'b0e6a1f4-5d0c-4f0e-9d39-5b7f0c1f6a52';

const TYPOLOGIES: readonly Typology[] = [
  passThrough,
  layeringChain,
  cycle,
  fanIn,
  fanOut,
  operationProximity,
];

/** Looks over the detector's shoulder: what it thought of every transfer, whatever became of it. For the lab. */
export interface DetectionWatch {
  /** What this transfer shows in one of its two accounts, 0-100; once per account. */
  scored(position: number, risk: number): void;
  /** What would be an alert if there were no bar. @param evidence the transfers it would name */
  candidate(risk: number, evidence: readonly Evidence[]): void;
}

/**
 * Turns the log into alerts: follows the money, looks at the two accounts of each transfer, adds up what was seen.
 * A pure function of the log and its configuration: fed the same entries it gives the same detections, one by one.
 */
export class Detector {
  readonly engine: FlowEngine;
  private readonly population = new Population();
  private readonly clock = new FeedClock();
  private readonly signals: LiveSignals;
  private readonly book: AlertBook;
  private readonly budget: AlertBudget;
  /** Credits that an alert relies on, and of which something may be left. */
  private readonly watchedCredits = new Set<number>();
  private readonly pendingReversals = new PendingReversals();

  constructor(
    private readonly pack: RulePack = DEFAULT_PACK,
    limits: FlowLimits = FLOW_LIMITS,
    private readonly watch: DetectionWatch | null = null,
  ) {
    this.engine = new FlowEngine(limits);
    this.signals = new LiveSignals(pack.risk.memoryMs, pack.operationProximity.transfersMax);
    this.budget = new AlertBudget(pack.risk);
    this.book = new AlertBook(pack.risk.memoryMs, pack.risk.transfersMax);
  }

  /** Takes the next entry of the log. @returns what it led to, in order; mostly nothing */
  apply(entry: LogEntry): Detection[] {
    switch (entry.kind) {
      case 'transfer':
        return this.applyTransfer(entry);
      case 'indicators.registered.v1':
        for (const indicator of entry.indicators) this.engine.watchlist.add(indicator);
        return [];
      default:
        return entry satisfies never;
    }
  }

  private applyTransfer(entry: TransferEntry): Detection[] {
    const { transfer, position, originalPosition } = entry;
    const isReversal = transfer.type === 'REVERSAL';
    switch (transfer.status) {
      case 'PENDING':
        if (isReversal && originalPosition !== null) {
          this.pendingReversals.add(position, originalPosition);
        }
        return [];
      case 'FAILED':
        return [];
      case 'REVERSED':
        return originalPosition === null ? [] : this.takeBack(entry, originalPosition);
      case 'SETTLED':
        return isReversal && originalPosition !== null
          ? this.payBack(entry, originalPosition)
          : this.move(entry);
      default:
        return transfer.status satisfies never;
    }
  }

  private move(entry: TransferEntry): Detection[] {
    // A transfer is known by where the log first told of it, so that its reversal finds it.
    const position = entry.originalPosition ?? entry.position;
    const { transfer, debtorTokens, creditorTokens } = entry;
    const nowMs = this.clock.hear(transfer.occurredAtMs);
    const step = this.engine.move(position, transfer, debtorTokens, creditorTokens);
    const moved = this.positionsAfterDebit(step);
    const alerts = [step.payer, step.payee].flatMap((anchor) =>
      this.look(entry, step, anchor, nowMs),
    );
    this.population.learn(this.engine, step, nowMs);
    return [...moved, ...alerts, ...this.followExit(step)];
  }

  /** A transfer of its own takes another back: its debtor is who had received. */
  private payBack(entry: TransferEntry, originalPosition: number): Detection[] {
    const { debtor, creditor } = entry.transfer;
    // Where the reversal was told of as pending before, that is what the log points to, and that points further.
    const reversed = this.pendingReversals.take(originalPosition);
    const position = reversed === undefined ? entry.position : originalPosition;
    return this.reverse(entry, debtor, creditor, reversed ?? originalPosition, position);
  }

  /** A transfer is itself marked as reversed; its parties are named as they were. */
  private takeBack(entry: TransferEntry, originalPosition: number): Detection[] {
    const { debtor, creditor } = entry.transfer;
    return this.reverse(entry, creditor, debtor, originalPosition, entry.position);
  }

  private reverse(
    { transfer }: TransferEntry,
    had: Party,
    gets: Party,
    originalPosition: number,
    position: number,
  ): Detection[] {
    const { currency, occurredAtMs, amountMinor } = transfer;
    const payee = this.engine.account(had, currency, occurredAtMs);
    const payer = this.engine.account(gets, currency, occurredAtMs);
    this.engine.reverse(payee, payer, originalPosition, position, amountMinor, occurredAtMs);
    return this.watchedCredits.has(originalPosition) ? [this.positionOf(payee)] : [];
  }

  /** Looks at one account of the step, and raises or revises an alert where what it shows is above the bar. */
  private look(
    entry: TransferEntry,
    step: FlowStep,
    anchor: AccountIndex,
    nowMs: EventTimeMs,
  ): Detection[] {
    const { engine, population, pack } = this;
    if (engine.accounts.hub[anchor] === 1) return [];
    this.budget.seen(anchor, nowMs);
    const sighting: Sighting = { engine, step, population, nowMs, pack, anchor };
    let seen = false;
    for (const typology of TYPOLOGIES) {
      const signal = typology(sighting);
      if (signal === null) continue;
      this.signals.add(signal);
      seen = true;
    }
    if (seen) return this.judge(entry, step, sighting);
    this.watch?.scored(step.position, riskOf(pack.risk.base, circumstancesOf(sighting)));
    return [];
  }

  private judge(entry: TransferEntry, step: FlowStep, sighting: Sighting): Detection[] {
    const { pack } = this;
    const signals = this.signals.of(sighting.anchor, step.atMs);
    const terms: BookTerm[] = [
      ...signals.map((s) => ({
        name: s.typology,
        family: s.family,
        logOdds: s.logOdds,
        say: s.say,
      })),
      ...circumstancesOf(sighting),
    ];
    const confirmed = signals.some((signal) => signal.confirmed === true);
    const risk = riskOf(pack.risk.base, terms);
    const evidence = evidenceOfAll(signals);
    this.watch?.scored(step.position, risk);
    if (!confirmed && familiesOf(terms) < 2) return [];
    if (evidence.length >= pack.risk.transfersMin) this.watch?.candidate(risk, evidence);
    if (!confirmed && evidence.length >= pack.risk.transfersMin)
      this.budget.reached(sighting.anchor, risk);
    if (risk < (confirmed ? pack.risk.floor : this.budget.raiseAt)) return [];
    const known = this.book.continued(sighting.anchor, evidence, step.atMs);
    if (!known && evidence.length < pack.risk.transfersMin) return [];
    const alert = known ?? this.raise(entry, sighting.anchor, step);
    if (!this.revise(alert, signals, terms, evidence, step)) return [];
    return [this.draft(alert), ...this.positionsOf(alert)];
  }

  /**
   * Money that an alert relies on leaves the wallets: that belongs to the alert, whatever part of the money it is. It is the
   * event that everything before led up to.
   */
  private followExit(step: FlowStep): Detection[] {
    if (!step.leaves) return [];
    for (const slot of this.engine.takenLots) {
      const alert = this.book.relyingOn(this.engine.credits.transfer[slot]!, step.atMs);
      if (alert === null) continue;
      if (!this.book.extend(alert, [evidenceOf(step)])) return [];
      alert.revision += 1;
      alert.updatedAtMs = Math.max(alert.updatedAtMs, step.atMs);
      return [this.draft(alert), ...this.positionsOf(alert)];
    }
    return [];
  }

  private raise(entry: TransferEntry, anchor: AccountIndex, step: FlowStep): OpenAlert {
    const trigger = `${transferKey(entry.transfer)}\n${this.engine.accounts.walletKey(anchor)}`;
    const alert: OpenAlert = {
      id: uuidV5(trigger, ALERT_NAMESPACE),
      anchor,
      firstAtMs: step.atMs,
      updatedAtMs: step.atMs,
      revision: 0,
      uncoveredMinor: 0,
      evidence: new Map(),
      terms: new Map(),
      typologies: new Set(),
      operationIds: new Set(),
      capsMet: new Set(),
    };
    this.book.add(alert);
    return alert;
  }

  /** Takes what was seen into the alert. @returns whether that tells anybody anything new */
  private revise(
    alert: OpenAlert,
    signals: readonly Signal[],
    terms: readonly BookTerm[],
    evidence: readonly Evidence[],
    step: FlowStep,
  ): boolean {
    const before = alert.typologies.size + alert.operationIds.size;
    for (const signal of signals) {
      alert.typologies.add(signal.typology);
      for (const id of signal.operationIds ?? []) alert.operationIds.add(id);
    }
    for (const term of terms) {
      const known = alert.terms.get(term.name);
      if (!known || known.logOdds < term.logOdds) alert.terms.set(term.name, term);
    }
    for (const cap of this.engine.capsMet) alert.capsMet.add(cap);
    const more = this.book.extend(alert, evidence);
    for (const { position } of evidence) this.watchedCredits.add(position);
    if (!more && alert.typologies.size + alert.operationIds.size === before) return false;
    alert.revision += 1;
    alert.updatedAtMs = Math.max(alert.updatedAtMs, step.atMs);
    alert.uncoveredMinor = this.engine.accounts.uncovered[alert.anchor]!;
    return true;
  }

  private draft(alert: OpenAlert): AlertDraft {
    const evidence = [...alert.evidence.values()].sort((a, b) => a.position - b.position);
    const terms = [...alert.terms.values()];
    const wallets = this.walletsOf(evidence);
    const heldMinor = wallets.reduce((sum, wallet) => sum + wallet.heldMinor, 0);
    const lastMs = evidence.reduce((last, { atMs }) => Math.max(last, atMs), 0);
    return {
      kind: 'alert',
      id: alert.id,
      revision: alert.revision,
      typologies: [...alert.typologies].sort(),
      risk: riskOf(this.pack.risk.base, terms),
      urgent: heldMinor > 0 && coolOffEndsAt(lastMs) > alert.updatedAtMs,
      operationIds: [...alert.operationIds].sort(),
      positions: evidence.map(({ position }) => position),
      wallets,
      terms: explained(this.pack.risk.base, terms),
      capsMet: [...alert.capsMet].sort(),
      uncoveredMinor: alert.uncoveredMinor,
      firstAtMs: alert.firstAtMs,
      updatedAtMs: alert.updatedAtMs,
    };
  }

  private walletsOf(evidence: readonly Evidence[]): DraftWallet[] {
    const { accounts, credits } = this.engine;
    const sums = new Map<AccountIndex, { inMinor: number; outMinor: number; heldMinor: number }>();
    const of = (
      account: AccountIndex,
    ): { inMinor: number; outMinor: number; heldMinor: number } => {
      const sum = sums.get(account) ?? { inMinor: 0, outMinor: 0, heldMinor: 0 };
      sums.set(account, sum);
      return sum;
    };
    for (const { position, payer, payee, amountMinor } of evidence) {
      of(payer).outMinor += amountMinor;
      const slot = this.engine.find(payee, position);
      const to = of(payee);
      to.inMinor += amountMinor;
      if (slot !== NONE) to.heldMinor += credits.left[slot]!;
    }
    return [...sums].map(([account, sum]) => ({
      ...walletOfKey(accounts.walletKey(account)),
      currency: accounts.currency(account),
      ...sum,
    }));
  }

  /** A debit took from a credit that an alert relies on: that wallet holds less now. */
  private positionsAfterDebit(step: FlowStep): PositionDraft[] {
    const { takenLots, credits } = this.engine;
    let touched = false;
    for (const slot of takenLots) {
      const position = credits.transfer[slot]!;
      if (!this.watchedCredits.has(position)) continue;
      touched = true;
      if (credits.left[slot] === 0) this.watchedCredits.delete(position);
    }
    return touched ? [this.positionOf(step.payer)] : [];
  }

  private positionsOf(alert: OpenAlert): PositionDraft[] {
    const payees = new Set([...alert.evidence.values()].map(({ payee }) => payee));
    return [...payees]
      .filter((account) => this.engine.accounts.hub[account] === 0)
      .map((account) => this.positionOf(account));
  }

  private positionOf(account: AccountIndex): PositionDraft {
    const { accounts, credits } = this.engine;
    const left: { position: number; leftMinor: number }[] = [];
    for (let slot = accounts.creditHead[account]!; slot !== NONE; slot = credits.next[slot]!) {
      const position = credits.transfer[slot]!;
      if (!this.watchedCredits.has(position) || credits.left[slot] === 0) continue;
      left.push({ position, leftMinor: credits.left[slot]! });
    }
    const { heldMinor, taintedMinor } = this.engine.held(account);
    const inMinor = accounts.laid[account]! + accounts.backfilled[account]!;
    invariant(inMinor >= heldMinor, 'a wallet holds no more than came in');
    return {
      kind: 'wallet-position',
      ...walletOfKey(accounts.walletKey(account)),
      currency: accounts.currency(account),
      asOfMs: accounts.lastAt[account]!,
      inMinor,
      outMinor: accounts.debited[account]! + accounts.reversed[account]!,
      heldMinor,
      taintedMinor,
      credits: left.sort((a, b) => a.position - b.position),
    };
  }
}

/** What the signals rely on, each transfer once, oldest first. */
function evidenceOfAll(signals: readonly Signal[]): Evidence[] {
  const found = new Map<number, Evidence>();
  for (const signal of signals) {
    for (const item of signal.evidence) found.set(item.position, item);
  }
  return [...found.values()].sort((a, b) => a.atMs - b.atMs || a.position - b.position);
}
