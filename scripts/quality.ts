/**
 * Writes the figures of docs/detection-quality.md: `npm run quality -- --data DIR …` runs `lab evaluate` on the data sets and puts
 * its report between the marks of that file. `--report F` takes reports of `lab evaluate --json` instead of running it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const DOCUMENT = join('docs', 'detection-quality.md');
const FROM = '<!-- made by npm run quality: do not edit by hand -->';
const UNTIL = '<!-- end of what npm run quality makes -->';
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
interface DataSet {
  readonly [figure: string]: unknown;
  readonly name: string;
  readonly patterns: number;
  readonly visiblePatterns: number;
  readonly oneRowPatterns: number;
  readonly budgets: readonly Budget[];
  readonly typologyMicros: Readonly<Record<string, number>>;
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
  const { status } = spawnSync(process.execPath, [lab, 'evaluate', ...data, '--json', report], {
    stdio: 'inherit',
  });
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
    `Patterns found of each type, at 3 alerts per pattern:\n\n${found(sets)}`;
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
