import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from './folder-lock';
import { identityOf } from './process-identity';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layerwatch-lock-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const lockFile = (generation: number, holder: object | string): void => {
  const text = typeof holder === 'string' ? holder : JSON.stringify(holder);
  writeFileSync(join(folder, `lock.${String(generation)}`), text);
};

describe('the lock of a folder', () => {
  it('is taken by exactly one of many at once, again and again', async () => {
    for (let round = 1; round <= 10; round += 1) {
      const attempts = await Promise.allSettled(
        Array.from({ length: 20 }, () => FolderLock.take(folder)),
      );
      const taken = attempts.filter((attempt) => attempt.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      await taken[0]?.value.release();
    }
    // One file stays: its number is what keeps a slow rival from taking an older one.
    expect(readdirSync(folder)).toEqual(['lock.10']);
  });

  it('names the process that holds it', async () => {
    await FolderLock.take(folder);
    await expect(FolderLock.take(folder)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`(pid ${String(process.pid)})`) as string,
    });
  });

  it('of a dead process, and of one whose pid is another’s by now, is free', async () => {
    lockFile(7, { pid: 2 ** 22 + 1, identity: 'gone', released: false });
    await (await FolderLock.take(folder)).release();
    lockFile(9, { pid: process.pid, identity: 'an earlier process of this pid', released: false });
    const lock = await FolderLock.take(folder);
    expect(readdirSync(folder)).toEqual(['lock.10']);
    await lock.release();
  });

  it.each(['', '{', '{"pid":"x"}', 'null'])(
    'cut short by a power failure (%j) is free',
    async (text) => {
      lockFile(1, text);
      await FolderLock.take(folder);
      const held = JSON.parse(readFileSync(join(folder, 'lock.2'), 'utf8')) as { identity: string };
      expect(held.identity).toBe(await identityOf(process.pid));
    },
  );
});
