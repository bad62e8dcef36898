// Compiles every TypeScript file of apps, libs and scripts to dist/, keeping the folders. swc does it in about a second;
// types are checked by `npm run typecheck`. Only files newer than their output are compiled; outputs without a source go.
import { transformFile } from '@swc/core';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'dist');
const sourceRoots = ['apps', 'libs', 'scripts'];
const settings = ['.swcrc', 'package-lock.json'];

async function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
}

const modifiedAt = async (file) => (existsSync(file) ? (await stat(file)).mtimeMs : 0);

/** Written beside and renamed, so that a process starting now never reads half a file. */
async function write(file, text) {
  const partial = `${file}.${process.pid}.partial`;
  await writeFile(partial, text);
  await rename(partial, file);
}

async function compile(source, target, settingsAt) {
  if ((await modifiedAt(target)) > Math.max(await modifiedAt(source), settingsAt)) return 0;
  const { code, map } = await transformFile(source, {
    cwd: root,
    sourceFileName: relative(dirname(target), source),
  });
  await mkdir(dirname(target), { recursive: true });
  await write(`${target}.map`, map);
  await write(target, `${code}\n//# sourceMappingURL=${target.split(/[\\/]/).pop()}.map\n`);
  return 1;
}

const sources = (await Promise.all(sourceRoots.map((folder) => filesBelow(join(root, folder)))))
  .flat()
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.endsWith('spec.ts'));
const settingsAt = Math.max(
  ...(await Promise.all(settings.map((file) => modifiedAt(join(root, file))))),
);
const targets = new Map(
  sources.map((source) => [join(out, relative(root, source)).replace(/\.ts$/, '.js'), source]),
);
for (const file of await filesBelow(out)) {
  const target = file.replace(/\.map$/, '');
  if (!targets.has(target) && !file.endsWith('.partial')) await rm(file, { force: true });
}
const compiled = await Promise.all(
  [...targets].map(([target, source]) => compile(source, target, settingsAt)),
);
const count = compiled.reduce((sum, n) => sum + n, 0);
if (count > 0) console.error(`built ${count} of ${sources.length} files`);
