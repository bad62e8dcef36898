/**
 * Writes the figures of docs/detection-quality.md: `npm run quality -- --data DIR …` runs `lab evaluate` on the data sets and puts
 * its report between the marks of that file. `--report F` takes reports of `lab evaluate --labelled 30 --json` instead of
 * running it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const DOCUMENT = join('docs', 'detection-quality.md');
const FROM = '<!-- made by npm run quality: do not edit by hand -->';
const UNTIL = '<!-- end of what npm run quality makes -->';
/** Patterns that are learnt from in the second part. */
const LABELLED = 30;
/** The budget whose found patterns and alerts are told by type. */
const MIDDLE = 1;

interface Budget {
  readonly [figure: string]: unknown;
  readonly alertsPerPattern: number;
  readonly alertsRaised: number;
  readonly lookalikeShare: number | null;
  readonly recallByType: Readonly<Record<string, number>>;
  readonly byTypology: Readonly<Record<string, { alerts: number; falseAlerts: number }>>;
}
interface Figures {
  readonly [figure: string]: unknown;
  readonly budgets: readonly Budget[];
}
interface Band {
  readonly from: number;
  readonly to: number;
  readonly examples: number;
  readonly positives: number;
}
interface Labelled {
  readonly n: number;
  readonly positives: number;
  readonly negatives: number;
  readonly rows: number;
  readonly patterns: number;
  readonly present: Figures;
  readonly learnt: Figures;
  readonly reliability: readonly Band[];
}
interface DataSet {
  readonly [figure: string]: unknown;
  readonly name: string;
  readonly patterns: number;
  readonly visiblePatterns: number;
  readonly oneRowPatterns: number;
  readonly budgets: readonly Budget[];
  readonly typologyMicros: Readonly<Record<string, number>>;
  readonly labelled: Labelled | null;
  readonly seeded:
    (Readonly<Record<string, number>> & { withRetroHunt: Record<string, number> }) | null;
  readonly baselines: Readonly<
    Record<string, { averagePrecision: number; budgets: Budget[] | null }>
  >;
}
interface Report {
  readonly packs: readonly { version: string; hash: string }[];
  readonly dataSets: readonly DataSet[];
}

const figure = (value: unknown, digits = 2): string => {
  if (typeof value !== 'number') return '–';
  if (value === 0 || Number(value.toFixed(digits)) === 1)
    return String(Number(value.toFixed(digits)));
  return value.toFixed(digits).replace(/^0/, '');
};
const grouped = (value: number): string => value.toLocaleString('en-US');

function table(
  title: string,
  sets: readonly DataSet[],
  rows: readonly [string, (set: DataSet) => string][],
) {
  const head = `| ${title} | ${sets.map(({ name }) => name).join(' | ')} |\n|${'---|'.repeat(sets.length + 1)}\n`;
  return head + rows.map(([name, of]) => `| ${name} | ${sets.map(of).join(' | ')} |\n`).join('');
}

const overBudgets =
  (name: string) =>
  ({ budgets }: DataSet): string =>
    budgets.map((budget) => figure(budget[name])).join(', ');

function overview(sets: readonly DataSet[]): string {
  const three = sets[0]!.budgets.map(({ alertsPerPattern }) => alertsPerPattern).join(', ');
  const each = ['patternRecall', 'visibleRecall', 'alertPrecision', 'evidencePrecision'];
  return table('no operation known', sets, [
    ['`averagePrecision`', (set) => figure(set.averagePrecision, 3)],
    [
      '… amount × pair novelty',
      ({ baselines }) => figure(baselines.amountTimesNovelty?.averagePrecision, 3),
    ],
    ['… one-hop rules', ({ baselines }) => figure(baselines.oneHopRules?.averagePrecision, 3)],
    [
      '`precisionAt100`, `precisionAt500`',
      (set) => `${figure(set.precisionAt100)}, ${figure(set.precisionAt500)}`,
    ],
    ['`f1`', (set) => figure(set.f1)],
    ...[...each, 'interceptableShare', 'delayShareMedian'].map(
      (name): [string, (set: DataSet) => string] => [
        `\`${name}\` at ${three} alerts per pattern`,
        overBudgets(name),
      ],
    ),
    [
      '… `patternRecall` of one-hop rules',
      ({ baselines }) =>
        (baselines.oneHopRules?.budgets ?? [])
          .map(({ patternRecall }) => figure(patternRecall))
          .join(', '),
    ],
    ['`lookalikeShare` at 3', ({ budgets }) => figure(budgets[MIDDLE]!.lookalikeShare)],
    [
      'alerts raised at 3, of places',
      ({ budgets, patterns }) => `${budgets[MIDDLE]!.alertsRaised} of ${3 * patterns}`,
    ],
    [
      'patterns counted, visible; of one row',
      (set) => `${set.patterns}, ${set.visiblePatterns}; ${set.oneRowPatterns}`,
    ],
  ]);
}

function known(sets: readonly DataSet[]): string {
  const names = ['laterTransfersReached', 'laterTransfersReachedFurther', 'patternsReached'];
  const row = (
    name: string,
    say: (value: number) => string,
  ): [string, (set: DataSet) => string] => [
    `\`${name}\``,
    ({ seeded }) =>
      seeded === null ? '–' : `${say(seeded[name]!)} → ${say(seeded.withRetroHunt[name]!)}`,
  ];
  return table('operations known from `knownFrom`; then with the hunt', sets, [
    ...[...names, 'taintPrecision'].map((name) => row(name, figure)),
    row('innocentReached', grouped),
  ]);
}

function typologies(sets: readonly DataSet[]): string {
  const names = new Set(sets.flatMap(({ typologyMicros }) => Object.keys(typologyMicros)));
  return table(
    'alerts at 3 in which it was seen, of them false; µs a transfer',
    sets,
    [...names].sort().map((name): [string, (set: DataSet) => string] => [
      name,
      ({ budgets, typologyMicros }) => {
        const { alerts, falseAlerts } = budgets[MIDDLE]!.byTypology[name] ?? {
          alerts: 0,
          falseAlerts: 0,
        };
        return `${alerts}, ${falseAlerts}; ${figure(typologyMicros[name])}`;
      },
    ]),
  );
}

/** Of account-days that were given a chance between two, the share that came true. */
function cameTrue(bands: readonly Band[], low: number, high: number): string {
  const inside = bands.filter(({ from, to }) => from >= low && to <= high);
  const sum = (of: (band: Band) => number): number => inside.reduce((all, one) => all + of(one), 0);
  const [examples, positives] = [sum((band) => band.examples), sum((band) => band.positives)];
  return examples === 0 ? '–' : `${Math.round((100 * positives) / examples)} %`;
}

/** The present pack, and the one learnt from the first patterns, on the rows after. */
function labelled(sets: readonly DataSet[]): string {
  const row = (name: string, say: (of: Labelled) => string): [string, (set: DataSet) => string] => [
    name,
    ({ labelled: of }) => (of === null ? '–' : say(of)),
  ];
  const both = (name: string, digits = 2) =>
    row(`\`${name}\``, ({ present, learnt }) =>
      [present, learnt].map((of) => figure(of[name], digits)).join(' → '),
    );
  const each = (name: string) =>
    sets[0]!.budgets.map(({ alertsPerPattern }, i) =>
      row(`\`${name}\` at ${alertsPerPattern}`, ({ present, learnt }) =>
        [present, learnt].map(({ budgets }) => figure(budgets[i]![name])).join(' → '),
      ),
    );
  return table(`on the rows after ${LABELLED} patterns: present → learnt pack`, sets, [
    both('averagePrecision', 3),
    ...['precisionAt100', 'precisionAt500', 'f1'].map((name) => both(name)),
    ...each('alertPrecision'),
    ...each('patternRecall'),
    row(
      'account-days learnt from: theirs, others',
      ({ positives, negatives }) => `${grouped(positives)}, ${grouped(negatives)}`,
    ),
    row(
      'rows after, patterns in them',
      ({ rows, patterns }) => `${grouped(rows)}, ${grouped(patterns)}`,
    ),
    row('given 10-20 %, came true', ({ reliability }) => cameTrue(reliability, 0.1, 0.2)),
    row('given 40-60 %, came true', ({ reliability }) => cameTrue(reliability, 0.4, 0.6)),
    row('given 80-100 %, came true', ({ reliability }) => cameTrue(reliability, 0.8, 1)),
  ]);
}

function found(sets: readonly DataSet[]): string {
  return sets
    .map(({ name, budgets }) => {
      const types = Object.entries(budgets[MIDDLE]!.recallByType).sort(([, a], [, b]) => b - a);
      return `- ${name}: ${types.map(([type, share]) => `${type} ${figure(share)}`).join(', ')}\n`;
    })
    .join('');
}

function run(folders: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'layerwatch-quality-'));
  const report = join(folder, 'report.json');
  const data = folders.flatMap((set) => ['--data', set]);
  const lab = join('dist', 'apps', 'lab', 'src', 'main.js');
  const labels = ['--labelled', String(LABELLED)];
  const args = [lab, 'evaluate', ...data, ...labels, '--json', report];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  const text = status === 0 ? readFileSync(report, 'utf8') : null;
  rmSync(folder, { recursive: true });
  if (text === null) throw new Error('lab evaluate failed');
  return [text];
}

function main(): void {
  const { values } = parseArgs({
    options: {
      data: { type: 'string', multiple: true },
      report: { type: 'string', multiple: true },
    },
  });
  const { data = [], report = [] } = values;
  if (data.length + report.length === 0)
    throw new Error('name data sets with --data, or reports with --report');
  const texts = [
    ...report.map((file) => readFileSync(file, 'utf8')),
    ...(data.length > 0 ? run(data) : []),
  ];
  const reports = texts.map((text) => JSON.parse(text) as Report);
  const sets = reports.flatMap(({ dataSets }) => dataSets);
  const packs = new Set(reports.flatMap((one) => one.packs.map(({ version }) => version)));
  if (packs.size !== 1) throw new Error('the reports are not of one pack');
  const made =
    `The default pack is ${[...packs].join()}.\n\n${overview(sets)}\n${known(sets)}\n` +
    `Of each typology; one alert counts under all that were seen in it:\n\n${typologies(sets)}\n` +
    `Patterns found of each type, at 3 alerts per pattern:\n\n${found(sets)}\n` +
    labelled(sets);
  const before = readFileSync(DOCUMENT, 'utf8');
  const [from, until] = [before.indexOf(FROM), before.indexOf(UNTIL)];
  if (from < 0 || until < from) throw new Error(`${DOCUMENT} has lost its marks`);
  const whole = `${before.slice(0, from + FROM.length)}\n\n${made}\n${before.slice(until)}`;
  writeFileSync(DOCUMENT, whole);
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
