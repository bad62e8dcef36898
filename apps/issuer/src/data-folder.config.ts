import { join, resolve } from 'node:path';

/** All compiled, from dist/apps/issuer/src. */
const PACKAGE_ROOT = join(__dirname, '..', '..', '..', '..');

/** The data folder of `npm start`. */
export function dataFolder(): string {
  const { LAYERWATCH_DATA = '' } = process.env;
  return resolve(LAYERWATCH_DATA === '' ? join(PACKAGE_ROOT, '.layerwatch') : LAYERWATCH_DATA);
}
