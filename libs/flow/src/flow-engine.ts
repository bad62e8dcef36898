import {
  type EventTimeMs,
  type FeedEvent,
  type Indicator,
  invariant,
  type Marks,
  type PartyKind,
  type Transfer,
  type WalletRef,
} from '#domain';
import { ACCOUNT, type AccountIndex, Accounts, NONE, type Released } from './accounts';
import { AccountMemory } from './account-memory';
import { AccountLife, isForgotten } from './account-life';
import { type SweepState } from './account-sweep';
import { AttributeStore } from './attribute-store';
import { CallStore } from './call-store';
import { Caps } from './caps';
import { ComplaintStore } from './complaint-store';
import { Counterparties } from './counterparties';
import { type CreditRows } from './credit-rows';
import { type CreditSlot } from './timed-rows';
import { type DebitRows } from './debit-rows';
import { FeedClock, type FeedClockState } from './feed-clock';
import {
  ANCESTORS_MAX,
  type Cap,
  CAPS,
  checkLimits,
  FLOW_LIMITS,
  type FlowLimits,
} from './flow-limits';
import { FlowStep } from './flow-step';
import { declaredKind } from './hub';
import { MarkStores } from './mark-stores';
import { LotOrder, takeLots } from './lots';
import { MixedPiles } from './mixed-piles';
import { OriginMix } from './origin-mix';
import { NONE_SHARED, PairStore } from './pair-store';
import { PendingNamings } from './pending-namings';
import { LocalHuntSteps } from './hunt-steps';
import { RetroHunt } from './retro-hunt';
import { type StatePart, type StateSource } from './state-parts';
import { Origins } from './trails';
import {
  carryCoPayees,
  carryFunders,
  carryNewDealings,
  type Pairs,
  pairPayers,
} from './neighbours';
import { leaveUncovered } from './uncovered';
import { ToldWallets } from './told-wallets';
import { Wakings } from './wakings';
import { WalletChanges } from './wallet-changes';
import { type Naming, Watchlist } from './watchlist';

/**
 * Follows money through accounts. Every credit is kept as a lot (exclusive: what is left of it) and a link (shared: how it
 * got here); a debit takes lots and passes the link on. So a chain, a cycle or a known operation upstream is seen in one
 * account, at a cost that does not grow with the length of the trail.
 *
 * `debit`, `credit`, `reverse` and `expire` touch one account each; what goes from payer to payee goes by value
 * ({@link Carried}). Nothing here knows a clock, a database or a framework: the same log gives the same state.
 */
export class FlowEngine {
  readonly accounts = new Accounts();
  readonly credits: CreditRows;
  readonly debits: DebitRows;
  readonly counterparties: Counterparties;
  readonly attributes: AttributeStore;
  readonly pairs: PairStore;
  readonly watchlist: Watchlist;
  readonly calls: CallStore;
  readonly changes: WalletChanges;
  readonly told: ToldWallets;
  readonly complaints: ComplaintStore;
  readonly wakings: Wakings;
  readonly marks: MarkStores;
  readonly piles: MixedPiles;
  readonly clock = new FeedClock();
  /** The last transfer, as its accounts saw it. */
  readonly step: FlowStep;
  /** Limits that were met. */
  readonly caps = new Caps();

  private readonly memory: AccountMemory;
  private readonly reversal: FlowStep;
  private readonly order: LotOrder;
  private readonly mix: OriginMix;
  private readonly origins = new Origins();
  /** What a hunt does in this engine's accounts. */
  readonly huntSteps: LocalHuntSteps;
  private readonly hunt: RetroHunt<AccountIndex>;
  /** Accounts that became known and were not asked for yet. */
  private readonly revealed: AccountIndex[] = [];
  private readonly pending = new PendingNamings();
  private readonly life: AccountLife;
  private readonly isWithdrawn = (origin: number): boolean => this.watchlist.isWithdrawn(origin);
  private readonly isTainted = (slot: CreditSlot): boolean => this.taintedNow(slot);
  constructor(readonly limits: FlowLimits = FLOW_LIMITS) {
    checkLimits(limits);
    this.counterparties = new Counterparties(this.accounts, limits, this.caps);
    this.attributes = new AttributeStore(this.accounts.names, limits, this.caps);
    this.pairs = new PairStore(limits, this.caps);
    this.watchlist = new Watchlist(this.accounts, this.attributes, this.isForgotten);
    this.calls = new CallStore(this.watchlist, limits, this.caps);
    this.changes = new WalletChanges(limits, this.caps);
    this.told = new ToldWallets(limits, this.caps);
    this.complaints = new ComplaintStore(limits, this.caps);
    this.wakings = new Wakings(this.accounts, limits, this.caps);
    this.marks = new MarkStores(this.accounts.names, limits, this.caps);
    this.piles = new MixedPiles(this.isWithdrawn);
    this.memory = new AccountMemory(this.accounts, this.piles, this.clock, this.caps, limits);
    this.credits = this.memory.credits;
    this.debits = this.memory.debits;
    this.step = new FlowStep(limits.creditsPerAccountMax);
    this.reversal = new FlowStep(limits.creditsPerAccountMax);
    this.order = new LotOrder(limits.creditsPerAccountMax);
    this.mix = new OriginMix(limits.creditsPerAccountMax);
    this.huntSteps = new LocalHuntSteps(this);
    this.hunt = new RetroHunt(this.huntSteps, this.caps, limits);
    this.life = new AccountLife(this, this.memory);
  }

  /** Of accounts that were given up, by currency. */
  get released(): Map<string, Released> {
    return this.life.released;
  }

  /** The feed's clock; NaN before it has heard anything. */
  get nowMs(): EventTimeMs {
    return this.clock.now;
  }

  /**
   * Moves a settled transfer's money. A wallet that pays itself moves none and must be left out.
   *
   * @param debtorTokens tokens of identifiers the debtor was reported with
   * @param marks those that are told
   * @returns the engine's {@link step}, which the next transfer overwrites
   */
  move(
    position: number,
    transfer: Transfer,
    debtorTokens: readonly string[],
    creditorTokens: readonly string[],
    marks: Marks = {},
  ): FlowStep {
    const { step } = this;
    const { occurredAtMs: atMs, debtor, creditor, currency } = transfer;
    // Before anything else: what becomes known now, and what the step names, must be there while it is looked at.
    this.life.sweep.next(this.nowMs - this.limits.memoryMs);
    this.hear(atMs);
    step.begin(position, transfer, this.nowMs);
    step.payerTier ??= this.told.tierOf(debtor, atMs, step.nowMs);
    step.payeeTier ??= this.told.tierOf(creditor, atMs, step.nowMs);
    step.late = step.nowMs - atMs > this.limits.lateAfterMs;
    const payerKind = declaredKind(transfer, debtor);
    const payeeKind = declaredKind(transfer, creditor);
    step.payer = this.account(debtor, payerKind, currency, atMs, debtor.openedAtMs);
    step.payee = this.account(creditor, payeeKind, currency, atMs, creditor.openedAtMs);
    invariant(step.payer !== step.payee, 'a transfer has two sides');
    step.walletsSharingIdentifier = 0;
    this.seen(step, step.payer, debtorTokens);
    this.seen(step, step.payee, creditorTokens);
    this.debit(step);
    this.calls.follow(step, debtorTokens);
    this.marks.follow(step, this.told.marksWith(marks, debtor, atMs, step.nowMs));
    this.credit(step);
    this.pair(step);
    return step;
  }

  /**
   * Learns from a transfer of long ago, which was told afterwards, with whom its two sides deal. Its money has gone where it went:
   * neither lots nor counters take it, and it moves no clock.
   */
  remember(transfer: Transfer): void {
    const { occurredAtMs: atMs, debtor, creditor, currency } = transfer;
    this.caps.begin();
    const payer = this.account(
      debtor,
      declaredKind(transfer, debtor),
      currency,
      atMs,
      debtor.openedAtMs,
    );
    const payee = this.account(
      creditor,
      declaredKind(transfer, creditor),
      currency,
      atMs,
      creditor.openedAtMs,
    );
    this.counterparties.meet(payer, payee, 'paid', atMs);
    this.counterparties.meet(payee, payer, 'wasPaidBy', atMs);
  }

  /**
   * Notes what a provider told beside transfers. It moves no clock: a batch of old calls must not set back the time that
   * transfers are judged by.
   *
   * @returns whether a payment is complained of from now on, or more gravely than before
   */
  note(event: FeedEvent): boolean {
    const { nowMs } = this;
    switch (event.type) {
      case 'CALL':
        this.calls.note(event, nowMs);
        return false;
      case 'SIM_CHANGE':
      case 'DEVICE_CHANGE':
        this.changes.noteChange(event, nowMs);
        return false;
      case 'TIER_CHANGE':
      case 'LOGIN':
      case 'AGENT_REGISTERED':
        this.told.note(event, nowMs);
        return false;
      case 'COMPLAINT':
        return this.complaints.note(event, nowMs);
      default:
        return event satisfies never;
    }
  }

  /** Lets the feed's clock hear a row's time. What was to become known by then does so now. */
  hear(atMs: EventTimeMs): void {
    this.caps.begin();
    const nowMs = this.clock.hear(atMs);
    if (nowMs < this.pending.nextMs) return;
    for (const naming of this.pending.take(nowMs)) this.reveal(naming);
  }

  /**
   * The account of one side of a transfer; learns from the transfer, or from what was told of the wallet before, whether it is
   * a hub.
   *
   * @param openedAtMs what the side tells of its opening, where it does; it counts for hubs only
   */
  account(
    wallet: WalletRef,
    kind: PartyKind | null,
    currency: string,
    atMs: EventTimeMs,
    openedAtMs: EventTimeMs | null = null,
  ): AccountIndex {
    return this.life.account(wallet, kind, currency, atMs, openedAtMs);
  }

  /** Takes a debit out of its account, and writes what goes with it. Touches the payer only. */
  debit(step: FlowStep): void {
    const { accounts, limits } = this;
    const { payer, payee, amountMinor, atMs, carried } = step;
    invariant(Number.isSafeInteger(amountMinor) && amountMinor > 0, 'a debit is whole and above 0');
    carried.clear();
    step.taken.count = 0;
    this.mix.clear();
    this.expire(payer);
    accounts.add(payer, ACCOUNT.debited, amountMinor);
    if (accounts.isHub(payer)) {
      carried.coveredMinor = this.memory.takeMixed(step, amountMinor, this.mix);
    } else {
      if (!this.isPopular(payer, amountMinor)) this.link(step);
      if (step.tells) carryCoPayees(this.debits, step, limits, this.caps);
      const { creditsInSumMax } = limits;
      this.order.arrange(this.credits, this.isTainted, payer, amountMinor, atMs, creditsInSumMax);
      const rest = takeLots(this.credits, this.order, step, this.mix, this.origins, limits);
      accounts.add(payer, ACCOUNT.taken, carried.lotMinor);
      carried.coveredMinor = carried.lotMinor;
      if (rest > 0) carried.coveredMinor += this.memory.takeMixed(step, rest, this.mix);
      carried.payerKnowsPayee = this.counterparties.meet(payer, payee, 'paid', step.nowMs);
      if (!carried.payerKnowsPayee) accounts.countNewPartner(payer, amountMinor);
      this.memory.rememberDebit(step);
      if (step.personal) carryNewDealings(this.credits, this.debits, step);
    }
    const own = this.watchlist.originAt(payer, atMs);
    if (own !== NONE) this.mix.add(own, amountMinor);
    if (this.mix.carry(carried.origins, amountMinor, limits.taintShareMin, this.isWithdrawn)) {
      this.caps.meet(CAPS.origins);
    }
    const open = amountMinor - carried.coveredMinor;
    if (open > 0 && leaveUncovered(accounts, payer, open, atMs)) this.caps.count(CAPS.uncovered);
    accounts.countDebit(payer, amountMinor);
    carried.payerLogMean = accounts.get(payer, ACCOUNT.debitLogMean);
    carried.payerDebits = accounts.get(payer, ACCOUNT.debitsSeen);
  }

  /** Lays a credit down in its account. Touches the payee only. */
  credit(step: FlowStep): void {
    const { accounts } = this;
    const { payer, payee, carried } = step;
    this.expire(payee);
    const laid = this.memory.bookCredit(step);
    if (accounts.isHub(payee)) {
      accounts.add(payee, ACCOUNT.mixed, laid);
      step.newPair = !carried.payerKnowsPayee;
      step.credit = NONE;
      return;
    }
    const knows = this.counterparties.meet(payee, payer, 'wasPaidBy', step.nowMs);
    if (!knows) accounts.countNewPartner(payee, step.amountMinor);
    step.newPair = !carried.payerKnowsPayee && !knows;
    step.credit = this.memory.rememberCredit(step, laid);
  }

  /**
   * Takes back what is left of a transfer's money, and gives the payer its amount again, without a trail. What the payee
   * has already passed on is not clawed back downstream. The feed's clock must have heard of it.
   *
   * @param payee who had received, and gives back
   * @param originalPosition the transfer that is reversed
   * @returns the shortfall in minor units: what was no longer there
   */
  reverse(
    payee: AccountIndex,
    payer: AccountIndex,
    originalPosition: number,
    position: number,
    amountMinor: number,
    atMs: EventTimeMs,
  ): number {
    const back = this.takeBack(payee, originalPosition, amountMinor);
    this.giveBack(payer, payee, position, amountMinor, atMs);
    return amountMinor - back;
  }

  /** The part of a reversal that touches who had received. @returns what was still there, in minor units */
  takeBack(payee: AccountIndex, originalPosition: number, amountMinor: number): number {
    return this.memory.takeBack(payee, originalPosition, amountMinor);
  }

  /** The part that touches who had paid: a credit like any other, but nobody new and nobody's trail. */
  giveBack(
    account: AccountIndex,
    from: AccountIndex,
    position: number,
    amountMinor: number,
    atMs: EventTimeMs,
  ): void {
    const step = this.reversal;
    step.position = position;
    step.atMs = atMs;
    step.nowMs = this.nowMs;
    step.amountMinor = amountMinor;
    step.late = step.nowMs - atMs > this.limits.lateAfterMs;
    step.payer = from;
    step.payee = account;
    step.carried.clear();
    this.expire(account);
    const laid = this.memory.bookCredit(step);
    if (this.accounts.isHub(account)) this.accounts.add(account, ACCOUNT.mixed, laid);
    else this.memory.rememberCredit(step, laid);
  }

  /** Takes up an indicator: what bears it is known from then on, and its past is gone through. */
  addIndicator(indicator: Indicator): void {
    const naming = this.watchlist.add(indicator);
    if (naming === null) return;
    for (const account of this.bearers(naming)) this.watchlist.tie(account, naming);
    if (naming.knownFromMs <= this.nowMs) this.reveal(naming);
    else this.pending.add(naming);
  }

  /** Accounts that became known since this was last asked. */
  takeRevealed(): AccountIndex[] {
    return this.revealed.splice(0);
  }

  /** Forgets what is older than the window. Touches this account only. */
  expire(account: AccountIndex): void {
    this.memory.expire(account);
  }

  /** A trail through it says nothing of that amount. */
  isPopular(account: AccountIndex, amountMinor: number): boolean {
    return this.accounts.isPopular(account, amountMinor, this.limits.popularCounterpartiesMin);
  }

  private seen(step: FlowStep, account: AccountIndex, tokens: readonly string[]): void {
    // The account's own time: what names an account must be forgotten before the account can be given up.
    const { nowMs } = step;
    const sighting = { account, atMs: Math.min(step.atMs, nowMs), nowMs };
    for (const token of tokens) {
      this.watchlist.seenWith(account, token);
      const sharing = this.attributes.note(token, sighting);
      step.walletsSharingIdentifier = Math.max(step.walletsSharingIdentifier, sharing);
    }
  }

  private link(step: FlowStep): void {
    const { payer, amountMinor, atMs, carried } = step;
    const { limits, caps } = this;
    const parent = this.credits.parentOf(payer, amountMinor, atMs, limits, caps);
    const rootSinceMs = atMs - ANCESTORS_MAX * limits.linkWindowMs;
    if (parent !== NONE && this.credits.carryTrail(parent, carried, rootSinceMs)) {
      caps.meet(CAPS.ancestors);
    }
    // Who else paid somebody that goes shopping leads nowhere.
    if (step.tells) carryFunders(this.credits, step, parent, limits, caps);
  }

  /** Pairs the payer with the other recent payers of the payee. @param pairs where pairs are kept; this engine's own */
  pair(step: FlowStep, pairs: Pairs = this.pairs): void {
    const { payee, carried } = step;
    step.payeesShared = 0;
    step.shared = NONE_SHARED;
    if (!step.newPair || !step.personal || carried.payerKnowsPayee) return;
    if (step.credit === NONE || this.isPopular(payee, step.amountMinor)) return;
    step.payeesShared = pairPayers(this.credits, pairs, step, this.limits, this.caps);
  }

  private taintedNow(slot: CreditSlot): boolean {
    this.credits.readOrigins(slot, this.origins);
    for (let i = 0; i < this.origins.count; i += 1) {
      if (!this.isWithdrawn(this.origins.origin[i]!)) return true;
    }
    return false;
  }

  private readonly bearers = ({ match, type }: Naming): AccountIndex[] =>
    this.watchlist.bearers(match, type, this.nowMs);

  private reveal(naming: Naming): void {
    for (const account of this.bearers(naming)) {
      this.revealed.push(account);
      this.hunt.through(account, naming.origin, this.nowMs);
    }
  }

  /** Untouched for so long that it is given up as soon as it is looked at. */
  readonly isForgotten = (account: AccountIndex): boolean =>
    isForgotten(this.accounts, account, this.nowMs, this.limits);

  /** What is saved, in this order. */
  private get parts() {
    const { accounts, credits, debits, counterparties, attributes, pairs } = this;
    const { watchlist, calls, changes, told, complaints, wakings, marks, piles, pending } = this;
    return [
      ...[accounts, credits, credits.trails, debits, counterparties, attributes, pairs],
      ...[watchlist, calls, changes, told, complaints, wakings, piles, pending],
      ...marks.stores,
    ];
  }

  *save(): Iterable<StatePart> {
    yield {
      name: 'engine',
      value: {
        capCounts: [...this.caps.counts],
        released: [...this.released],
        sweep: this.life.sweep.save(),
        revealed: this.revealed,
      },
    };
    yield { name: 'clock', value: this.clock.save() };
    for (const part of this.parts) yield* part.save();
  }

  /** Takes up a saved state. Only an engine that has moved nothing yet may. */
  load(source: StateSource): void {
    invariant(this.accounts.size === 0, 'a state is loaded into a new engine');
    const saved = source.value('engine') as {
      capCounts: [Cap, number][];
      released: [string, Released][];
      sweep: SweepState;
      revealed: number[];
    };
    for (const [cap, count] of saved.capCounts) this.caps.counts.set(cap, count);
    for (const [currency, released] of saved.released) this.released.set(currency, released);
    this.life.sweep.load(saved.sweep);
    this.revealed.push(...saved.revealed);
    this.clock.load(source.value('clock') as FeedClockState);
    for (const part of this.parts) part.load(source);
  }
}
