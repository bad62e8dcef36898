import { accountKey } from '#domain';
import { EVENTS, type OutboxEvent, type WalletPosition } from './event';

/**
 * What an outbox tells, whatever batches it was told in: all but positions in their order, then of each wallet and currency
 * the last position, standing for all that were told. Of two runs over the same log it is the same.
 */
export function toldInSum(events: readonly OutboxEvent[]): OutboxEvent[] {
  const others: OutboxEvent[] = [];
  const positions = new Map<string, WalletPosition>();
  for (const event of events) {
    if (event.name !== EVENTS.walletPosition) {
      others.push(event);
      continue;
    }
    const position = event.body as WalletPosition;
    const account = accountKey(position, position.currency);
    const times = (positions.get(account)?.times ?? 0) + (position.times ?? 1);
    positions.set(account, { ...position, times });
  }
  const accounts = [...positions].sort(([a], [b]) => (a < b ? -1 : 1));
  return [...others, ...accounts.map(([, body]) => ({ name: EVENTS.walletPosition, body }))];
}
