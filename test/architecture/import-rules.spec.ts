import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const CRUISER = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

const cruise = (...folders: string[]): string[] => [
  CRUISER,
  '--config',
  '.dependency-cruiser.cjs',
  '--output-type',
  'err',
  ...folders,
];

describe('the import rules of ARCHITECTURE.md', () => {
  it('hold everywhere', () => {
    const run = spawnSync(process.execPath, cruise('apps', 'libs', 'scripts', 'test'), {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect(run.stdout + run.stderr).toContain('no dependency violations found');
    expect(run.status).toBe(0);
  });

  it.each([
    ['libs/flow/src', "import { createHash } from 'node:crypto';\nexport const x = createHash;\n"],
    ['libs/domain/src', "import { Detector } from '#typologies';\nexport const x = Detector;\n"],
    ['apps/scoring/src', "import { DataSource } from 'typeorm';\nexport const x = DataSource;\n"],
    [
      'apps/scoring/src',
      "import { x as y } from '../../../ingestion/src/read-transfer';\nexport const x = y;\n",
    ],
  ])('are broken by a file in %s that breaks one', (folder, text) => {
    const scratch = mkdtempSync(join(ROOT, folder, 'forbidden-'));
    try {
      writeFileSync(join(scratch, 'trespass.ts'), text);
      expect(() =>
        execFileSync(process.execPath, cruise(scratch.slice(ROOT.length + 1)), {
          cwd: ROOT,
          stdio: 'pipe',
        }),
      ).toThrow();
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});
