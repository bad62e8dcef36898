import { type EventTimeMs } from '#domain';
import { ACCOUNT, type AccountIndex, type Accounts } from './accounts';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { type Note, RecentNotes } from './recent-notes';

/** An account was used again. */
export interface Waking extends Note {
  readonly sleptMs: number;
}

/** Which accounts were lately used again after a long silence. Few are: the account itself has no room for it. */
export class Wakings extends RecentNotes<Waking> {
  private readonly dormantAfterMs: number;

  constructor(
    private readonly accounts: Accounts,
    { dormantAfterMs, wokenAccountsMax, memoryMs }: FlowLimits,
    caps: Caps,
  ) {
    super('wakings', { keysMax: wokenAccountsMax, perKeyMax: 1, memoryMs }, () => {
      caps.count(CAPS.wokenAccounts);
    });
    this.dormantAfterMs = dormantAfterMs;
  }

  /** The account is about to be used. Touches that account only. */
  touched(account: AccountIndex, atMs: EventTimeMs, nowMs: EventTimeMs): void {
    const sleptMs = atMs - this.accounts.get(account, ACCOUNT.lastAt);
    if (sleptMs >= this.dormantAfterMs) this.note(this.key(account), { atMs, sleptMs }, nowMs);
  }

  /** The last waking of an account at or before a time; null where it did not wake lately. */
  of(account: AccountIndex, atMs: EventTimeMs, nowMs: EventTimeMs): Waking | null {
    return this.size === 0 ? null : this.lastBefore(this.key(account), atMs, nowMs);
  }

  private key(account: AccountIndex): string {
    return `${this.accounts.walletKey(account)}\n${this.accounts.currency(account)}`;
  }
}
