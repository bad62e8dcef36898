import { type AgentRegistered, walletKey } from '#domain';

/** So many registrations are remembered of a wallet. */
const REGISTRATIONS_PER_WALLET_MAX = 4;

/** Every registration as an agent that is believed. */
export class ReferenceRegistrations {
  /** In the order of arrival. */
  private kept: AgentRegistered[] = [];

  note(registered: AgentRegistered): void {
    const { provider, wallet } = registered;
    if (provider !== wallet.provider) return;
    this.kept.push(registered);
    const alike = this.kept.filter((one) => walletKey(one.wallet) === walletKey(wallet));
    if (alike.length <= REGISTRATIONS_PER_WALLET_MAX) return;
    const earliestMs = Math.min(...alike.map(({ occurredAtMs }) => occurredAtMs));
    const goes = alike.find(({ occurredAtMs }) => occurredAtMs === earliestMs);
    this.kept = this.kept.filter((other) => other !== goes);
  }

  /** Since when a wallet was an agent at that time; null where it was none. Of equal times the later told counts. */
  since(wallet: string, atMs: number): number | null {
    let last: AgentRegistered | null = null;
    for (const one of this.kept) {
      if (walletKey(one.wallet) !== wallet || one.occurredAtMs > atMs) continue;
      if (last === null || one.occurredAtMs >= last.occurredAtMs) last = one;
    }
    if (last === null) return null;
    const { openedAtMs, occurredAtMs } = last;
    return openedAtMs === null || openedAtMs < occurredAtMs ? occurredAtMs : openedAtMs;
  }
}
