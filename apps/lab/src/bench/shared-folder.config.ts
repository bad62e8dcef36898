import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The folder of labelled data sets beside the checkout; null where there is none.
 *
 * @param root the checkout's folder, which a relative LAYERWATCH_SHARED starts from
 */
export function sharedFolder(
  root: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | null {
  const named = environment.LAYERWATCH_SHARED ?? '';
  const folder = resolve(root, named === '' ? '../shared' : named);
  return existsSync(join(folder, 'data')) ? folder : null;
}
