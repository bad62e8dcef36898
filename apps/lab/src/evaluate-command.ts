import { AppError } from '#domain';
import { DEFAULT_PACK, packHash, type RulePack } from '#typologies';
import { readFlags, wholeNumber } from './arguments';
import { comparePacks } from './evaluate/compare-packs';
import { openDataSet } from './evaluate/data-set';
import { DataSetEvaluation } from './evaluate/evaluate-data-set';
import { EvaluationProgress } from './evaluate/evaluation-progress';
import { readRulePack } from './evaluate/read-rule-pack';
import {
  type DataSetReport,
  type EvaluationReport,
  type PackComparison,
  reportJson,
} from './evaluate/report';
import { comparisonTable, reportTable } from './evaluate/report-table';
import { JsonFile } from './json-file';

export const EVALUATE_USAGE = `usage: npm run lab -- evaluate --data DIR [--data DIR …] [--pack F …] [--labelled N [--propose F]] [--json F]

Runs labelled transfer feeds through the service's own engine, the labels unseen, and says how good its alerts are.

  --data DIR     a data set: transfers.csv.gz, labels.csv.gz; where there are, indicators.csv, lookalikes.csv.gz,
                 dataset.json. Several are evaluated one after the other
  --pack F       a rule pack in JSON (docs/rule-pack); several are put to the same test, and each after the
                 first is set beside it: patterns gained and lost, with intervals. Left out: the default pack
  --labelled N   when N patterns have ended, their labels are learnt from as an office's dispositions would be; the pack that
                 comes of it is put beside the present one on the rows after (docs/rule-packs.md, Learning)
  --propose F    writes that pack to F, which must not be there yet; of one data set and one pack
  --json F       writes every figure to F, once all are known; null where one does not apply
`;

const DATA_SETS_MAX = 100;
const PACKS_MAX = 100;
const LABELLED_MAX = 1_000_000;

/**
 * Evaluates data sets under rule packs, and prints a table for each pair as soon as it is done.
 *
 * @throws AppError INVALID_INPUT for a wrong flag, folder or file; what can be told before the first run is told then.
 *   UNAVAILABLE where the figures can no longer be written
 */
export async function evaluateCommand(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, {
    data: { type: 'string', multiple: true },
    pack: { type: 'string', multiple: true },
    labelled: { type: 'string' },
    propose: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  });
  if (flags.help) {
    process.stdout.write(EVALUATE_USAGE);
    return;
  }
  const folders = flags.data ?? [];
  if (folders.length === 0 || folders.includes('')) {
    throw new AppError('INVALID_INPUT', '--data must name the folder of a data set');
  }
  if (folders.length > DATA_SETS_MAX) {
    throw new AppError('INVALID_INPUT', `--data: at most ${DATA_SETS_MAX} data sets at once`);
  }
  const labels =
    flags.labelled === undefined
      ? null
      : wholeNumber('--labelled', flags.labelled, 0, { low: 1, high: LABELLED_MAX });
  const packs = await packsOf(flags.pack ?? []);
  if (flags.propose !== undefined && (labels === null || folders.length * packs.length > 1)) {
    throw new AppError(
      'INVALID_INPUT',
      '--propose: goes with --labelled, one --data and one --pack, since it is one pack that is proposed',
    );
  }
  const json = await JsonFile.claim(flags.json);
  const proposal = await JsonFile.claim(flags.propose, { flag: '--propose', mayReplace: false });
  const sets = [];
  for (const folder of folders) sets.push(await openDataSet(folder));
  const progress = new EvaluationProgress(process.stderr);
  const dataSets: DataSetReport[] = [];
  const comparisons: PackComparison[] = [];
  for (const set of sets) {
    let first: DataSetReport | null = null;
    for (const pack of packs) {
      const report = await DataSetEvaluation.run(set, pack, progress, labels);
      dataSets.push(report);
      const called = packs.length > 1 ? `\nrule pack ${pack.version} (${report.pack})\n` : '';
      process.stdout.write(called + reportTable(report));
      if (first !== null) {
        const comparison = comparePacks(first, report);
        comparisons.push(comparison);
        process.stdout.write(comparisonTable(comparison, packs[0]!.version, pack.version));
      }
      first ??= report;
    }
  }
  const proposed = dataSets[0]?.labelled?.proposed;
  if (proposal !== null && proposed) await proposal.write(`${JSON.stringify(proposed, null, 2)}\n`);
  if (json === null) return;
  const report: EvaluationReport = {
    schemaVersion: 1,
    packs: packs.map((pack) => ({ version: pack.version, hash: packHash(pack) })),
    dataSets,
    comparisons,
  };
  await json.write(reportJson(report));
}

/** The packs to be put to the test, each once however often it is named. */
async function packsOf(files: readonly string[]): Promise<RulePack[]> {
  if (files.length > PACKS_MAX) {
    throw new AppError('INVALID_INPUT', `--pack: at most ${PACKS_MAX} packs at once`);
  }
  if (files.length === 0) return [DEFAULT_PACK];
  const packs = new Map<string, RulePack>();
  for (const file of files) {
    const pack = await readRulePack(file);
    packs.set(packHash(pack), pack);
  }
  return [...packs.values()];
}
