import { handMadeLog, pay } from './hand-made-log-spec';
import { walletDays } from './wallet-days';

const DAY = 24 * 60;

describe('walletDays', () => {
  it('counts each wallet once a day', () => {
    const rows = [pay('a', 'b', 1, 0), pay('b', 'a', 1, 9), pay('a', 'c', 1, 10)];
    expect(walletDays(handMadeLog(rows))).toBe(3);
    const hours = Array.from({ length: 48 }, (_, hour) => pay('a', 'b', 1, hour * 60));
    expect(walletDays(handMadeLog(hours))).toBe(4);
  });

  it('leaves out hubs, also where only some rows say so, and what moved nothing', () => {
    const rows = [
      pay('a', 'shop', 1, 0, { kinds: [null, 'MERCHANT'] }),
      pay('b', 'shop', 1, 1),
      pay('c', 'd', 1, 2, { status: 'FAILED' }),
      pay('external-income', 'a', 1, 3, { kinds: ['EXTERNAL', null] }),
    ];
    expect(walletDays(handMadeLog(rows))).toBe(2);
  });

  it('goes by the feed’s own clock: one wild row does not make another day', () => {
    const rows = [pay('a', 'b', 1, 0), pay('c', 'd', 1, 900 * DAY), pay('a', 'b', 1, 1)];
    expect(walletDays(handMadeLog(rows))).toBe(4);
  });
});
