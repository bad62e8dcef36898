import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonFile } from './json-file';

describe('the file that --json names', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'layerwatch json-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const refused = (path: string, message: string): Promise<void> =>
    expect(JsonFile.claim(path)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message) as string,
    });

  it('is claimed without a trace, and written whole', async () => {
    const file = await JsonFile.claim(at('new.json'));
    expect(await readdir(folder)).toEqual([]);
    await file!.write('{}');
    expect(await readdir(folder)).toEqual(['new.json']);
    expect(await readFile(at('new.json'), 'utf8')).toBe('{}');
  });

  it('keeps what it holds until it is written', async () => {
    await writeFile(at('old.json'), 'old');
    const file = await JsonFile.claim(at('old.json'));
    expect(await readFile(at('old.json'), 'utf8')).toBe('old');
    await file!.write('new');
    expect(await readFile(at('old.json'), 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['old.json']);
  });

  it('is the file behind a link, and the link stays one', async () => {
    await mkdir(at('there'));
    await writeFile(at('there/real.json'), 'old');
    await symlink(at('there/real.json'), at('link.json'));
    await (await JsonFile.claim(at('link.json')))!.write('new');
    expect(await readFile(at('there/real.json'), 'utf8')).toBe('new');
    expect((await readdir(folder, { withFileTypes: true })).some((e) => e.isSymbolicLink())).toBe(
      true,
    );
  });

  it('is not replaced where it may not be, even where it came to be since', async () => {
    const use = { flag: '--propose', mayReplace: false };
    await writeFile(at('old.json'), 'old');
    await expect(JsonFile.claim(at('old.json'), use)).rejects.toMatchObject({
      message: '--propose names a file that is there already: name another',
    });
    const file = await JsonFile.claim(at('new.json'), use);
    const same = await JsonFile.claim(at('new.json'), use);
    await file!.write('one');
    await expect(same!.write('two')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await readFile(at('new.json'), 'utf8')).toBe('one');
    expect((await readdir(folder)).sort()).toEqual(['new.json', 'old.json']);
  });

  it('is none where none was asked for', async () => {
    expect(await JsonFile.claim(undefined)).toBeNull();
  });

  it('is refused where it could not be written', async () => {
    await writeFile(at('file'), '');
    await refused('', 'must name a file');
    await refused(folder, 'names a folder');
    await refused(at('new/'), 'names a folder');
    await refused(at('none/x.json'), 'which is not there: make it');
    await refused(at('file/x.json'), 'which is no folder');
    await refused(at(`${'x'.repeat(300)}.json`), 'ENAMETOOLONG');
    await refused('/dev/null', 'no regular file');
    expect(await readdir(folder)).toEqual(['file']);
  });

  // Nothing is forbidden to root.
  (process.getuid?.() === 0 ? it.skip : it)('is refused without permission', async () => {
    await writeFile(at('mine.json'), 'old', { mode: 0o400 });
    await refused(at('mine.json'), 'names a file that cannot be written (EACCES)');
    await chmod(folder, 0o500);
    await refused(at('x.json'), 'where none can be written (EACCES): name another folder');
    await chmod(folder, 0o700);
  });

  it('says so where it has become impossible, and leaves nothing', async () => {
    const file = await JsonFile.claim(at('x.json'));
    await mkdir(at('x.json'));
    await writeFile(at('x.json/y'), '');
    await expect(file!.write('{}')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await readdir(folder)).toEqual(['x.json']);
  });
});
