import { type EventTimeMs, type Marks, walletKey, type WalletNews, type WalletRef } from '#domain';
import { type Caps } from './caps';
import { CAPS, type FlowLimits } from './flow-limits';
import { type Note, RecentNotes } from './recent-notes';
import { type StatePart, type StateSource } from './state-parts';

/** Things of one kind remembered of one wallet. More than the last, since payments come late. */
export const NEWS_PER_WALLET_MAX = 4;
/** A tier, or a licence, holds until another is told. */
const UNTIL_TOLD_OTHERWISE = Number.POSITIVE_INFINITY;

interface TierNote extends Note {
  readonly tier: string;
}

interface LoginNote extends Note {
  readonly handset: string;
}

interface AgentNote extends Note {
  /** The later of its registration and its opening. */
  readonly sinceMs: EventTimeMs;
}

/**
 * What events told of wallets, by the wallet's key: it completes later payments that do not tell it themselves. Each kind lies
 * apart, so that logins, of which there are most, push out neither tiers nor agents.
 *
 * Only the provider that keeps a wallet is believed. Anybody else could end the trail of a mule's wallet by registering it as an
 * agent's.
 */
export class ToldWallets {
  private readonly tiers: RecentNotes<TierNote>;
  private readonly logins: RecentNotes<LoginNote>;
  private readonly agents: RecentNotes<AgentNote>;

  constructor({ toldWalletsMax, loginMemoryMs }: FlowLimits, caps: Caps) {
    const notes = <T extends Note>(name: string, memoryMs: number): RecentNotes<T> =>
      new RecentNotes(
        `told.${name}`,
        { keysMax: toldWalletsMax, perKeyMax: NEWS_PER_WALLET_MAX, memoryMs },
        () => {
          caps.count(CAPS.toldWallets);
        },
      );
    this.tiers = notes('tiers', UNTIL_TOLD_OTHERWISE);
    this.logins = notes('logins', loginMemoryMs);
    this.agents = notes('agents', UNTIL_TOLD_OTHERWISE);
  }

  /** Touches the wallet only. */
  note(news: WalletNews, nowMs: EventTimeMs): void {
    const { provider, wallet, occurredAtMs: atMs } = news;
    if (provider !== wallet.provider) return;
    const key = walletKey(wallet);
    switch (news.type) {
      case 'TIER_CHANGE':
        this.tiers.note(key, { atMs, tier: news.tier }, nowMs);
        return;
      case 'LOGIN':
        if (news.handset !== null) this.logins.note(key, { atMs, handset: news.handset }, nowMs);
        return;
      case 'AGENT_REGISTERED': {
        const sinceMs = Math.max(atMs, news.openedAtMs ?? atMs);
        this.agents.note(key, { atMs, sinceMs }, nowMs);
        return;
      }
      default:
        news satisfies never;
    }
  }

  /** The tier that a wallet had at that time; null where it was not told. */
  tierOf(wallet: WalletRef, atMs: EventTimeMs, nowMs: EventTimeMs): string | null {
    if (this.tiers.size === 0) return null;
    return this.tiers.lastBefore(walletKey(wallet), atMs, nowMs)?.tier ?? null;
  }

  /** A payment's marks; where it does not tell its handset, that of the payer's last login lately. */
  marksWith(marks: Marks, payer: WalletRef, atMs: EventTimeMs, nowMs: EventTimeMs): Marks {
    if (marks.handset !== undefined || this.logins.size === 0) return marks;
    const login = this.logins.lastBefore(walletKey(payer), atMs, nowMs);
    return login === null ? marks : { ...marks, handset: login.handset };
  }

  /** Since when a wallet was an agent's at that time; null where it was not told to be one. */
  agentSince(wallet: WalletRef, atMs: EventTimeMs, nowMs: EventTimeMs): EventTimeMs | null {
    if (this.agents.size === 0) return null;
    return this.agents.lastBefore(walletKey(wallet), atMs, nowMs)?.sinceMs ?? null;
  }

  *save(): Iterable<StatePart> {
    for (const notes of [this.tiers, this.logins, this.agents]) yield* notes.save();
  }

  load(source: StateSource): void {
    for (const notes of [this.tiers, this.logins, this.agents]) notes.load(source);
  }
}
