import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './data-folder';

describe('making the data folder', () => {
  it('makes what is missing above it too, and says whether it did', async () => {
    const above = mkdtempSync(join(tmpdir(), 'layerwatch-folder-'));
    const folder = join(above, 'a', 'b c');
    try {
      expect(await makeFolder(folder)).toBe(true);
      expect(statSync(folder).mode & 0o066).toBe(0);
      expect(await makeFolder(folder)).toBe(false);
    } finally {
      rmSync(above, { recursive: true });
    }
  });

  const onLinux = existsSync('/proc/self') ? it : it.skip;
  onLinux('gives up where nobody can make one, rather than trying for ever', async () => {
    await expect(makeFolder('/proc/layerwatch/data')).rejects.toThrow(/ENOENT|EACCES|EPERM/);
  });
});
