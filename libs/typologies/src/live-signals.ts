import { type TypologyName } from '#contracts';
import { type EventTimeMs } from '#domain';
import {
  type AccountIndex,
  loadChunked,
  NO_SLOT,
  RecentMap,
  saveChunked,
  type StatePart,
  type StateSource,
} from '#flow';
import { type RulePack } from './rule-pack';
import { type Evidence } from './evidence';
import { type Signal } from './signal';

/** Accounts whose signals are remembered; beyond it the ones longest without a signal are forgotten. */
const ACCOUNTS_MAX = 200_000;

/**
 * The signals of each account that still count: what came in as a chain and leaves as a pass-through adds up, though the
 * two are seen at different transfers. One signal a typology, the stronger.
 */
export class LiveSignals {
  private byAccount = new RecentMap<AccountIndex, Map<TypologyName, Signal>>();
  private memoryMs!: number;
  private proximityTransfersMax!: number;

  constructor(pack: RulePack) {
    this.adopt(pack);
  }

  /** Lets go of what was weighed by another pack: an alert rests on the pack that it names, and on no other. */
  adopt({ risk, typologies }: RulePack): void {
    this.memoryMs = risk.memoryMs;
    this.proximityTransfersMax = typologies.OPERATION_PROXIMITY.transfersMax;
    this.byAccount = new RecentMap();
  }

  /** @param nowMs the feed's time: what is too old by it is let go */
  add(signal: Signal, nowMs: EventTimeMs): void {
    const { byAccount } = this;
    let slot = byAccount.find(signal.anchor);
    if (slot === NO_SLOT) slot = byAccount.set(signal.anchor, new Map());
    else byAccount.renew(slot);
    const signals = byAccount.at(slot);
    const known = signals.get(signal.typology);
    const live =
      known !== undefined && known.atMs >= signal.atMs - this.memoryMs ? known : undefined;
    signals.set(signal.typology, live ? this.merge(live, signal) : signal);
    this.forgetOldest(nowMs);
  }

  private forgetOldest(nowMs: EventTimeMs): void {
    const { byAccount } = this;
    const isLive = ({ atMs }: Signal): boolean => atMs >= nowMs - this.memoryMs;
    for (let { oldest } = byAccount; oldest !== NO_SLOT; { oldest } = byAccount) {
      const isFull = byAccount.size > ACCOUNTS_MAX;
      if (!isFull && [...byAccount.at(oldest).values()].some(isLive)) return;
      byAccount.forget(oldest);
    }
  }

  of(account: AccountIndex, atMs: EventTimeMs): Signal[] {
    const signals = this.byAccount.get(account);
    if (!signals) return [];
    return [...signals.values()].filter((signal) => signal.atMs >= atMs - this.memoryMs);
  }

  private merge(known: Signal, signal: Signal): Signal {
    if (signal.typology !== 'OPERATION_PROXIMITY') {
      return signal.logOdds >= known.logOdds ? signal : known;
    }
    // Of a wallet near an operation every movement is evidence, not only the strongest.
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

  *save(): Iterable<StatePart> {
    yield* saveChunked('signals', [...this.byAccount.entries()], ([, signals]) => [
      ...signals.values(),
    ]);
  }

  load(source: StateSource): void {
    for (const signals of loadChunked<Signal[]>('signals', source)) {
      const byTypology = new Map(signals.map((signal) => [signal.typology, signal]));
      this.byAccount.set(signals[0]!.anchor, byTypology);
    }
  }
}
