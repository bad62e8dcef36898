import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '#domain';

/** What the lab is told by its environment. Everything may be left out: the embedded mode's folder tells the rest. */
export interface LabConfig {
  /** The data folder of the embedded mode, an absolute path. */
  readonly dataFolder: string;
  readonly ingestionUrl: string | null;
  readonly caseReferralUrl: string | null;
  /** The key that a feed is posted with. */
  readonly providerKey: string | null;
  /** The analyst's key, with which operations are registered. */
  readonly staffKey: string | null;
}

const HTTP_ADDRESS = /^https?:\/\/[^\s/]+/;
const KEY = /^[\x21-\x7e]{1,200}$/;
/** This file lies at most so many folders below the checkout's root, compiled or not. */
const DEPTH_MAX = 8;

/** The folder that the project lies in. */
export function checkoutRoot(): string {
  let folder = __dirname;
  for (let depth = 0; depth < DEPTH_MAX && !existsSync(join(folder, 'package.json')); depth += 1) {
    folder = dirname(folder);
  }
  return folder;
}

/**
 * Reads the settings by hand: the services' config classes would load the whole of Nest, a second in which a command
 * shows nothing.
 *
 * @throws AppError INVALID_INPUT naming the variable that is wrong, never its value: it may be a key
 */
export function readLabConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): LabConfig {
  const setting = (name: string, shape: RegExp, rule: string): string | null => {
    // An empty variable is one that was not set: shells and compose files make no difference.
    const text = environment[name] ?? '';
    if (text === '') return null;
    if (!shape.test(text))
      throw new AppError('INVALID_INPUT', `bad configuration: ${name} ${rule}`);
    return text;
  };
  const address = (name: string): string | null =>
    setting(name, HTTP_ADDRESS, 'must be an http:// or https:// address');
  const key = (name: string): string | null => setting(name, KEY, 'must be a key');
  const dataFolder = environment.LAYERWATCH_DATA ?? '';
  return Object.freeze({
    dataFolder: resolve(dataFolder === '' ? join(checkoutRoot(), '.layerwatch') : dataFolder),
    ingestionUrl: address('INGESTION_URL'),
    caseReferralUrl: address('CASE_REFERRAL_URL'),
    providerKey: key('PROVIDER_KEY'),
    staffKey: key('STAFF_KEY'),
  });
}
