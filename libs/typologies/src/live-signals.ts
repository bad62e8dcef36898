import { type EventTimeMs } from '#domain';
import {
  type AccountIndex,
  loadNumbers,
  NO_SLOT,
  RecentMap,
  saveNumbers,
  type StatePart,
  type StateSource,
} from '#flow';
import { type RulePack } from './rule-pack';
import { type Evidence } from './evidence';
import { type Signal } from './signal';
import { NO_SIGNAL, type SignalPlace, SignalRows } from './signal-rows';

/** Accounts whose signals are remembered; beyond it the ones longest without a signal are forgotten. */
const ACCOUNTS_MAX = 200_000;

/**
 * The signals of each account that still count: what came in as a chain and leaves as a pass-through adds up, though the
 * two are seen at different transfers. One signal a typology, the stronger.
 */
export class LiveSignals {
  /** The first signal of each account; the others follow it. */
  private byAccount = new RecentMap<AccountIndex, SignalPlace>();
  private rows = new SignalRows();
  private memoryMs!: number;
  private proximityTransfersMax!: number;

  constructor(
    pack: RulePack,
    private readonly accountsMax = ACCOUNTS_MAX,
  ) {
    this.adopt(pack);
  }

  /** Lets go of what was weighed by another pack: an alert rests on the pack that it names, and on no other. */
  adopt({ risk, typologies }: RulePack): void {
    this.memoryMs = risk.memoryMs;
    this.proximityTransfersMax = typologies.OPERATION_PROXIMITY.transfersMax;
    this.byAccount = new RecentMap();
    this.rows = new SignalRows();
  }

  /** @param nowMs the feed's time: what is too old by it is let go */
  add(signal: Signal, nowMs: EventTimeMs): void {
    const { byAccount, rows } = this;
    const slot = byAccount.find(signal.anchor);
    if (slot === NO_SLOT) byAccount.set(signal.anchor, rows.write(signal, NO_SIGNAL));
    else {
      byAccount.renew(slot);
      byAccount.put(slot, this.among(byAccount.at(slot), signal));
    }
    this.forgetOldest(nowMs);
  }

  /** Puts a signal in the place of the one of its typology, or behind all others. @returns the first of them */
  private among(first: SignalPlace, signal: Signal): SignalPlace {
    const { rows } = this;
    let before = NO_SIGNAL;
    let place = first;
    while (place !== NO_SIGNAL && rows.typology(place) !== signal.typology) {
      before = place;
      place = rows.next(place);
    }
    if (place === NO_SIGNAL) {
      rows.follow(before, rows.write(signal, NO_SIGNAL));
      return first;
    }
    const stays = this.merged(place, signal);
    if (stays === null) return first;
    const next = rows.next(place);
    rows.drop(place);
    const written = rows.write(stays, next);
    if (before === NO_SIGNAL) return written;
    rows.follow(before, written);
    return first;
  }

  /** What stands for both; null where the known one does. */
  private merged(known: SignalPlace, signal: Signal): Signal | null {
    const { rows } = this;
    if (rows.at(known) < signal.atMs - this.memoryMs) return signal;
    if (signal.typology === 'OPERATION_PROXIMITY') return this.joined(rows.read(known), signal);
    return signal.logOdds >= rows.logOdds(known) ? signal : null;
  }

  /** Of a wallet near an operation every movement is evidence, not only the strongest. */
  private joined(known: Signal, signal: Signal): Signal {
    const evidence = new Map<number, Evidence>();
    for (const item of [...known.evidence, ...signal.evidence]) evidence.set(item.position, item);
    const stronger = signal.logOdds >= known.logOdds ? signal : known;
    return {
      ...stronger,
      atMs: signal.atMs,
      evidence: [...evidence.values()].slice(-this.proximityTransfersMax),
      operationIds: [...new Set([...(known.operationIds ?? []), ...(signal.operationIds ?? [])])],
    };
  }

  private forgetOldest(nowMs: EventTimeMs): void {
    const { byAccount } = this;
    for (let { oldest } = byAccount; oldest !== NO_SLOT; { oldest } = byAccount) {
      const first = byAccount.at(oldest);
      if (byAccount.size <= this.accountsMax && this.isAnySince(first, nowMs - this.memoryMs)) {
        return;
      }
      this.drop(first);
      byAccount.forget(oldest);
    }
  }

  private isAnySince(first: SignalPlace, sinceMs: EventTimeMs): boolean {
    const { rows } = this;
    let place = first;
    while (place !== NO_SIGNAL && rows.at(place) < sinceMs) place = rows.next(place);
    return place !== NO_SIGNAL;
  }

  private drop(first: SignalPlace): void {
    for (let place = first; place !== NO_SIGNAL;) {
      const next = this.rows.next(place);
      this.rows.drop(place);
      place = next;
    }
  }

  of(account: AccountIndex, atMs: EventTimeMs): Signal[] {
    const { rows } = this;
    const live: Signal[] = [];
    let place = this.byAccount.get(account) ?? NO_SIGNAL;
    for (; place !== NO_SIGNAL; place = rows.next(place)) {
      if (rows.at(place) >= atMs - this.memoryMs) live.push(rows.read(place));
    }
    return live;
  }

  *save(): Iterable<StatePart> {
    const firsts = [...this.byAccount.entries()].map(([, first]) => first);
    yield saveNumbers('signals', firsts);
    yield* this.rows.save();
  }

  load(source: StateSource): void {
    const firsts = loadNumbers('signals', source);
    this.rows.load(source);
    for (const first of firsts) this.byAccount.set(this.rows.anchor(first), first);
  }
}
