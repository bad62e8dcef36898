import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeWithShared } from '#testing';
import { DEFAULT_PACK } from '#typologies';
import { readAnswerKey } from './answer-key';
import { openDataSet } from './data-set';
import { DataSetFiles, INDICATORS, LABELS, row, TRANSFERS } from './data-set-files-spec';
import { DataSetEvaluation } from './evaluate-data-set';
import { EvaluationProgress } from './evaluation-progress';
import { readFeedLog } from './read-feed-log';
import { type DataSetReport, reportJson } from './report';
import { reportTable } from './report-table';
import { isStructurallyVisible } from './visible';

const files = new DataSetFiles();
afterEach(() => files.remove());

async function evaluated(folder: string): Promise<{ report: DataSetReport; told: string }> {
  let told = '';
  const progress = new EvaluationProgress({ write: (text) => (told += text) });
  const report = await DataSetEvaluation.run(await openDataSet(folder), DEFAULT_PACK, progress);
  return { report, told };
}

const withoutSpeed = (report: DataSetReport): DataSetReport => ({
  ...report,
  ...{ transfersPerSecond: 0, cpuMicrosPerTransfer: 0, rssMiB: 0, typologyMicros: {} },
});

/** What must hold of any report, whatever the engine is worth. */
function expectSound(report: DataSetReport): void {
  const shares = (of: object): unknown[] =>
    Object.entries(of)
      .filter(([name]) => /Precision|Recall$|precisionAt|^f1$|Share|Reached/.test(name))
      .filter(([name]) => !/^innocent|^otherPatterns/.test(name))
      .map(([, value]) => value as unknown);
  const { budgets, seeded, baselines, patterns } = report;
  const all = [...budgets, ...baselines.oneHopRules.budgets!];
  const told = [report, baselines.amountTimesNovelty, baselines.oneHopRules, ...all];
  for (const value of [...told, ...(seeded ? [seeded] : [])].flatMap(shares)) {
    if (value !== null) expect(value).toBeGreaterThanOrEqual(0);
    if (value !== null) expect(value).toBeLessThanOrEqual(1);
  }
  for (const budget of all) {
    const { alertsPerPattern, alerts, alertsRaised, falseRevisions } = budget;
    expect(alerts).toBeLessThanOrEqual(alertsPerPattern * patterns);
    expect(alerts - falseRevisions).toBeLessThanOrEqual(alertsRaised);
    // A pattern that was found has a true alert.
    const found = (budget.patternRecall ?? 0) * patterns;
    expect(found).toBeLessThanOrEqual((budget.alertPrecision ?? 0) * alerts + 1e-9);
    expect(budget.interceptableShare ?? 0).toBeLessThanOrEqual((budget.patternRecall ?? 0) + 1e-9);
    for (const recall of Object.values(budget.recallByType)) expect(recall).toBeLessThanOrEqual(1);
  }
  for (const { alertsPerPattern, perThousandPerDay } of budgets) {
    expect((perThousandPerDay! * report.walletDays) / 1_000).toBeCloseTo(
      alertsPerPattern * patterns,
      6,
    );
  }
}

const BASE = {
  'transfers.csv.gz': [
    TRANSFERS,
    row('t0', 0, 'a', 'b'),
    row('t1', 1, 'b', 'c'),
    row('t2', 2, 'c', 'd'),
    row('t3', 3, 'x', 'y'),
    row('t4', 4, 'd', 'e'),
  ],
  'labels.csv.gz': [LABELS, ...['t0', 't1', 't2', 't4'].map((id) => `${id},P,chain`), 't3,Q,lone'],
};

describe('evaluating a data set', () => {
  it('tells every figure of a small one', async () => {
    const folder = await files.write({
      ...BASE,
      'indicators.csv': [INDICATORS, 'b,OP-P,2026-01-05T00:00:30Z,P'],
      'dataset.json': ['{"name":"small","rows":6,"timeResolution":"minute"}'],
    });
    const { report, told } = await evaluated(folder);
    expectSound(report);
    expect(report).toMatchObject({
      ...{ name: 'small', rows: 5, rowsDeclared: 6, launderingRows: 5, patterns: 1 },
      ...{ visiblePatterns: 1, oneRowPatterns: 1, walletDays: 7, averagePrecision: 1 },
    });
    expect(report.budgets.map(({ perThousandPerDay }) => perThousandPerDay)).toEqual(
      [1, 3, 10].map((n) => (n * 1_000) / 7),
    );
    // The rows after the first carry the named wallet's money.
    expect(report.seeded).toMatchObject({ patterns: 1, laterTransfersReached: 1 });
    expect(report.seeded!.laterTransfersReachedFurther).toBe(1);
    expect(told).toContain('small: dataset.json declares 6 rows, transfers.csv.gz holds 5');
    expect(told.match(/100 %/g)).toHaveLength(report.seeded!.withRetroHunt ? 6 : 5);
  });

  it('has null for what does not apply', async () => {
    const { report } = await evaluated(await files.write({ ...BASE, 'labels.csv.gz': [LABELS] }));
    expect(report).toMatchObject({
      ...{ averagePrecision: null, precisionAt100: null, f1: null, seeded: null, patterns: 0 },
      rowsDeclared: null,
    });
    expect(report.budgets[0]).toMatchObject({
      ...{ perThousandPerDay: 0, alerts: 0, alertPrecision: null, patternRecall: null },
      ...{ visibleRecall: null, recallByType: {}, evidencePrecision: null },
      ...{ delayShareMedian: null, interceptableShare: null, lookalikeShare: null },
    });
    expect(report.baselines.amountTimesNovelty.budgets).toBeNull();
    expect(
      reportJson({ schemaVersion: 1, packs: [], comparisons: [], dataSets: [report] }),
    ).not.toMatch(/NaN|undefined|Infinity/);
    expect(reportTable(report)).toContain('–');
  });
});

describeWithShared('evaluating amlsim-a', (shared) => {
  const folder = join(shared, 'data/amlsim-a');
  const ROWS = 10_000;

  /** Its first rows, and what the labels and indicators say of them. */
  async function beginning(): Promise<string> {
    const read = async (name: string): Promise<string[]> => {
      const bytes = await readFile(join(folder, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      return text.trimEnd().split(/\r?\n/);
    };
    const transfers = (await read('transfers.csv.gz')).slice(0, ROWS + 1);
    const held = new Set(transfers.map((line) => line.split(',')[0]));
    const [header, ...labels] = await read('labels.csv.gz');
    return files.write({
      'transfers.csv.gz': transfers,
      'labels.csv.gz': [header!, ...labels.filter((line) => held.has(line.split(',')[0]))],
      'indicators.csv': await read('indicators.csv'),
      'dataset.json': [`{"rows":${ROWS},"timeResolution":"day"}`],
    });
  }

  it('holds what every report must, and says the same twice', async () => {
    const part = await beginning();
    const { report } = await evaluated(part);
    expectSound(report);
    expect(report).toMatchObject({ rows: ROWS, rowsDeclared: ROWS });
    expect(report.patterns).toBeGreaterThan(15);
    expect(Object.keys(report.budgets[0]!.recallByType).length).toBeGreaterThan(4);
    // Better than chance, by a wide margin: an engine that sees nothing would have the share of positives.
    expect(report.averagePrecision!).toBeGreaterThan((5 * report.launderingRows) / ROWS);
    expect(report.seeded!.patterns).toBeGreaterThan(5);
    const table = reportTable(report);
    for (const word of ['scatter_gather', 'one-hop rules', 'known operations']) {
      expect(table).toContain(word);
    }
    const again = await evaluated(part);
    expect(withoutSpeed(again.report)).toEqual(withoutSpeed(report));
  });

  it('counts its patterns as its README does', async () => {
    const set = await openDataSet(folder);
    const { log, rowOf } = await readFeedLog(set, () => undefined);
    const key = await readAnswerKey(set, rowOf);
    expect(set).toMatchObject({ name: 'amlsim-a', dayResolution: true, rowsDeclared: log.size });
    expect(key.launderingRows).toBe(1_879);
    expect(key.patterns).toHaveLength(242);
    const visible = key.counted.filter((n) => isStructurallyVisible(key.patterns[n]!, log, true));
    expect([key.counted.length, visible.length]).toEqual([237, 228]);
  });
});
