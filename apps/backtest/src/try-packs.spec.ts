import { type StoredAlert } from './backtest.repository';
import { findings, lesson } from './try-packs';

const alert = (
  outcome: StoredAlert['outcome'],
  firstAtMs: number,
  ...positions: number[]
): StoredAlert => ({ outcome, firstAtMs, positions });

describe('what is learnt from', () => {
  it('are the first two thirds of what was disposed of', () => {
    const disposed = [6, 1, 4, 2, 5, 3].map((day) => alert('REFUTED', day));
    const always = (): boolean => true;
    const stored = [...disposed, alert(null, 100), alert(null, 200)];
    expect(lesson(stored, always).untilMs).toBe(4);
    expect(lesson(stored, (day) => day >= 4).untilMs).toBe(5);
    expect(lesson([alert('CONFIRMED', 7)], always).untilMs).toBe(7);
    expect(() => lesson([alert(null, 1)], always)).toThrow('was disposed of');
  });

  it('and nothing that came to be known later', () => {
    const early = [alert('REFUTED', 1, 10), alert('REFUTED', 2, 11)];
    const late = alert('CONFIRMED', 9, 10, 11, 12);
    const { untilMs, findingOf } = lesson([...early, late], () => true);
    expect(untilMs).toBe(2);
    expect([10, 11, 12].map(findingOf)).toEqual(['DISMISSED', 'DISMISSED', 'DISMISSED']);
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
