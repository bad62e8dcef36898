import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_PACK, packHash, type RulePack } from '#typologies';
import { DataSetFiles, LABELS, row, TRANSFERS } from './evaluate/data-set-files-spec';
import { type EvaluationReport } from './evaluate/report';

const MAIN = join(__dirname, '../../../dist/apps/lab/src/main.js');
const files = new DataSetFiles();
afterEach(() => files.remove());

async function evaluate(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'evaluate', ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (err += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

/** Six days of a thousand wallets. */
const SMALL_SIMULATION = ['--days', '6', '--wallets', '1000'];

const SPEED =
  /"typologyMicros": \{[^}]*\}|"(transfersPerSecond|cpuMicrosPerTransfer|rssMiB)": [\d.]+/g;

describe('lab evaluate, as a process', () => {
  const small = () =>
    files.write({
      'transfers.csv.gz': [TRANSFERS, row('t0', 0, 'a', 'b'), row('t1', 1, 'b', 'c')],
      'labels.csv.gz': [LABELS, 't0,P,chain', 't1,P,chain'],
    });

  it('prints a table a set, writes every figure, and the same ones again', async () => {
    const [one, two] = [await small(), await small()];
    const json = join(one, 'figures.json');
    const { code, out, err } = await evaluate('--data', one, '--data', two, '--json', json);
    expect(code).toBe(0);
    expect(out.match(/average precision/g)).toHaveLength(2);
    expect(err).toContain('1 alerts per pattern');
    expect(out).not.toContain('100 %');
    const text = await readFile(json, 'utf8');
    const report = JSON.parse(text) as EvaluationReport;
    expect(report).toMatchObject({
      schemaVersion: 1,
      packs: [{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string }],
    });
    expect(report.dataSets.map(({ pack }) => pack)).toEqual(
      Array<string>(2).fill(report.packs[0]!.hash),
    );
    expect(report.dataSets[0]!.budgets.map(({ alertsPerPattern }) => alertsPerPattern)).toEqual([
      1, 3, 10,
    ]);
    await evaluate('--data', one, '--data', two, '--json', json);
    expect((await readFile(json, 'utf8')).replace(SPEED, '')).toBe(text.replace(SPEED, ''));
    expect((await readdir(one)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('prints the table alone where no file is asked for', async () => {
    const { code, out } = await evaluate('--data', await small());
    expect(code).toBe(0);
    expect(out).toContain('one-hop rules');
    expect(out).not.toContain('{');
  });

  it('prints names of the set that a terminal would obey as what they are, and writes them as they were', async () => {
    const [name, type] = ['one\u001b[2J\r', 'chain\u009b31m'];
    const folder = await files.write({
      'transfers.csv.gz': [TRANSFERS, row('t0', 0, 'a', 'b'), row('t1', 1, 'b', 'c')],
      'labels.csv.gz': [LABELS, `t0,P,${type}`, `t1,P,${type}`],
      'dataset.json': [JSON.stringify({ name })],
    });
    const json = join(folder, 'figures.json');
    const { code, out, err } = await evaluate('--data', folder, '--json', json);
    expect(code).toBe(0);
    expect(out + err).not.toMatch(/[^\P{Cc}\n]/u);
    expect(out).toContain('one�[2J�: 2 transfers');
    expect(out).toContain('chain�31m');
    expect(err).toContain('one�[2J�, ');
    const [set] = (JSON.parse(await readFile(json, 'utf8')) as EvaluationReport).dataSets;
    expect(set!.name).toBe(name);
    expect(Object.keys(set!.budgets[0]!.recallByType)).toEqual([type]);
  });

  it('puts several packs to the test of one set, one entry a pack, and each pack once', async () => {
    // Ten days of ordinary life, so that it is known what is usual; then a fan-in that is passed on.
    const life = Array.from({ length: 600 }, (_, i) => {
      const from = (i * 7) % 50;
      const to = (from + 1 + (i % 9)) % 50;
      return row(`l${i}`, i * 24, `w${from}`, `w${to}`, `${200 + ((i * 977) % 600)}`);
    });
    const from = 600 * 24;
    const layering = [
      ...[0, 1, 2, 3, 4, 5].map((i) => row(`t${i}`, from + i, `v${i}`, 'c', `${40_000 + i}`)),
      row('t6', from + 8, 'c', 'm', '240000'),
      row('t7', from + 14, 'm', 'n', '235000'),
      row('t8', from + 25, 'n', 'o', '231000'),
    ];
    const folder = await files.write({
      'transfers.csv.gz': [TRANSFERS, ...life, ...layering],
      'labels.csv.gz': [LABELS, ...layering.map((_, i) => `t${i},P,chain`)],
    });
    const [first, second] = [join(folder, 'first.json'), join(folder, 'second.json')];
    await writeFile(first, JSON.stringify(DEFAULT_PACK));
    const risk = { ...DEFAULT_PACK.risk, base: -20, raiseAt: 100, floor: 100 };
    const other = { ...DEFAULT_PACK, version: 'other', risk };
    await writeFile(second, JSON.stringify(other));
    const json = join(folder, 'figures.json');
    const packs = ['--pack', first, '--pack', second, '--pack', first];
    const { code, out } = await evaluate('--data', folder, ...packs, '--json', json);
    expect(code).toBe(0);
    expect(out).toContain(`rule pack other (${packHash(other)})`);
    const report = JSON.parse(await readFile(json, 'utf8')) as EvaluationReport;
    expect(report.packs).toEqual([
      { version: DEFAULT_PACK.version, hash: packHash(DEFAULT_PACK) },
      { version: 'other', hash: packHash(other) },
    ]);
    expect(report.dataSets.map(({ pack }) => pack)).toEqual(report.packs.map(({ hash }) => hash));
    const raised = report.dataSets.map(({ budgets }) => budgets[2]!.alertsRaised > 0);
    expect(raised).toEqual([true, false]);
    const [comparison, ...others] = report.comparisons;
    expect(others).toEqual([]);
    expect(comparison!.packs).toEqual(report.packs.map(({ hash }) => hash));
    const lost = comparison!.budgets.map(({ lost: patterns }) => patterns);
    expect(lost.at(-1)).toEqual(report.dataSets[0]!.budgets.at(-1)!.found);
    expect(out).toContain(`other beside ${DEFAULT_PACK.version}`);
  });

  it('learns from the first labels of a simulated feed, and proposes a pack that it takes itself', async () => {
    const folder = await files.write({});
    const simulate = [MAIN, 'simulate', '--out', join(folder, 'feed')];
    const made = spawn(process.execPath, [...simulate, ...SMALL_SIMULATION], { stdio: 'ignore' });
    expect(await once(made, 'close')).toEqual([0, null]);
    const data = ['--data', join(folder, 'feed')];
    const [pack, json] = [join(folder, 'pack.json'), join(folder, 'figures.json')];
    const learn = [...data, '--labelled', '6', '--json', json];
    const { code, out } = await evaluate(...learn, '--propose', pack);
    expect(code).toBe(0);
    expect(out).toContain('after 6 labelled patterns');
    expect(out).toMatch(/present pack +[.\d]+ /);
    expect(out).toMatch(/learnt pack +[.\d]+ /);
    const { labelled } = (JSON.parse(await readFile(json, 'utf8')) as EvaluationReport)
      .dataSets[0]!;
    const proposed = JSON.parse(await readFile(pack, 'utf8')) as RulePack;
    expect(labelled!.proposed).toEqual(proposed);
    expect(labelled!.positives).toBeGreaterThan(0);
    expect(proposed.scorecard!.learntFrom).toMatchObject({ until: labelled!.cut });
    // The learnt pack by itself, on the same rows, is worth what it was said to be.
    const json2 = join(folder, 'again.json');
    await evaluate(...data, '--labelled', '6', '--pack', pack, '--json', json2);
    const again = JSON.parse(await readFile(json2, 'utf8')) as EvaluationReport;
    expect(again.dataSets[0]!.labelled!.present).toEqual(labelled!.learnt);
    expect(again.dataSets[0]!.labelled!.proposed.scorecard).toEqual(proposed.scorecard);
    const taken = await evaluate(...learn, '--propose', pack);
    expect([taken.code, taken.out]).toEqual([78, '']);
  });

  it('says so where a set has fewer patterns than were to be learnt from', async () => {
    const folder = await small();
    const [pack, json] = [join(folder, 'pack.json'), join(folder, 'figures.json')];
    const learn = ['--labelled', '2', '--propose', pack, '--json', json];
    const { code, err } = await evaluate('--data', folder, ...learn);
    expect(code).toBe(0);
    expect(err).toContain('has no 2 patterns that could be labelled');
    const report = JSON.parse(await readFile(json, 'utf8')) as EvaluationReport;
    expect(report.dataSets[0]!.labelled).toBeNull();
    expect(await readdir(folder)).not.toContain('pack.json');
  });

  it('takes the default pack as it is committed', async () => {
    const pack = join(__dirname, '../../../docs/rule-pack/default.json');
    expect((await evaluate('--data', await small(), '--pack', pack)).code).toBe(0);
  });

  it('refuses what is no pack, naming where and why', async () => {
    const folder = await small();
    const file = join(folder, 'pack.json');
    const { risk } = DEFAULT_PACK;
    const cases: [string, string][] = [
      ['{', 'is no JSON'],
      [' '.repeat(1024 * 1024 + 1), 'is longer than 1048576 bytes'],
      [JSON.stringify([]), 'the document must be object'],
      [
        JSON.stringify({ ...DEFAULT_PACK, risk: { ...risk, raisAt: 1 } }),
        '/risk/raisAt nothing of this name is known here',
      ],
      [
        JSON.stringify({ ...DEFAULT_PACK, risk: { ...risk, raiseAt: 101 } }),
        '/risk/raiseAt impossible: must be <= 100',
      ],
      [JSON.stringify({ version: 'x' }), '/risk is missing'],
    ];
    for (const [text, message] of cases) {
      await writeFile(file, text);
      const { code, err } = await evaluate('--data', folder, '--pack', file);
      expect({ code, message, err }).toEqual({
        code: 78,
        message,
        err: expect.stringContaining(message) as string,
      });
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });

  it('ends with 78 and one line for bad input, before anything is run', async () => {
    const good = await small();
    const bad = await files.write({
      'transfers.csv.gz': [TRANSFERS, row('t0', 0, 'a', 'a')],
      'labels.csv.gz': [LABELS],
    });
    for (const [args, message] of [
      [[], '--data must name the folder'],
      [['--data', join(good, 'none')], 'there is no such folder'],
      [['--data', good, '--data', join(good, 'none')], 'there is no such folder'],
      [['--data', bad], 'transfers.csv.gz: line 2: a wallet cannot pay itself'],
      [['--data', good, '--pack', join(good, 'none')], 'cannot be read (ENOENT)'],
      [['--data', good, '--label', '30'], "Unknown option '--label'"],
      [['--data', good, '--labelled', '0'], '--labelled must be a whole number from 1'],
      [['--data', good, '--labelled', '-1'], '--labelled'],
      [['--data', good, '--propose', join(good, 'x.json')], '--propose: goes with --labelled'],
      [
        ['--data', good, '--data', good, '--labelled', '1', '--propose', join(good, 'x.json')],
        'one --data and one --pack',
      ],
      [
        ['--data', good, '--labelled', '1', '--propose', join(good, 'labels.csv.gz')],
        '--propose names a file that is there already: name another',
      ],
      [['--data', good, '--json', join(good, 'none', 'x.json')], 'which is not there: make it'],
      [['--data', good, '--json', good], '--json names a folder'],
    ] as const) {
      const { code, out, err } = await evaluate(...args);
      expect({ args, code, out }).toEqual({ args, code: 78, out: '' });
      expect(err).toContain(message);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    }
  });
});
