import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../..');

/** The folder of labelled data sets and standards that tests may find beside the project (CONTRIBUTING.md). */
export function sharedFolder(): string | null {
  const folder = resolve(ROOT, process.env.LAYERWATCH_SHARED ?? '../shared');
  return existsSync(join(folder, 'data')) ? folder : null;
}

/**
 * `describe` for tests that need the shared folder: skipped with one loud line where there is none, a failure where
 * LAYERWATCH_REQUIRE_SHARED=1 says that there must be.
 */
export function describeWithShared(name: string, tests: (folder: string) => void): void {
  const folder = sharedFolder();
  if (folder !== null) {
    describe(name, () => {
      tests(folder);
    });
    return;
  }
  if (process.env.LAYERWATCH_REQUIRE_SHARED === '1') {
    it(name, () => {
      throw new Error('LAYERWATCH_REQUIRE_SHARED=1, and there is no shared folder');
    });
    return;
  }
  console.warn(`SKIPPED: ${name}: no shared folder (set LAYERWATCH_SHARED)`);
  describe.skip(name, () => {
    tests('');
  });
}
