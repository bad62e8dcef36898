import { type EventTimeMs } from '#domain';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { type Note, RecentNotes } from './recent-notes';

/** Wallets remembered of one handset; the one that paid from it longest ago makes room. */
export const WALLETS_PER_HANDSET_MAX = 16;

/** A payment from a handset, by name: it stands where the handset is kept, not where the wallets are. */
export interface HandsetUse extends Note {
  /** As `walletKey` gives them. */
  readonly payer: string;
  readonly payee: string;
  readonly currency: string;
  /** The payer's national id, as a token; null where it is not told. */
  readonly person: string | null;
  readonly position: number;
  readonly amountMinor: number;
  readonly newPair: boolean;
}

/** From which wallets people lately paid with each handset: the last payment of each wallet, by the handset's token. */
export class HandsetStore extends RecentNotes<HandsetUse> {
  private readonly memoryMs: EventTimeMs;

  constructor({ handsetsMax, memoryMs }: FlowLimits, caps: Caps) {
    const limits = { keysMax: handsetsMax, perKeyMax: WALLETS_PER_HANDSET_MAX, memoryMs };
    super('handsets', limits, () => {
      caps.count(CAPS.handsets);
    });
    this.memoryMs = memoryMs;
  }

  /**
   * Notes a payment from a handset. Touches the handset only.
   *
   * @returns the last payment of each wallet that paid from it lately, this one last of its time
   */
  use(handset: string, use: HandsetUse, nowMs: EventTimeMs): HandsetUse[] {
    this.note(handset, use, nowMs, ({ payer }) => payer === use.payer);
    return this.between(handset, nowMs - this.memoryMs, use.atMs);
  }
}

/** How many people the wallets belong to; a wallet whose person is not told is a person's of its own. */
export const personsOf = (uses: readonly Pick<HandsetUse, 'payer' | 'person'>[]): number =>
  new Set(uses.map(({ payer, person }) => person ?? payer)).size;
