import { DEFAULT_PACK, parseRulePack, type RulePack } from '#typologies';
import { type FeedLog } from './feed-log';
import { handMadeKey, handMadeLog, pay, START_MS } from './hand-made-log-spec';
import { cutAfter, daysFrom, labelledReport } from './labelled';
import { stretchOf } from './pack-figures';
import { TransferScores } from './transfer-scores';

const DAY = 24 * 60;

describe('the cut', () => {
  const key = handMadeKey({ chain1: [0, 9], chain2: [1, 3], lone1: [2], chain3: [4, 5, 11] });

  it('comes when so many patterns of two rows and more have ended, in the order they end', () => {
    expect(cutAfter(key, 1)).toEqual({ row: 4, labelled: new Set([1, 3]) });
    expect(cutAfter(key, 2)).toEqual({ row: 10, labelled: new Set([1, 3, 0, 9]) });
    expect(cutAfter(key, 3)?.row).toBe(12);
  });

  it('never comes where there are fewer', () => {
    expect(cutAfter(key, 4)).toBeNull();
  });

  it('leaves of a pattern what comes after, and judges by that where two rows are left', () => {
    const log = handMadeLog(
      Array.from({ length: 12 }, (_, n) => pay(`a${n}`, `b${n}`, 100, n * DAY)),
    );
    const { key: after, from, walletDays } = stretchOf(log, key, false, 4);
    expect([from, walletDays]).toEqual([4, 16]);
    expect(after.patterns.map(({ id, rows }) => [id, rows])).toEqual([
      ['chain1', [9]],
      ['chain3', [4, 5, 11]],
    ]);
    expect(after.counted).toEqual([1]);
    const scores = new TransferScores(log);
    scores.raise(1, 100);
    scores.raise(9, 100);
    for (const row of [4, 5, 11]) scores.raise(row, 50);
    const ranks = (row: number): boolean => row >= 4 && row !== 9;
    expect(scores.figures(after, ranks).averagePrecision).toBe(1);
  });
});

describe('an account-day', () => {
  const log = handMadeLog([
    pay('a', 'b', 1, 0),
    pay('a', 'b', 1, 1),
    pay('a', 'b', 1, 2),
    pay('a', 'b', 1, DAY),
    pay('a', 'b', 1, DAY + 1),
  ]);
  const term = (logOdds: number) => ({ name: 'FAN_IN', family: 'NETWORK' as const, logOdds });
  const told = (
    days: ReturnType<typeof daysFrom>,
    row: number,
    anchor: number,
    ...logOdds: number[]
  ): void => {
    days.scored(log.positionOf(row), 0, anchor, logOdds.map(term));
  };

  it('is told by its strongest judgement, and positive where any transfer of it was', () => {
    const days = daysFrom(log, 0, (row) => row === 2);
    told(days, 0, 1, 1, 1);
    told(days, 1, 1, 3);
    told(days, 2, 1, 0.5);
    told(days, 2, 2, 0.25);
    told(days, 3, 1, 1);
    const strengths = days.days.examples.map(({ terms, positive }) => [
      terms.map(({ logOdds }) => logOdds),
      positive,
    ]);
    expect(strengths).toEqual([
      [[3], true],
      [[0.25], true],
      [[1], false],
    ]);
  });

  it('counts from its first row on, and where something spoke', () => {
    const days = daysFrom(log, 3, () => true);
    told(days, 2, 1, 5);
    told(days, 3, 1);
    expect(days.days.examples).toEqual([]);
    told(days, 4, 1, 1);
    expect(days.days.examples).toHaveLength(1);
  });
});

describe('a scorecard learnt from the first patterns of a feed', () => {
  /** Fifty people who pay one another for twenty days; from the tenth on, every half day, three strangers hand money on. */
  const CHAINS = 20;
  const life = Array.from({ length: 1_200 }, (_, n) => {
    const from = (n * 7) % 50;
    return pay(`w${from}`, `w${(from + 1 + (n % 9)) % 50}`, 200 + ((n * 977) % 600), n * 24);
  });
  const chains = Array.from({ length: CHAINS }, (_, n) =>
    [0, 1, 2].map((hop) =>
      pay(`c${n}-${hop}`, `c${n}-${hop + 1}`, 40_000 + n - hop, 10 * DAY + n * 700 + 7 * hop + 1),
    ),
  );
  const rows = [
    ...life.map((row) => ({ row, chain: -1 })),
    ...chains.flatMap((hops, chain) => hops.map((row) => ({ row, chain }))),
  ].sort((a, b) => a.row.minute - b.row.minute);
  const patterns = (of: typeof rows) =>
    handMadeKey(
      Object.fromEntries(
        Array.from({ length: CHAINS }, (_, n) => [
          `chain${n}`,
          [...of.keys()].filter((at) => of[at]!.chain === n),
        ]),
      ),
    );
  const feed = (log: FeedLog, key = patterns(rows)) => ({
    ...{ name: 'small', dayResolution: false, log, key },
  });
  const log = handMadeLog(rows.map(({ row }) => row));
  const report = labelledReport(feed(log), DEFAULT_PACK, 10, () => undefined)!;

  it('is put beside the present pack on the rows after', () => {
    const last = chains[9]!.at(-1)!;
    expect(report.cut).toBe(new Date(START_MS + last.minute * 60_000).toISOString());
    expect(report).toMatchObject({ n: 10, patterns: 10 });
    expect(report.rows).toBe(rows.filter(({ row }) => row.minute > last.minute).length);
    expect(report.positives).toBeGreaterThan(0);
    expect(report.negatives).toBeGreaterThan(report.positives);
    const { present, learnt } = report;
    expect(learnt.averagePrecision).toBeGreaterThanOrEqual(present.averagePrecision! - 0.05);
    expect(learnt.budgets).toHaveLength(3);
  });

  it('makes a pack that would be accepted', () => {
    const document: unknown = JSON.parse(JSON.stringify(report.proposed));
    const pack: RulePack = parseRulePack(document);
    expect(pack.scorecard!.learntFrom).toEqual({
      ...{ source: '10 patterns of small', until: report.cut },
      ...{ positives: report.positives, negatives: report.negatives },
    });
    expect(pack.version).not.toBe(DEFAULT_PACK.version);
  });

  it('sees nothing of what comes after the cut: neither its rows nor its labels', () => {
    const cut = cutAfter(patterns(rows), 10)!.row;
    // Afterwards everything is another: who pays whom, how much, and what launders.
    const changed = rows.map(({ row, chain }, at) =>
      at < cut
        ? { row, chain }
        : { row: { ...pay(`x${at % 7}`, `y${at % 11}`, 5 + at, row.minute) }, chain },
    );
    const otherLog = handMadeLog(changed.map(({ row }) => row));
    const other = labelledReport(
      feed(otherLog, patterns(changed)),
      DEFAULT_PACK,
      10,
      () => undefined,
    )!;
    expect(other.proposed).toEqual(report.proposed);
    expect(other.learnt).not.toEqual(report.learnt);
  });

  it('is learnt anew where the present pack has one already', () => {
    const again = labelledReport(feed(log), report.proposed, 10, () => undefined)!;
    expect(again.proposed.scorecard).toEqual(report.proposed.scorecard);
    expect(again.present).toEqual(report.learnt);
  });

  it('is none where the set has fewer patterns', () => {
    expect(labelledReport(feed(log), DEFAULT_PACK, CHAINS + 1, () => undefined)).toBeNull();
  });
});
