import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSetFiles, LABELS, row, TRANSFERS } from './evaluate/data-set-files-spec';

const MAIN = join(__dirname, '../../../dist/apps/lab/src/main.js');
const files = new DataSetFiles();
afterEach(() => files.remove());

async function explain(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'explain', ...args]);
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += String(text)));
  child.stderr.on('data', (text) => (err += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out, err };
}

describe('lab explain, as a process', () => {
  // So many credits that a list has to be cut.
  const credits = Array.from({ length: 12 }, (_, i) => row(`c${i}`, i, `p${i}`, 'a', '10'));
  const small = () =>
    files.write({
      'transfers.csv.gz': [TRANSFERS, ...credits, row('t1', 20, 'a', 'b', '60')],
      'labels.csv.gz': [LABELS],
    });

  it('prints one page, tells how far it is beside it, and writes the same as data', async () => {
    const folder = await small();
    const json = join(folder, 'one.json');
    const { code, out, err } = await explain('--data', folder, '--transfer', 't1', '--json', json);
    expect(code).toBe(0);
    expect(out).toContain('Transfer t1 of');
    expect(out).toContain('2026-01-05 00:20:00 UTC  P2P  PKR 60.00  a → b');
    expect(out).toContain('… 4 more (--all shows them)');
    expect(err).toContain('following the money');
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
      schemaVersion: 1,
      transfer: { transferId: 't1' },
      payerBefore: { view: { credits: { length: 12 } } },
    });
    const whole = await explain('--data', folder, '--transfer', 't1', '--all');
    expect(whole.out).not.toContain('more (--all');
    expect(whole.out).toContain('[c0]');
  });

  it('prints no name that a terminal would obey, neither on the page nor in a refusal', async () => {
    const folder = await files.write({
      'transfers.csv.gz': [
        TRANSFERS,
        row('t1', 0, 'a\u009b31m', 'b\u202e'),
        row('t2', 1, 'b', 'c'),
      ],
      'labels.csv.gz': [LABELS],
      'dataset.json': [JSON.stringify({ name: 'set\u001b[2J' })],
    });
    const page = await explain('--data', folder, '--transfer', 't1');
    expect(page.code).toBe(0);
    expect(page.out).toContain('Transfer t1 of set�[2J\n');
    expect(page.out).toContain('a�31m → b�');
    const none = await explain('--data', folder, '--transfer', 'none');
    expect(none.err).toContain('no such transfer in set�[2J\n');
    expect(page.out + page.err + none.err).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  it('tells how it is used', async () => {
    const { code, out } = await explain('--help');
    expect(code).toBe(0);
    expect(out).toContain('explain --data DIR --transfer ID');
  });

  it('ends with 78 and one line for bad input', async () => {
    const good = await small();
    const self = await files.write({
      'transfers.csv.gz': [TRANSFERS, row('t0', 0, 'a', 'a')],
      'labels.csv.gz': [LABELS],
    });
    for (const [args, message] of [
      [['--transfer', 't1'], '--data must name the folder'],
      [['--data', good], '--transfer must name a transfer'],
      [['--data', good, '--transfer', 'none'], '--transfer: there is no such transfer'],
      [['--data', self, '--transfer', 't0'], 'line 2: a wallet cannot pay itself'],
      [['--data', join(good, 'none'), '--transfer', 't1'], 'there is no such folder'],
      [['--data', good, '--transfer', 't1', '--json', ''], '--json must name a file'],
      [['--data', good, '--transfer', 't1', '--json', good], '--json names a folder'],
    ] as const) {
      const { code, out, err } = await explain(...args);
      expect({ args, code, out }).toEqual({ args, code: 78, out: '' });
      // The feed was read to its end before it could be said that a transfer is not in it.
      const lines = err.split('\n').filter((line) => line !== '' && !line.includes(', reading '));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(message);
    }
  });
});
