import { DAY_MS, isHub } from '#domain';
import { FeedClock } from '#flow';
import { type FeedLog, type RowIndex } from './feed-log';

/**
 * Over all days of the feed's own clock, the wallets that a settled transfer moved money in or out of on that day: what "per
 * 1,000 active wallets a day" is a share of. Licensed tills, agents and what lies outside the wallets raise no alerts and
 * are not counted, from the first row on that declares them; a wallet counts once per currency, as it does in the engine.
 *
 * @param from what came before counts no wallet, and tells of hubs and of the time all the same
 */
export function walletDays(log: FeedLog, from: RowIndex = 0): number {
  const clock = new FeedClock();
  const hubs = new Set<number>();
  const lastDay = new Map<string, number>();
  let count = 0;
  for (let row = 0; row < log.size; row += 1) {
    const { transfer, originalPosition } = log.entry(row);
    const takesBack = transfer.type === 'REVERSAL' && originalPosition !== null;
    if (transfer.status !== 'SETTLED' || takesBack) continue;
    const day = Math.floor(clock.hear(transfer.occurredAtMs) / DAY_MS);
    for (const side of ['debtor', 'creditor'] as const) {
      const wallet = side === 'debtor' ? log.debtorOf(row) : log.creditorOf(row);
      if (isHub(transfer[side].kind)) hubs.add(wallet);
      const account = `${wallet} ${transfer.currency}`;
      if (row < from || hubs.has(wallet) || lastDay.get(account) === day) continue;
      lastDay.set(account, day);
      count += 1;
    }
  }
  return count;
}
