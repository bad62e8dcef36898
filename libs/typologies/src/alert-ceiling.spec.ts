import { type LogEntry } from '#contracts';
import { DAY_MS, HOUR_MS, walletKey } from '#domain';
import { alertsOf, hop, late, logOf, OPEN, ordinaryLife, START_MS } from '../test/feed';
import { type StormDraft } from './alert-draft';
import { copied } from './copied-state';
import { Detector } from './detector';
import { type RulePack } from './rule-pack';

const ceiling = (alertsPerHourMax: number): RulePack => ({
  ...OPEN,
  risk: { ...OPEN.risk, alertsPerHourMax },
});

/** Ten collectors of three victims each, within twenty minutes of one hour; each pays on at once. */
const burst = (hour: number) =>
  Array.from({ length: 10 }, (_, i) => {
    const minute = 60 * hour + 2 * i;
    const name = `${hour}-${i}`;
    return [
      hop(`a${name}`, `c${name}`, 61_000, minute),
      hop(`b${name}`, `c${name}`, 62_000, minute),
      hop(`d${name}`, `c${name}`, 63_000, minute),
      hop(`c${name}`, `e${name}`, 185_000, minute + 1),
    ];
  })
    .flat()
    .map(late);
const life = ordinaryLife();
const quiet = { atMs: 10 * DAY_MS + 30 * HOUR_MS };
const log = logOf([...life, ...burst(0), ...burst(1), { ...hop('w1', 'w2', 10, 0), ...quiet }]);
const FROM_MS = START_MS + 10 * DAY_MS;

function told(pack: RulePack, entries: readonly LogEntry[] = log) {
  const detector = new Detector({ pack });
  const all = [...entries.flatMap((entry) => detector.apply(entry)), ...detector.flush()];
  const raised = alertsOf(all).filter(
    ({ revision, firstAtMs }) => revision === 1 && firstAtMs >= FROM_MS,
  );
  const storms = all.filter((one): one is StormDraft => one.kind === 'alert-storm');
  return { raised, storms: storms.filter(({ fromMs }) => fromMs >= FROM_MS), detector };
}
const inHour = (hour: number, { raised }: ReturnType<typeof told>) =>
  raised.filter(({ firstAtMs }) => Math.floor((firstAtMs - FROM_MS) / HOUR_MS) === hour).length;

describe('an alert storm', () => {
  const free = told(ceiling(1_000));
  const most = inHour(0, free);

  it('is none up to the ceiling', () => {
    expect(most).toBeGreaterThan(5);
    expect(free.storms).toEqual([]);
    expect(told(ceiling(most + 1)).storms).toEqual([]);
    const ids = ({ raised }: typeof free) => raised.map(({ id }) => id);
    expect(ids(told(ceiling(most)))).toEqual(ids(free));
  });

  it('is contained: so many are raised in an hour and no more, and what is held back is told', () => {
    const held = told(ceiling(4));
    expect([inHour(0, held), inHour(1, held)]).toEqual([4, 4]);
    const last = held.storms.filter(({ fromMs }) => fromMs === FROM_MS).at(-1)!;
    expect(last).toMatchObject({
      ...{ untilMs: FROM_MS + HOUR_MS, ceiling: 4, raised: 4 },
      pack: { version: OPEN.version },
    });
    expect(last.contained).toBeGreaterThanOrEqual(most - 4);
    expect(last.highestRisk).toBeGreaterThan(50);
    const counts = Object.values(last.containedByTypology);
    expect(Math.max(...counts)).toBeLessThanOrEqual(last.contained);
    expect(counts.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(last.contained);
    // It grows by a wallet each time it is told, and the next hour begins anew.
    const first = held.storms.map(({ fromMs, contained }) => [fromMs - FROM_MS, contained]);
    expect(first.filter(([at]) => at === 0)).toEqual(
      Array.from({ length: last.contained }, (_, i) => [0, i + 1]),
    );
    expect(first.find(([at]) => at === HOUR_MS)).toEqual([HOUR_MS, 1]);
    expect(held.detector.storm).not.toBeNull();
  });

  it('lets confirmed indicators through', () => {
    const known: LogEntry = {
      kind: 'indicators.registered.v1',
      position: log[life.length - 1]!.position + 1,
      indicators: Array.from({ length: 10 }, (_, i) => ({
        operationId: 'op',
        type: 'wallet',
        match: walletKey({ provider: 'p', walletId: `c0-${i}` }),
        knownFromMs: START_MS,
      })),
    };
    const entries = [...log.slice(0, life.length), known, ...log.slice(life.length)];
    const raised = told(ceiling(1), entries).raised.filter(
      ({ operationIds, firstAtMs }) => operationIds.length > 0 && firstAtMs < FROM_MS + HOUR_MS,
    );
    expect(raised.length).toBeGreaterThan(5);
  });

  it('is the same where detection was saved in the middle of it', () => {
    const pack = ceiling(4);
    const whole = new Detector({ pack });
    const all = [...log.flatMap((entry) => whole.apply(entry)), ...whole.flush()];
    for (const cut of [life.length + 15, life.length + 30, life.length + 45]) {
      const first = new Detector({ pack });
      const before = log.slice(0, cut).flatMap((entry) => first.apply(entry));
      const second = new Detector({ pack });
      second.load(copied(first.save()));
      const after = log.slice(cut).flatMap((entry) => second.apply(entry));
      expect([...before, ...after, ...second.flush()]).toEqual(all);
    }
  });
});
