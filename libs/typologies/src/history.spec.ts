import { type LogEntry } from '#contracts';
import { DAY_MS, HOUR_MS } from '#domain';
import { Detector } from './detector';
import { DEFAULT_PACK } from './rule-pack';
import { alertsOf, hop, late, logOf, type Move, ordinaryLife, run, START_MS } from '../test/feed';

/** The same, told afterwards. */
const asHistory = (entries: readonly LogEntry[]): LogEntry[] =>
  entries.map((entry) => (entry.kind === 'transfer' ? { ...entry, history: true } : entry));

const layering: Move[] = [
  hop('v1', 'c', 61_000, 0),
  hop('v2', 'c', 72_000, 3),
  hop('v3', 'c', 83_000, 6),
  hop('c', 'm1', 70_000, 9),
  hop('c', 'm2', 140_000, 10),
  hop('m1', 'n1', 68_000, 15),
  hop('m2', 'n2', 137_000, 16),
  hop('n1', 'o1', 66_000, 25),
  hop('n2', 'o2', 135_000, 26),
].map(late);
const life = ordinaryLife();

describe('history', () => {
  it('raises nothing, and what follows on it does', () => {
    expect(alertsOf(run(logOf([...life, ...layering]))).length).toBeGreaterThan(0);
    expect(alertsOf(run(asHistory(logOf([...life, ...layering]))))).toEqual([]);
    const begun = layering.length - 2;
    const whole = logOf([...life, ...layering]);
    const split = life.length + begun;
    const told = alertsOf(run([...asHistory(whole.slice(0, split)), ...whole.slice(split)]));
    expect(told.length).toBeGreaterThan(0);
    // The money is still inside: what is told names where it came from.
    expect(told.some(({ positions }) => positions.some((at) => at <= 2 * split))).toBe(true);
  });

  it('teaches the bar as news do', () => {
    const barAfter = (entries: readonly LogEntry[]): number => {
      // So few wallets teach a bar only where many alerts are allowed.
      const risk = { ...DEFAULT_PACK.risk, alertsPerThousandWalletsADay: 50 };
      const detector = new Detector({ pack: { ...DEFAULT_PACK, risk } });
      for (const entry of entries) detector.apply(entry);
      detector.flush();
      const budget = [...detector.save()].find(({ name }) => name === 'budget') as unknown;
      return (budget as { value: { bar: number } }).value.bar;
    };
    const [untaught, news, history] = [[], logOf(life), asHistory(logOf(life))].map(barAfter);
    expect(untaught).toBe(DEFAULT_PACK.risk.raiseAt);
    for (const taught of [news, history]) expect(taught).toBeLessThan(untaught! / 2);
  });

  it('of long ago moves no clock, and tells whom its parties know', () => {
    const detector = new Detector();
    for (const entry of logOf(life)) detector.apply(entry);
    detector.flush();
    const nowMs = detector.engine.nowMs;
    const old = Array.from({ length: 300 }, (_, i) => ({
      ...{ from: 'old', to: `friend${i % 3}`, rupees: 500 + i },
      atMs: nowMs - START_MS - 100 * DAY_MS + i * HOUR_MS,
    }));
    const found = asHistory(logOf(old, life.length)).flatMap((entry) => detector.apply(entry));
    expect(found).toEqual([]);
    expect(detector.engine.nowMs).toBe(nowMs);
    const next = life.length + old.length;
    const at = nowMs - START_MS + 1_000;
    const step = (to: string, i: number) => {
      for (const entry of logOf(
        [{ from: 'old', to, rupees: 700, atMs: at + i * 10_000 }],
        next + i,
      )) {
        detector.apply(entry);
      }
      detector.flush();
      return detector.engine.step;
    };
    expect(step('friend1', 0).carried.payerKnowsPayee).toBe(true);
    expect(step('stranger', 1).carried.payerKnowsPayee).toBe(false);
  });

  it('of long ago leaves news as they are judged', () => {
    const news = logOf([...life, ...layering]);
    const old = asHistory(
      logOf(
        Array.from({ length: 200 }, (_, i) => ({
          ...{
            from: `x${i % 20}`,
            to: `y${i % 30}`,
            rupees: 90_000,
            atMs: -90 * DAY_MS + i * HOUR_MS,
          },
        })),
        news.length,
      ),
    );
    const at = life.length + 2;
    const mixed = [...news.slice(0, at), ...old, ...news.slice(at)];
    const told = (entries: LogEntry[]) =>
      alertsOf(run(entries)).map(({ id, risk, positions }) => [id, risk, positions]);
    expect(told(mixed)).toEqual(told(news));
  });
});
