import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');

const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Every file of the project. Walked rather than asked of git: an unpacked archive has none. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) return [path];
    const ours =
      entry.isDirectory() && !NOT_OURS.has(entry.name) && !entry.name.startsWith('.layerwatch');
    return ours ? filesBelow(path) : [];
  });
}

const files = filesBelow('');
const sources = files.filter((file) => /^(apps|libs|scripts|test)\/.*\.ts$/.test(file));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const thatHold = (among: readonly string[], pattern: RegExp): string[] =>
  among.filter((file) => pattern.test(read(file)));

describe('the house', () => {
  it('builds no "in (…)" from a list: a statement whose text changes is planned anew each time', () => {
    expect(thatHold(sources, /\bin \(\$\{/i)).toEqual([]);
  });

  it('names no test as evidence that is not there', () => {
    const names = read('docs/security.md').match(/[\w.-]+\.(?:int-|e2e-)?spec\b/g) ?? [];
    expect(names.length).toBeGreaterThan(20);
    const there = new Set(files.map((file) => file.slice(file.lastIndexOf('/') + 1)));
    expect(names.filter((name) => !there.has(`${name}.ts`))).toEqual([]);
  });

  it('has no file of odds and ends', () => {
    expect(
      sources.filter((file) => /(^|\/)(utils?|helpers?|types|constants|common)\.ts$/.test(file)),
    ).toEqual([]);
  });

  it('keeps the time of the wall out of detection', () => {
    const pure = sources.filter(
      (f) => /^libs\/(domain|flow|typologies)\//.test(f) && !f.endsWith('spec.ts'),
    );
    expect(pure.length).toBeGreaterThan(20);
    expect(thatHold(pure, /Date\.now|new Date\(\)|performance\.|Math\.random/)).toEqual([]);
  });

  it('asks for every setting in .env.example, and for no other', () => {
    const configs = sources.filter(
      (file) => file.endsWith('config.ts') && !file.endsWith('spec.ts'),
    );
    const known = new Set(read('.env.example').match(/^[A-Z][A-Z0-9_]*(?==)/gm));
    const declared = configs.flatMap(
      (file) => read(file).match(/(?<=readonly )[A-Z][A-Z0-9_]+(?=[:!?])/g) ?? [],
    );
    expect(declared.length).toBeGreaterThan(10);
    expect([...new Set(declared)].filter((name) => !known.has(name))).toEqual([]);
    const used = sources.map(read).join('\n');
    expect([...known].filter((name) => !used.includes(name))).toEqual([]);
  });

  it('links only to what is there, in every document', () => {
    const documents = files.filter((file) => file.endsWith('.md'));
    const broken = documents.flatMap((document) =>
      [...read(document).matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1]!)
        .filter((target) => !existsSync(join(ROOT, dirname(document), target)))
        .map((target) => `${document} → ${target}`),
    );
    expect(documents).toContain('README.md');
    expect(broken).toEqual([]);
  });
});
