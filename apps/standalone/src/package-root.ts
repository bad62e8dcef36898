import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { invariant } from '#domain';

/** Compiled or not, this file is at most so many folders below the root. */
const DEPTH_MAX = 8;

/** The checkout: found from this file, since a program may be started from any folder. */
function findPackageRoot(): string {
  let folder = __dirname;
  for (let depth = 0; depth < DEPTH_MAX && !existsSync(join(folder, 'package.json')); depth += 1) {
    folder = dirname(folder);
  }
  invariant(existsSync(join(folder, 'package.json')), 'this file lies inside the checkout');
  return folder;
}

export const PACKAGE_ROOT = findPackageRoot();

/** The program that an app becomes when it is started. */
export const appMain = (app: string): string =>
  join(PACKAGE_ROOT, 'dist', 'apps', app, 'src', 'main.js');
