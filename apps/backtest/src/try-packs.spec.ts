import { type StoredAlert } from './backtest.repository';
import { findings, learnUntil } from './try-packs';

const alert = (
  outcome: StoredAlert['outcome'],
  firstAtMs: number,
  ...positions: number[]
): StoredAlert => ({ outcome, firstAtMs, positions });

describe('what is learnt from', () => {
  it('are the first two thirds of what was disposed of', () => {
    const disposed = [6, 1, 4, 2, 5, 3].map((day) => alert('REFUTED', day));
    expect(learnUntil([...disposed, alert(null, 100), alert(null, 200)])).toBe(4);
    expect(learnUntil([alert('CONFIRMED', 7)])).toBe(7);
    expect(() => learnUntil([alert(null, 1)])).toThrow('no alert was disposed of');
  });

  it('goes by the alerts that name a transfer, a confirmed one first, whatever their order', () => {
    const alerts = [
      alert('REFUTED', 0, 1, 2, 3),
      alert('CONFIRMED', 0, 2),
      alert(null, 0, 3, 4),
      alert('CONFIRMED', 0, 4),
    ];
    for (const told of [alerts, [...alerts].reverse()]) {
      const findingOf = findings(told);
      expect([1, 2, 3, 4, 5].map(findingOf)).toEqual([
        ...['DISMISSED', 'CONFIRMED', 'UNKNOWN', 'CONFIRMED', 'DISMISSED'],
      ]);
    }
  });
});
