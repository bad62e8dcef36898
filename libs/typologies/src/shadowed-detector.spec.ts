import { type ActivationMode, type LogEntry } from '#contracts';
import { hop, late, logOf, OPEN, ordinaryLife } from '../test/feed';
import { type AlertDraft, type Detection } from './alert-draft';
import { copied } from './copied-state';
import { Detector } from './detector';
import { packHash } from './pack-hash';
import { DEFAULT_PACK, type RulePack } from './rule-pack';
import { ShadowedDetector } from './shadowed-detector';

const moves = [
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
const log = logOf([...life, ...moves]);

const decision = (pack: RulePack, mode: ActivationMode, position: number): LogEntry => ({
  ...{ kind: 'rule-pack.activated.v1', position, version: pack.version, hash: packHash(pack) },
  ...{ mode, document: JSON.parse(JSON.stringify(pack)) as unknown },
});
/** The log with decisions before some of its entries. */
const decided = (...decisions: (readonly [at: number, pack: RulePack, mode: ActivationMode])[]) =>
  log.flatMap((entry, at) => [
    ...decisions
      .filter(([place]) => place === at)
      .map(([, pack, mode]) => decision(pack, mode, entry.position - 1)),
    entry,
  ]);

/** What it tells, with whoever is asked in the middle put in the place of the one before. */
function told(
  entries: readonly LogEntry[],
  restart: { at: number; how: 'saved' | 'replayed' } | null = null,
): Detection[] {
  let detector = new ShadowedDetector();
  const found: Detection[] = [];
  for (const [i, entry] of entries.entries()) {
    if (restart?.at === i) {
      const next = new ShadowedDetector();
      if (restart.how === 'saved') next.load(copied(detector.save()));
      else
        next.silently(() => {
          for (const one of entries.slice(0, i)) expect(next.apply(one)).toEqual([]);
        });
      detector = next;
    }
    found.push(...detector.apply(entry));
  }
  return [...found, ...detector.flush()];
}
const openly = (detections: readonly Detection[]) =>
  detections.filter(({ kind }) => kind === 'alert' || kind === 'wallet-position');
const inShadow = (detections: readonly Detection[]): AlertDraft[] =>
  detections.flatMap((one) => (one.kind === 'shadow-alert' ? [one.alert] : []));

const EAGER: RulePack = { ...OPEN, version: 'eager' };
const undisturbed = (() => {
  const detector = new Detector();
  return [...log.flatMap((entry) => detector.apply(entry)), ...detector.flush()];
})();

describe('a shadow', () => {
  const from = life.length;
  const shadowed = told(decided([from, EAGER, 'SHADOW']));

  it('is without effect on what is told', () => {
    expect(openly(shadowed)).toEqual(undisturbed);
    expect(undisturbed.length).toBeGreaterThan(0);
  });

  it('tells apart what its pack would have told, knowing all that was known before it', () => {
    const alerts = inShadow(shadowed);
    expect(alerts.length).toBeGreaterThan(
      undisturbed.filter(({ kind }) => kind === 'alert').length,
    );
    for (const { pack } of alerts) expect(pack.hash).toBe(packHash(EAGER));
    // The very alerts that it would tell if it were put in force there.
    const inForce = new Detector();
    const entries = decided([from, EAGER, 'ACTIVE']);
    const all = [...entries.flatMap((entry) => inForce.apply(entry)), ...inForce.flush()];
    expect(alerts).toEqual(
      all.filter((one) => one.kind === 'alert' && one.pack.hash === packHash(EAGER)),
    );
  });

  it('begins and ends where it was decided, and its beginning and end are told', () => {
    const ended = told(decided([from, EAGER, 'SHADOW'], [from + 5, EAGER, 'WITHDRAWN']));
    const last = log[from + 4]!.position;
    expect(inShadow(ended).length).toBeGreaterThan(0);
    expect(inShadow(ended).every(({ positions }) => positions.at(-1)! <= last)).toBe(true);
    expect(openly(ended)).toEqual(undisturbed);
    const applied = ended.flatMap((one) => (one.kind === 'rule-pack-applied' ? [one] : []));
    expect(applied.map(({ mode }) => mode)).toEqual(['SHADOW', 'WITHDRAWN']);
    expect(applied[0]).toMatchObject({ position: log[from]!.position - 1 });
    expect(applied[0]!.atMs).not.toBeNull();
  });

  it('ends as it is put in force, goes on beside another, and makes way for another shadow', () => {
    const other: RulePack = { ...DEFAULT_PACK, version: 'other' };
    const shadowOf = (...after: Parameters<typeof decided>) => {
      const detector = new ShadowedDetector();
      for (const entry of decided([from, EAGER, 'SHADOW'], ...after)) detector.apply(entry);
      return [detector.judge.version, detector.shadowJudge?.version ?? null];
    };
    expect(shadowOf()).toEqual([DEFAULT_PACK.version, 'eager']);
    expect(shadowOf([from + 2, EAGER, 'ACTIVE'])).toEqual(['eager', null]);
    expect(shadowOf([from + 2, other, 'ACTIVE'])).toEqual(['other', 'eager']);
    expect(shadowOf([from + 2, other, 'SHADOW'])).toEqual([DEFAULT_PACK.version, 'other']);
    expect(shadowOf([from + 2, other, 'WITHDRAWN'])).toEqual([DEFAULT_PACK.version, 'eager']);
  });

  it('hands on the bar that it has learnt on its own scale of risk', () => {
    const risk = { ...DEFAULT_PACK.risk, alertsPerThousandWalletsADay: 50 };
    const quiet: RulePack = { ...DEFAULT_PACK, version: 'quiet', risk };
    const loud: RulePack = { ...quiet, version: 'loud', risk: { ...risk, base: -5 } };
    const lastBar = (pack: RulePack, entries: readonly LogEntry[]): number => {
      let bar = NaN;
      const judged = (judgement: { bar: number }): void => void ({ bar } = judgement);
      const watch = { judged, candidate: () => undefined, carried: () => undefined };
      const detector = new ShadowedDetector({ pack, watch });
      for (const entry of entries) detector.apply(entry);
      detector.flush();
      return bar;
    };
    const own = lastBar(loud, log);
    expect(lastBar(quiet, decided([1, loud, 'SHADOW'], [from, loud, 'ACTIVE']))).toBe(own);
    expect(lastBar(quiet, decided([from, loud, 'ACTIVE']))).toBeLessThan(own);
  });

  it('goes on as if nothing had happened where detection starts again, saved or replayed', () => {
    const entries = decided(
      [from, EAGER, 'SHADOW'],
      [from + 4, { ...DEFAULT_PACK, version: 'next' }, 'ACTIVE'],
      [from + 6, EAGER, 'ACTIVE'],
    );
    const expected = told(entries);
    for (let at = from - 1; at < entries.length; at += 1) {
      expect(told(entries, { at, how: 'saved' })).toEqual(expected);
    }
    for (const at of [from + 1, from + 5, from + 9]) {
      const rest = told(entries, { at, how: 'replayed' });
      expect(rest).toEqual(expected);
    }
  });
});
