import { alertsOf, hop, late, logOf, OPEN, ordinaryLife, run } from '../test/feed';
import { Detector } from './detector';
import { packHash } from './pack-hash';
import { withScorecard } from './propose-scorecard';
import { explained, riskOf } from './risk';
import { DEFAULT_PACK, type RulePack } from './rule-pack';
import { scored, type Scorecard, type ScorecardTable } from './scorecard';
import { TERM_NAMES } from './typologies';

const LEARNT_FROM = { source: 'a test', until: '2026-01-01T00:00:00Z', positives: 1, negatives: 9 };
const card = (terms: Scorecard['terms'], base = 5): Scorecard => ({
  ...{ base, terms, learntFrom: LEARNT_FROM },
});

describe('a table of a scorecard', () => {
  const weighed = (table: ScorecardTable, logOdds: number): number =>
    scored([{ name: 'CYCLE', logOdds }], card({ CYCLE: table }))[0]!.logOdds;

  it('adds what its step says, the lower edge included', () => {
    const table = { edges: [0.5, 2], logOdds: [0, 1.5, 4] };
    expect([0, 0.499, 0.5, 1.999, 2, 99].map((strength) => weighed(table, strength))).toEqual([
      0, 0, 1.5, 1.5, 4, 4,
    ]);
  });

  it('is read alike where the term speaks against suspicion', () => {
    const table = { edges: [-3, 0], logOdds: [-4, -1, 0] };
    expect([-6, -3.001, -3, -0.1, 0].map((strength) => weighed(table, strength))).toEqual([
      -4, -4, -1, -1, 0,
    ]);
  });

  it('leaves a term that has none as it is, and everything where nothing was learnt', () => {
    const terms = [{ name: 'FAN_IN', logOdds: 1.25 }];
    expect(scored(terms, card({ CYCLE: { edges: [1], logOdds: [0, 9] } }))).toEqual(terms);
    expect(scored(terms, undefined)).toBe(terms);
  });
});

describe('detection by a pack with a scorecard', () => {
  const log = logOf([
    ...ordinaryLife(),
    ...[
      hop('v1', 'c', 61_000, 0),
      hop('v2', 'c', 72_000, 3),
      hop('v3', 'c', 83_000, 6),
      hop('v4', 'c', 64_000, 8),
      hop('c', 'm', 278_000, 9),
      hop('m', 'n', 275_000, 15),
      hop('n', 'o', 271_000, 25),
    ].map(late),
  ]);
  const with_ = (scorecard: Scorecard): RulePack => ({ ...OPEN, scorecard });
  const raised = (pack: RulePack) => alertsOf(run(log, pack));

  it('sums up what the scorecard says, and explains the alert by it term by term', () => {
    const flat = { edges: [1e-9], logOdds: [0, 1.5] };
    const against = { edges: [0], logOdds: [-1, 0] };
    const terms = Object.fromEntries(
      TERM_NAMES.map((name) => [name, name === 'KNOWN_PARTIES' ? against : flat]),
    );
    const told = raised(with_(card(terms, -6)));
    expect(told.length).toBeGreaterThan(1);
    for (const alert of told) {
      for (const term of alert.terms) {
        expect(term.logOdds).toBe(term.name === 'KNOWN_PARTIES' ? -1 : 1.5);
        const others = alert.terms.filter((other) => other !== term);
        expect(term.riskWithout).toBe(riskOf(-6, others));
      }
      expect(alert.risk).toBe(riskOf(-6, alert.terms));
    }
  });

  it('sees nothing else, and is told by another hash', () => {
    // Every term in steps so fine that they say what it says: the alerts are the same.
    const edges = Array.from({ length: 31 }, (_, i) => 100 + i);
    const logOdds = [0, ...edges.map(() => 20)];
    const same = with_(card({ FAN_IN: { edges, logOdds } }, OPEN.risk.base));
    const [plain, other] = [raised(OPEN), raised({ ...same, version: 'other' })];
    expect(other.map(({ positions, typologies }) => ({ positions, typologies }))).toEqual(
      plain.map(({ positions, typologies }) => ({ positions, typologies })),
    );
    expect(other[0]!.pack.hash).not.toBe(plain[0]!.pack.hash);
  });

  it('asks the two families of what the scorecard left of them', () => {
    const strict: RulePack = { ...OPEN, risk: { ...OPEN.risk, familyLogOddsMin: 1 } };
    expect(alertsOf(run(log, strict)).length).toBeGreaterThan(0);
    const silent = { edges: [0.01], logOdds: [0, 0] };
    const names = TERM_NAMES.filter((name) => !['PASS_THROUGH', 'KNOWN_PARTIES'].includes(name));
    const terms = Object.fromEntries(names.map((name) => [name, silent]));
    expect(alertsOf(run(log, { ...strict, scorecard: card(terms) }))).toEqual([]);
  });

  it('weighs by it what known parties take off, in the judgement and in the alert', () => {
    // The scorecard makes of it the most that can be taken off.
    const known = card({ KNOWN_PARTIES: { edges: [0], logOdds: [-20, 0] } });
    const again = logOf([
      ...ordinaryLife(),
      ...[
        ...[1, 2, 3, 4].map((i) => hop(`v${i}`, 'c', 100, i)),
        ...[1, 2, 3, 4].map((i) => hop(`v${i}`, 'c', 60_000 + i, 60 + i)),
        hop('c', 'm', 239_000, 70),
      ].map(late),
    ]);
    const termsOf = (pack: RulePack) =>
      alertsOf(run(again, pack))
        .flatMap(({ terms }) => terms)
        .filter(({ name }) => name === 'KNOWN_PARTIES');
    expect(termsOf(OPEN).length).toBeGreaterThan(0);
    expect(new Set(termsOf({ ...OPEN, scorecard: known }).map(({ logOdds }) => logOdds))).toEqual(
      new Set([-20]),
    );
  });

  it('tells whoever watches what a transfer shows as it was weighed', () => {
    const base = -3;
    let count = 0;
    const detector = new Detector({
      pack: with_(card({ PAYEE_COLLECTS: { edges: [0.01], logOdds: [0, 7] } }, base)),
      watch: {
        candidate: () => undefined,
        carried: () => undefined,
        scored: (_, risk, __, terms) => {
          expect(risk).toBe(riskOf(base, terms));
          for (const { name, logOdds } of terms) {
            if (name !== 'PAYEE_COLLECTS' || logOdds === 0) continue;
            expect(logOdds).toBe(7);
            count += 1;
          }
        },
      },
    });
    for (const entry of log) detector.apply(entry);
    expect(count).toBeGreaterThan(0);
  });
});

describe('a proposed pack', () => {
  it('says what it was made from, under a name of its own', () => {
    const scorecard = card({});
    const proposed = withScorecard(DEFAULT_PACK, scorecard);
    expect(proposed).toEqual({ ...DEFAULT_PACK, scorecard, version: proposed.version });
    const name = proposed.version.slice(DEFAULT_PACK.version.length);
    expect(proposed.version.startsWith(DEFAULT_PACK.version)).toBe(true);
    expect(name).toMatch(/^\.learnt-[0-9a-f]{8}$/);
    expect(withScorecard(DEFAULT_PACK, card({}, 6)).version).not.toBe(proposed.version);
    expect(packHash(proposed)).not.toBe(packHash(DEFAULT_PACK));
    // Learnt again from the same it is the same pack.
    expect(withScorecard(proposed, scorecard)).toEqual(proposed);
    const long = withScorecard({ ...DEFAULT_PACK, version: 'x'.repeat(64) }, scorecard);
    expect(long.version.length).toBeLessThanOrEqual(64);
  });

  it('explains terms that add nothing as such', () => {
    const term = { name: 'FAN_IN', family: 'NETWORK' as const, logOdds: 0, currency: 'PKR' };
    const facts = { sumMinor: 1, count: 3, spanMs: 1 };
    expect(explained(0, [{ ...term, facts }])[0]!.riskWithout).toBe(50);
  });
});
