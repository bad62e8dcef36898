import { type LogEntry, type RulePackActivated, type TypologyName } from '#contracts';
import { copied } from './copied-state';
import { alertsOf, hop, late, logOf, OPEN, ordinaryLife } from '../test/feed';
import { Detector } from './detector';
import { packHash } from './pack-hash';
import { DEFAULT_PACK, type RulePack } from './rule-pack';

const moves = [
  hop('v1', 'c', 61_000, 0),
  hop('v2', 'c', 72_000, 3),
  hop('v3', 'c', 83_000, 6),
  hop('v4', 'c', 64_000, 8),
  hop('c', 'm1', 134_000, 9),
  hop('c', 'm2', 140_000, 10),
  hop('m1', 'n1', 132_000, 15),
  hop('m2', 'n2', 137_000, 16),
  hop('n1', 'o1', 130_000, 25),
  hop('n2', 'o2', 135_000, 26),
].map(late);
const life = ordinaryLife();
const log = logOf([...life, ...moves]);
/** In the log, the entry before the n-th of `moves`. */
const before = (move: number): number => life.length + move;

const activated = (
  pack: RulePack,
  position: number,
  mode: RulePackActivated['mode'] = 'ACTIVE',
): LogEntry => ({
  ...{ kind: 'rule-pack.activated.v1', position, version: pack.version, hash: packHash(pack) },
  ...{ mode, document: JSON.parse(JSON.stringify(pack)) as unknown },
});
const switched = (typology: TypologyName, enabled: boolean, position: number): LogEntry => ({
  ...{ kind: 'typology.switched.v1', position, typology, enabled },
});

/** The log with a control entry before one of its own. */
const withEntry = (at: number, entry: (position: number) => LogEntry): LogEntry[] => [
  ...log.slice(0, at),
  entry(log[at - 1]!.position + 1),
  ...log.slice(at),
];

function alerts(entries: readonly LogEntry[], pack: RulePack) {
  const detector = new Detector({ pack });
  return alertsOf([...entries.flatMap((entry) => detector.apply(entry)), ...detector.flush()]);
}

const OTHER: RulePack = {
  ...OPEN,
  version: 'other',
  risk: { ...OPEN.risk, base: 6 },
  typologies: { ...OPEN.typologies, FAN_IN: { ...OPEN.typologies.FAN_IN, weight: 1 } },
};

describe('a rule pack that is activated in the log', () => {
  const cut = before(5);
  const position = log[cut - 1]!.position;
  const changed = alerts(
    withEntry(cut, (at) => activated(OTHER, at)),
    OPEN,
  );

  it('leaves what came before as it was, under the name of the pack before', () => {
    const told = alerts(log, OPEN);
    const early = told.filter(({ positions }) => positions.at(-1)! <= position);
    expect(early.length).toBeGreaterThan(1);
    expect(changed.slice(0, early.length)).toEqual(early);
    expect(early.every(({ pack }) => pack.hash === packHash(OPEN))).toBe(true);
  });

  it('judges what comes after, and its alerts name it', () => {
    const after = changed.filter(({ positions }) => positions.at(-1)! > position);
    expect(after.length).toBeGreaterThan(1);
    for (const { pack } of after) expect(pack).toEqual({ version: 'other', hash: packHash(OTHER) });
  });

  it('keeps an alert that goes on, and rests it on what the new pack weighed alone', () => {
    const silent: RulePack = {
      ...OTHER,
      typologies: {
        ...OTHER.typologies,
        FAN_IN: { ...OTHER.typologies.FAN_IN, counterpartiesMin: 1_000 },
      },
    };
    const told = alerts(
      withEntry(before(5), (at) => activated(silent, at)),
      OPEN,
    );
    const ids = new Map<string, typeof told>();
    for (const alert of told) ids.set(alert.id, [...(ids.get(alert.id) ?? []), alert]);
    const both = [...ids.values()].filter(
      (revisions) => new Set(revisions.map(({ pack }) => pack.hash)).size === 2,
    );
    expect(both.length).toBeGreaterThan(0);
    for (const revisions of both) {
      expect(revisions.map(({ revision }) => revision)).toEqual(revisions.map((_, i) => i + 1));
    }
    const [first, last] = [both[0]![0]!, both[0]!.at(-1)!];
    expect(first.typologies).toContain('FAN_IN');
    expect(last.typologies).not.toContain('FAN_IN');
    expect(last.terms.map(({ name }) => name)).not.toContain('FAN_IN');
    expect(last.positions.length).toBeGreaterThan(first.positions.length);
  });

  it('changes nothing where it is the one in force, but that signals are seen anew', () => {
    const [same, told] = [withEntry(1, (at) => activated(OPEN, at)), log].map((entries) =>
      alerts(entries, OPEN),
    );
    expect(same).toEqual(told);
  });

  it('is without effect as a shadow, and when it is withdrawn', () => {
    for (const mode of ['SHADOW', 'WITHDRAWN'] as const) {
      const told = alerts(
        withEntry(cut, (at) => activated(OTHER, at, mode)),
        OPEN,
      );
      expect(told).toEqual(alerts(log, OPEN));
    }
  });

  it('is judged by as far as it goes where an earlier version had accepted it', () => {
    const early = JSON.parse(JSON.stringify(OPEN)) as RulePack;
    Reflect.deleteProperty(early.typologies, 'FAN_IN');
    Reflect.deleteProperty(early.typologies.CYCLE, 'weight');
    Object.assign(early.risk, { forgotten: 1 });
    const told = alerts(
      withEntry(1, (at) => activated(early, at)),
      DEFAULT_PACK,
    );
    expect(told.length).toBeGreaterThan(0);
    for (const alert of told) {
      expect(alert.pack.hash).toBe(packHash(early));
      expect(alert.typologies).not.toContain('FAN_IN');
      expect(alert.typologiesOff).toEqual(['FAN_IN']);
      expect(alert.terms.every(({ logOdds }) => Number.isFinite(logOdds))).toBe(true);
    }
  });
});

describe('a typology that is switched off', () => {
  const position = log[before(4) - 1]!.position;
  const off = withEntry(before(4), (at) => switched('FAN_IN', false, at));

  it('counts no more at once, and each alert says so', () => {
    const told = alerts(off, OPEN);
    expect(alerts(log, OPEN).slice(-1)[0]!.typologiesOff).toEqual([]);
    const after = told.filter(({ positions }) => positions.at(-1)! > position);
    expect(after.length).toBeGreaterThan(1);
    for (const alert of after) {
      expect(alert.typologies).not.toContain('FAN_IN');
      expect(alert.typologiesOff).toEqual(['FAN_IN']);
    }
    expect(told.some(({ typologies }) => typologies.includes('FAN_IN'))).toBe(true);
  });

  it('stays off under another pack, and counts again once it is on', () => {
    const last = off.at(-1)!.position;
    const more = logOf(
      [
        ...[0, 1, 2, 3, 4].map((i) => hop(`x${i}`, 'd', 61_000 + i, 40 + i)),
        hop('d', 'e', 300_000, 46),
        hop('e', 'f', 299_000, 48),
      ].map(late),
      log.length,
    );
    const stillOff = alerts([...off, activated(OTHER, last + 1), ...more], OPEN);
    expect(stillOff.at(-1)!.pack.hash).toBe(packHash(OTHER));
    expect(stillOff.at(-1)!.typologiesOff).toEqual(['FAN_IN']);
    const on = alerts([...off, switched('FAN_IN', true, last + 1), ...more], OPEN);
    expect(on.at(-1)!.typologiesOff).toEqual([]);
    const since = on.filter(({ positions }) => positions.at(-1)! > last);
    expect(since.some(({ typologies }) => typologies.includes('FAN_IN'))).toBe(true);
  });
});

describe('a detector that was saved after its pack had changed', () => {
  it('goes on as if nothing had happened, wherever it is cut', () => {
    const entries = [
      ...withEntry(before(3), (at) => activated(OTHER, at)).slice(0, -4),
      switched('PASS_THROUGH', false, log.at(-5)!.position + 1),
      ...log.slice(-4),
    ];
    const undisturbed = alerts(entries, OPEN);
    const first = new Detector({ pack: OPEN });
    const told = alertsOf(entries.slice(0, before(2)).flatMap((entry) => first.apply(entry)));
    for (let cut = before(2); cut <= entries.length; cut += 1) {
      const second = new Detector({ pack: OPEN });
      second.load(copied(first.save()));
      const rest = entries.slice(cut).flatMap((entry) => second.apply(entry));
      expect(alertsOf([...rest, ...second.flush()])).toEqual(undisturbed.slice(told.length));
      if (cut < entries.length) told.push(...alertsOf(first.apply(entries[cut]!)));
    }
    expect([...told, ...alertsOf(first.flush())]).toEqual(undisturbed);
  });
});
