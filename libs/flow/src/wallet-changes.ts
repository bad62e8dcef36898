import { type EventTimeMs, type WalletChange, walletKey } from '#domain';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { type Note, RecentNotes } from './recent-notes';

/** Changes remembered of one wallet. */
export const CHANGES_PER_WALLET_MAX = 8;

/** A wallet got another SIM, or is used from another handset. */
export interface ChangeNote extends Note {
  readonly type: WalletChange['type'];
}

/** What lately changed about each wallet, by its key. */
export class WalletChanges extends RecentNotes<ChangeNote> {
  constructor({ changedWalletsMax, memoryMs }: FlowLimits, caps: Caps) {
    super(
      'wallet-changes',
      { keysMax: changedWalletsMax, perKeyMax: CHANGES_PER_WALLET_MAX, memoryMs },
      () => {
        caps.count(CAPS.changedWallets);
      },
    );
  }

  /** Touches the wallet only. */
  noteChange({ wallet, type, occurredAtMs }: WalletChange, nowMs: EventTimeMs): void {
    this.note(walletKey(wallet), { type, atMs: occurredAtMs }, nowMs);
  }
}
