import { EVENTS, type OutboxEvent, type WalletPosition } from './event';
import { toldInSum } from './told-in-sum';

const position = (walletId: string, heldMinor: number, times?: number): OutboxEvent => {
  const body: WalletPosition = {
    ...{ provider: 'p', walletId, currency: 'PKR', asOf: '2026-11-01T10:00:00.000Z' },
    ...{ inMinor: 100, outMinor: 100 - heldMinor, heldMinor, taintedMinor: 0, credits: [] },
    ...(times === undefined ? {} : { times }),
  };
  return { name: EVENTS.walletPosition, body };
};
const alert = (id: string): OutboxEvent => ({ name: EVENTS.alertRaised, body: { alert: { id } } });

describe('what an outbox tells in sum', () => {
  it('is the same whether positions were told one by one or together', () => {
    const oneByOne = [
      position('b', 90),
      alert('1'),
      position('a', 5),
      position('b', 80),
      alert('2'),
    ];
    const together = [alert('1'), position('a', 5, 1), position('b', 80, 2), alert('2')];
    expect(toldInSum(together)).toEqual(toldInSum(oneByOne));
  });

  it('differs where one was lost, doubled or told otherwise', () => {
    const all = [position('a', 90), position('a', 80), alert('1')];
    for (const other of [
      all.slice(1),
      [...all, alert('1')],
      [...all, all[1]!],
      [all[1]!, all[0]!, all[2]!],
    ]) {
      expect(toldInSum(other)).not.toEqual(toldInSum(all));
    }
  });
});
